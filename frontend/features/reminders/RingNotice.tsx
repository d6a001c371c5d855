import { AlarmClock, BellRing, Check, X } from 'lucide-react';
import { useState } from 'react';
import { useTaskChanges } from '@/features/tasks/changes';
import { dueText, instantText } from '@/features/tasks/due';
import type { When } from '@/features/tasks/when';
import { Button, IconButton } from '@/ui/Button';
import { useReminderChanges } from './changes';
import type { Ring } from './rings';
import { SNOOZES, snoozedUntil } from './snooze';
import { TEXT } from './text';

/** A ring that comes so much later than its time came late. */
const LATE_MS = 60_000;

interface Props {
  ring: Ring;
  when: When;
  onOpen: () => void;
  onDismiss: () => void;
}

export function RingNotice({ ring: { task, reminder }, when, onOpen, onDismiss }: Props) {
  const tasks = useTaskChanges();
  const reminders = useReminderChanges();
  const [seen] = useState(() => Date.now());
  const late = reminder.late || seen - Date.parse(reminder.remindAt) > LATE_MS;
  const due = dueText(task, when);
  return (
    <div data-testid="ring" className="rounded-xl border border-accent bg-card p-3 shadow-lg">
      <div className="flex items-start gap-2.5">
        <BellRing aria-hidden className="mt-0.5 size-5 shrink-0 text-accent" />
        <div className="min-w-0 flex-1">
          <button
            type="button"
            dir="auto"
            aria-label={TEXT.open(task.title)}
            onClick={onOpen}
            className="text-left font-medium wrap-anywhere hover:underline"
          >
            {task.title}
          </button>
          <p className="text-xs text-soft">
            {TEXT.wasFor(instantText(new Date(reminder.remindAt), when))}
            {late && <span className="text-warn"> · {TEXT.late}</span>}
            {due && <span> · {TEXT.due(due)}</span>}
          </p>
        </div>
        <IconButton label={TEXT.dismiss(task.title)} className="-mt-1.5 -mr-1.5" onClick={onDismiss}>
          <X aria-hidden className="size-4" />
        </IconButton>
      </div>
      <div className="mt-2.5 flex flex-wrap items-center gap-2">
        <Button className="grow sm:grow-0" onClick={() => void tasks.setCompleted(task, true)}>
          <Check aria-hidden className="size-4" />
          {TEXT.done}
        </Button>
        <fieldset className="flex grow items-center justify-end gap-1">
          <legend className="sr-only">{TEXT.snooze}</legend>
          <AlarmClock aria-hidden className="mr-0.5 size-4 shrink-0 text-soft" />
          {SNOOZES.map((snooze) => (
            <Button
              key={snooze}
              kind="outline"
              className="grow px-2! whitespace-nowrap sm:grow-0"
              onClick={() => void reminders.snooze(reminder, snoozedUntil(snooze, { ...when, now: new Date() }))}
            >
              {TEXT.snoozes[snooze]}
            </Button>
          ))}
        </fieldset>
      </div>
    </div>
  );
}
