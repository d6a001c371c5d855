import { plusDays } from '@/features/tasks/zone';
import { Select, TextField } from '@/ui/Field';
import type { Ends } from './rule';
import { TEXT } from './text';

interface Props {
  ends: Ends;
  /** The day that the series starts on. */
  start: string;
  /** What is wrong with the end. */
  error: string | undefined;
  onChange: (ends: Ends) => void;
}

const TIMES = 10;
const FAR = 30;

export function EndsFields({ ends, start, error, onChange }: Props) {
  function choose(by: Ends['by']) {
    if (by === 'day') onChange({ by, day: plusDays(start, FAR) });
    else if (by === 'count') onChange({ by, count: TIMES });
    else onChange({ by });
  }

  return (
    <div className="grid grid-cols-2 items-start gap-4">
      <Select label={TEXT.ends} value={ends.by} onChange={({ target }) => choose(target.value as Ends['by'])}>
        {(['never', 'day', 'count'] as const).map((by) => (
          <option key={by} value={by}>
            {TEXT.endsBy[by]}
          </option>
        ))}
      </Select>
      {ends.by === 'day' && (
        <TextField
          label={TEXT.lastDay}
          type="date"
          required
          min="1970-01-01"
          max="2200-12-31"
          value={ends.day}
          error={error}
          onChange={({ target }) => onChange({ by: 'day', day: target.value })}
        />
      )}
      {ends.by === 'count' && (
        <TextField
          label={TEXT.times}
          type="number"
          required
          min={1}
          value={ends.count || ''}
          error={error}
          onChange={({ target }) => onChange({ by: 'count', count: target.valueAsNumber })}
        />
      )}
    </div>
  );
}
