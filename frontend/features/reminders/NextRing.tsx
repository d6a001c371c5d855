import { Bell } from 'lucide-react';
import { instantText } from '@/features/tasks/due';
import type { When } from '@/features/tasks/when';
import type { Reminder } from './fragment';
import { TEXT } from './text';

/** On a task: when it is reminded of next. */
export function NextRing({ reminders, when }: { reminders: readonly Reminder[]; when: When }) {
  const moments = reminders.filter(({ status }) => status === 'PENDING').map(({ remindAt }) => Date.parse(remindAt));
  if (moments.length === 0) return null;
  const text = instantText(new Date(Math.min(...moments)), when);
  return (
    <span className="inline-flex items-center gap-1">
      <Bell aria-hidden className="size-3.5" />
      <span className="sr-only">{TEXT.nextRing(text)}</span>
      <span aria-hidden>{text}</span>
    </span>
  );
}
