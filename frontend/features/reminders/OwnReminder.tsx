import type { KeyboardEvent } from 'react';
import { TEXT as TASKS } from '@/features/tasks/text';
import { useZone } from '@/features/tasks/when';
import { Button } from '@/ui/Button';
import { Select, TextField } from '@/ui/Field';
import { MOST, UNITS, type Unit } from './duration';
import type { Counting, When } from './edits';
import { beforeDueOf, isToCome, type OwnMoment, remindAtOf, USUAL_AMOUNT } from './own';
import { TEXT } from './text';

interface Props {
  counting: Counting;
  own: OwnMoment;
  onType: (own: OwnMoment) => void;
  onAdd: (when: When, own: OwnMoment) => void;
}

/** An amount before the due date, or an instant, on the clocks of the task's zone. */
export function OwnReminder({ counting, own, onType, onAdd }: Props) {
  const { amount, unit, wall } = own;
  const { timeZone } = counting;
  const zone = useZone();
  const beforeDue = beforeDueOf(own);
  const remindAt = remindAtOf(own, counting);
  const typed = amount !== null && !Number.isNaN(amount);
  const useless = typed && !isToCome(beforeDue, counting);

  function addBefore() {
    if (beforeDue && isToCome(beforeDue, counting)) onAdd(beforeDue, { ...own, amount: null });
  }

  function addAt() {
    if (remindAt && isToCome(remindAt, counting)) onAdd(remindAt, { ...own, wall: '' });
  }

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
            value={amount === null ? USUAL_AMOUNT : typed ? amount : ''}
            aria-invalid={useless}
            onChange={({ target }) => onType({ ...own, amount: target.valueAsNumber })}
            onKeyDown={onEnter(addBefore)}
          />
          <Select
            label={TEXT.unit}
            labelHidden
            value={unit}
            onChange={({ target }) => onType({ ...own, unit: target.value as Unit })}
          >
            {UNITS.map((value) => (
              <option key={value} value={value}>
                {TEXT.units[value]}
              </option>
            ))}
          </Select>
          <Button kind="outline" className="h-10" disabled={!isToCome(beforeDue, counting)} onClick={addBefore}>
            {TEXT.add}
          </Button>
        </div>
        {useless && beforeDue && (
          <p role="alert" className="text-sm text-danger">
            {counting.due === null ? TEXT.needsDue : TEXT.over}
          </p>
        )}
        <div className="grid grid-cols-[minmax(0,1fr)_auto] items-end gap-2">
          <TextField
            label={timeZone === zone ? TEXT.at : `${TEXT.at} (${TASKS.inZone(timeZone, null)})`}
            type="datetime-local"
            max="2199-12-31T23:59"
            value={wall}
            error={remindAt && !isToCome(remindAt, counting) ? TEXT.over : undefined}
            onChange={({ target }) => onType({ ...own, wall: target.value })}
            onKeyDown={remindAt ? onEnter(addAt) : undefined}
          />
          <Button kind="outline" className="h-10" disabled={!isToCome(remindAt, counting)} onClick={addAt}>
            {TEXT.add}
          </Button>
        </div>
      </div>
    </details>
  );
}

/** It adds, and does not save the task itself. */
function onEnter(add: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    add();
  };
}
