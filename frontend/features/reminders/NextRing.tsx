import { Bell } from 'lucide-react';
import { instantText } from '@/features/tasks/due';
import type { Reminder } from './fragment';
import { TEXT } from './text';

/** On a task: when it is reminded of next. */
export function NextRing({ reminders, now }: { reminders: readonly Reminder[]; now: Date }) {
  const moments = reminders.filter(({ status }) => status === 'PENDING').map(({ remindAt }) => Date.parse(remindAt));
  if (moments.length === 0) return null;
  const when = instantText(new Date(Math.min(...moments)), now);
  return (
    <span className="inline-flex items-center gap-1">
      <Bell aria-hidden className="size-3.5" />
      <span className="sr-only">{TEXT.nextRing(when)}</span>
      <span aria-hidden>{when}</span>
    </span>
  );
}
