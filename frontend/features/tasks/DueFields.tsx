import { useState } from 'react';
import { TextField } from '@/ui/Field';
import { isDay, localDay, localTime } from './due';
import { TEXT } from './text';

interface Props {
  /** A day or an instant. */
  due: string | null;
  onChange: (due: string | null) => void;
}

interface Typed {
  day: string;
  time: string;
}

export function DueFields({ due, onChange }: Props) {
  // While a day is typed it is none for a moment, and its time must not be lost to that.
  const [typed, setTyped] = useState<Typed | null>(null);
  const { day, time } = typed && dueOf(typed, due) === due ? typed : typedOf(due);

  function change(next: Typed) {
    setTyped(next);
    onChange(dueOf(next, due));
  }

  return (
    <div className="grid grid-cols-2 items-start gap-4">
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
        hint={TEXT.dueTimeHint}
        onChange={(event) => change({ day, time: event.target.value })}
      />
    </div>
  );
}

function typedOf(due: string | null): Typed {
  if (due === null) return { day: '', time: '' };
  if (isDay(due)) return { day: due, time: '' };
  const instant = new Date(due);
  return { day: localDay(instant), time: localTime(instant) };
}

/** What was typed as a day or an instant; what is as it was stays exactly that, to the second. */
function dueOf({ day, time }: Typed, was: string | null): string | null {
  const old = typedOf(was);
  if (day === old.day && time === old.time) return was;
  if (!day) return null;
  return time ? new Date(`${day}T${time}`).toISOString() : day;
}
