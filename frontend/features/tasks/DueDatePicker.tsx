import { useState } from 'react';
import { Checkbox, TextField } from '@/ui/Field';
import { instantText, isDay } from './due';
import { TEXT } from './text';
import { useWhen, type When } from './when';
import { instantOf, wallOf } from './zone';

interface Props {
  /** A day or an instant. */
  due: string | null;
  /** The one that the task is reckoned in, and that is shown here. */
  timeZone: string;
  onChange: (due: string | null) => void;
}

interface Typed {
  day: string;
  time: string;
}

const MORNING = '09:00';

export function DueDatePicker({ due, timeZone, onChange }: Props) {
  const when = useWhen();
  // While a day is typed it is none for a moment, and its time must not be lost to that.
  const [typed, setTyped] = useState<Typed | null>(null);
  const { day, time } = typed && dueOf(typed, due, timeZone) === due ? typed : typedOf(due, timeZone);

  function change(next: Typed) {
    setTyped(next);
    onChange(dueOf(next, due, timeZone));
  }

  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(10rem,1fr))] items-start gap-x-4 gap-y-2">
      <TextField
        label={TEXT.dueDay}
        type="date"
        value={day}
        min="1970-01-01"
        max="2200-12-31"
        onChange={(event) => change({ day: event.target.value, time })}
      />
      <TextField
        label={TEXT.dueTime}
        type="time"
        value={time}
        disabled={!day}
        hint={zoneHint(due, timeZone, when)}
        onChange={(event) => change({ day, time: event.target.value })}
      />
      <Checkbox
        label={TEXT.allDay}
        checked={day !== '' && !time}
        disabled={!day}
        onChange={(event) => change({ day, time: event.target.checked ? '' : MORNING })}
      />
    </div>
  );
}

/** Whose clocks these are, where they are not those of the account; and what those show then. */
function zoneHint(due: string | null, timeZone: string, when: When): string | undefined {
  if (timeZone === when.zone) return undefined;
  return TEXT.inZone(timeZone, due === null || isDay(due) ? null : instantText(new Date(due), when));
}

function typedOf(due: string | null, timeZone: string): Typed {
  if (due === null) return { day: '', time: '' };
  if (isDay(due)) return { day: due, time: '' };
  const wall = wallOf(new Date(due), timeZone);
  return { day: wall.slice(0, 10), time: wall.slice(11, 16) };
}

/** What was typed as a day or an instant; what is as it was stays exactly that, to the second. */
function dueOf({ day, time }: Typed, was: string | null, timeZone: string): string | null {
  const old = typedOf(was, timeZone);
  if (day === old.day && time === old.time) return was;
  if (!day) return null;
  return time ? instantOf(`${day}T${time}:00`, timeZone).toISOString() : day;
}
