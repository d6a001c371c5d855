import type { ReactNode } from 'react';
import type { Label } from '@/features/tasks/board';
import { TEXT as TASKS } from '@/features/tasks/text';
import { Checkbox } from '@/ui/Field';
import { type Place, PRIORITIES, toggled } from './place';
import { TEXT } from './text';

interface Props {
  place: Place;
  labels: readonly Label[];
  onChange: (place: Place) => void;
}

export function FilterChoices({ place, labels, onChange }: Props) {
  return (
    <div className="grid gap-4">
      <Choices title={TEXT.state}>
        {([null, 'open', 'done'] as const).map((state) => (
          <label key={state} className="flex items-center gap-2 text-sm">
            <input
              type="radio"
              name="state"
              checked={place.state === state}
              onChange={() => onChange({ ...place, state })}
              className="size-4 shrink-0 accent-accent"
            />
            {TEXT.states[state ?? 'any']}
          </label>
        ))}
      </Choices>
      <Choices title={TEXT.priority}>
        {PRIORITIES.map((priority) => (
          <Checkbox
            key={priority}
            label={priority === 'NONE' ? TEXT.noPriority : TASKS.priorities[priority]}
            checked={place.priorities.includes(priority)}
            onChange={() => onChange({ ...place, priorities: toggled(place.priorities, priority) })}
          />
        ))}
      </Choices>
      {labels.length > 0 && (
        <Choices title={TEXT.labels}>
          {labels.map(({ id, name }) => (
            <Checkbox
              key={id}
              label={name}
              checked={place.labels.includes(id)}
              onChange={() => onChange({ ...place, labels: toggled(place.labels, id) })}
            />
          ))}
        </Choices>
      )}
    </div>
  );
}

function Choices({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
      <legend className="mb-1.5 text-xs font-semibold tracking-wide text-soft uppercase">{title}</legend>
      {children}
    </fieldset>
  );
}
