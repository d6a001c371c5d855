import { Select, TextField } from '@/ui/Field';
import type { Shape } from './rule';
import { TEXT } from './text';

interface Props {
  yearDay: Shape['yearDay'];
  /** The day that the series starts on. */
  start: string;
  onChange: (yearDay: Shape['yearDay']) => void;
}

/** Which day of each year: a month and a day, or that of the start. */
export function YearDayFields({ yearDay, start, onChange }: Props) {
  const day = yearDay?.day ?? Number(start.slice(8));
  return (
    <div className="grid grid-cols-2 items-start gap-4">
      <Select
        label={TEXT.month}
        value={yearDay?.month ?? ''}
        onChange={({ target }) => onChange(target.value ? { month: Number(target.value), day } : null)}
      >
        <option value="">{TEXT.monthBy.start}</option>
        {TEXT.months.map((name, index) => (
          <option key={name} value={index + 1}>
            {name}
          </option>
        ))}
      </Select>
      {yearDay && (
        <TextField
          label={TEXT.dayOfYear}
          type="number"
          min={1}
          max={31}
          required
          value={yearDay.day || ''}
          onChange={({ target }) => onChange({ ...yearDay, day: target.valueAsNumber })}
        />
      )}
    </div>
  );
}
