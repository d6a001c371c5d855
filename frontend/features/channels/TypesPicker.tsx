import type { EventType } from '@/graphql/generated/graphql';
import { Checkbox } from '@/ui/Field';
import { TEXT } from './text';

const ALL = Object.keys(TEXT.types) as EventType[];

interface Props {
  types: readonly EventType[];
  onChange: (types: readonly EventType[]) => void;
  error?: string | undefined;
}

export function TypesPicker({ types, onChange, error }: Props) {
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-2 text-sm font-medium">{TEXT.typesHeading}</legend>
      <div className="grid gap-x-4 gap-y-1.5 sm:grid-cols-2">
        {ALL.map((type) => (
          <Checkbox
            key={type}
            label={TEXT.types[type]}
            checked={types.includes(type)}
            onChange={({ target }) =>
              onChange(ALL.filter((other) => (other === type ? target.checked : types.includes(other))))
            }
          />
        ))}
      </div>
      {(error || types.length === 0) && (
        <p role="alert" className="text-sm text-danger">
          {error ?? TEXT.chooseOne}
        </p>
      )}
    </fieldset>
  );
}
