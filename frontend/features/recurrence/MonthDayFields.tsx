import { Checkbox, Select, TextField } from '@/ui/Field';
import { type MonthDay, ORDINALS, WEEKDAYS, type Weekday, weekdayOf } from './rule';
import { TEXT } from './text';

interface Props {
  monthDay: MonthDay;
  /** The day that the series starts on. */
  start: string;
  onChange: (monthDay: MonthDay) => void;
}

/** Which day of each month. */
export function MonthDayFields({ monthDay, start, onChange }: Props) {
  function choose(by: MonthDay['by']) {
    const day = Number(start.slice(8));
    if (by === 'date') onChange({ by, day, nearest: day > 28 });
    else if (by === 'weekday') {
      const ordinal = day > 28 ? -1 : Math.ceil(day / 7);
      onChange({ by, ordinal, weekday: weekdayOf(start) });
    } else onChange({ by });
  }

  return (
    <>
      <div className="grid grid-cols-2 items-start gap-4">
        <Select label={TEXT.on} value={monthDay.by} onChange={({ target }) => choose(target.value as MonthDay['by'])}>
          {(['date', 'last', 'weekday', ...(monthDay.by === 'start' ? (['start'] as const) : [])] as const).map(
            (by) => (
              <option key={by} value={by}>
                {TEXT.monthBy[by]}
              </option>
            ),
          )}
        </Select>
        {monthDay.by === 'date' && (
          <TextField
            label={TEXT.dayOfMonth}
            type="number"
            min={1}
            max={31}
            required
            value={monthDay.day || ''}
            onChange={({ target }) => onChange({ ...monthDay, day: target.valueAsNumber })}
          />
        )}
      </div>
      {monthDay.by === 'date' && monthDay.day > 28 && (
        <Checkbox
          label={TEXT.nearest}
          checked={monthDay.nearest}
          onChange={({ target }) => onChange({ ...monthDay, nearest: target.checked })}
        />
      )}
      {monthDay.by === 'weekday' && (
        <div className="grid grid-cols-2 items-start gap-4">
          <Select
            label={TEXT.ordinal}
            value={monthDay.ordinal}
            onChange={({ target }) => onChange({ ...monthDay, ordinal: Number(target.value) })}
          >
            {ORDINALS.map((ordinal) => (
              <option key={ordinal} value={ordinal}>
                {TEXT.ordinals[ordinal]}
              </option>
            ))}
          </Select>
          <Select
            label={TEXT.weekday}
            value={monthDay.weekday}
            onChange={({ target }) => onChange({ ...monthDay, weekday: target.value as Weekday })}
          >
            {WEEKDAYS.map((day) => (
              <option key={day} value={day}>
                {TEXT.weekdays[day]}
              </option>
            ))}
          </Select>
        </div>
      )}
    </>
  );
}
