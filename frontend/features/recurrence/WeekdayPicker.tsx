import { WEEKDAYS, type Weekday } from './rule';
import { TEXT } from './text';

interface Props {
  days: readonly Weekday[];
  onChange: (days: readonly Weekday[]) => void;
}

export function WeekdayPicker({ days, onChange }: Props) {
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{TEXT.on}</legend>
      <div className="flex flex-wrap gap-1.5">
        {WEEKDAYS.map((day) => (
          <label
            key={day}
            className="relative cursor-pointer rounded-full border border-line px-2.5 py-1.5 text-sm has-checked:border-accent has-checked:bg-accent has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="checkbox"
              className="sr-only"
              checked={days.includes(day)}
              onChange={({ target }) =>
                onChange(target.checked ? [...days, day] : days.filter((other) => other !== day))
              }
            />
            <span aria-hidden>{TEXT.weekdays[day].slice(0, 2)}</span>
            <span className="sr-only">{TEXT.weekdays[day]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
