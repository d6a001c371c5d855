import { useState } from 'react';
import { TEXT as TASKS } from '@/features/tasks/text';
import { useZone } from '@/features/tasks/when';
import { instantOf } from '@/features/tasks/zone';
import { Button } from '@/ui/Button';
import { Select, TextField } from '@/ui/Field';
import { durationOf, MOST, UNITS, type Unit } from './duration';
import { type Counting, momentOf, type When } from './edits';
import { TEXT } from './text';

interface Props {
  counting: Counting;
  onAdd: (when: When) => void;
}

/** An amount before the due date, or an instant, on the clocks of the task's zone. */
export function OwnReminder({ counting, onAdd }: Props) {
  const [amount, setAmount] = useState(15);
  const [unit, setUnit] = useState<Unit>('MINUTES');
  const [wall, setWall] = useState('');
  const { timeZone } = counting;
  const own = useZone();

  const before = amount >= 0 && amount <= MOST[unit] && Number.isInteger(amount);
  const beforeDue: When | null = before ? { beforeDue: durationOf(amount, unit) } : null;
  const remindAt: When | null = wall ? { remindAt: instantOf(`${wall}:00`, timeZone).toISOString() } : null;
  const toCome = (when: When | null) => {
    const at = when && momentOf(when, counting);
    return at !== null && at > new Date();
  };

  return (
    <details>
      <summary className="cursor-pointer text-sm text-soft">{TEXT.another}</summary>
      <div className="mt-2 grid gap-3">
        <div className="grid grid-cols-[5rem_minmax(0,1fr)_auto] items-start gap-2">
          <TextField
            label={TEXT.amount}
            labelHidden
            type="number"
            min={0}
            max={MOST[unit]}
            value={Number.isNaN(amount) ? '' : amount}
            onChange={({ target }) => setAmount(target.valueAsNumber)}
          />
          <Select label={TEXT.unit} labelHidden value={unit} onChange={({ target }) => setUnit(target.value as Unit)}>
            {UNITS.map((value) => (
              <option key={value} value={value}>
                {TEXT.units[value]}
              </option>
            ))}
          </Select>
          <Button
            kind="outline"
            className="h-10"
            disabled={!toCome(beforeDue)}
            onClick={() => beforeDue && onAdd(beforeDue)}
          >
            {TEXT.add}
          </Button>
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)_auto] items-end gap-2">
          <TextField
            label={timeZone === own ? TEXT.at : `${TEXT.at} (${TASKS.inZone(timeZone, null)})`}
            type="datetime-local"
            max="2199-12-31T23:59"
            value={wall}
            error={remindAt && !toCome(remindAt) ? TEXT.over : undefined}
            onChange={({ target }) => setWall(target.value)}
          />
          <Button
            kind="outline"
            className="h-10"
            disabled={!toCome(remindAt)}
            onClick={() => {
              if (remindAt) onAdd(remindAt);
              setWall('');
            }}
          >
            {TEXT.add}
          </Button>
        </div>
      </div>
    </details>
  );
}
