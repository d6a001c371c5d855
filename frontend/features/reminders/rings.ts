/** Which reminders ring: those that rang within a day, and of which nothing was made since. */

import type { Task } from '@/features/tasks/board';
import type { Reminder } from './fragment';

export interface Ring {
  /** One ring of one reminder: snoozed, it rings under another key. */
  key: string;
  at: Date;
  task: Task;
  reminder: Reminder;
}

/** Older ones are over. */
export const RINGS_MS = 24 * 60 * 60_000;

/** The newest first. What happened to a task or a reminder anywhere is told by what they are now. */
export function ringsOf(tasks: readonly Task[], now: Date, dismissed: ReadonlySet<string>): Ring[] {
  const rings: Ring[] = [];
  for (const task of tasks) {
    if (task.completed) continue;
    for (const reminder of task.reminders) {
      if (reminder.status !== 'NOTIFIED' || reminder.notifiedAt === null) continue;
      const at = new Date(reminder.notifiedAt);
      const key = `${reminder.id} ${at.getTime()}`;
      if (now.getTime() - at.getTime() < RINGS_MS && !dismissed.has(key)) rings.push({ key, at, task, reminder });
    }
  }
  return rings.sort((one, other) => other.at.getTime() - one.at.getTime());
}

/** The reminder of a ring, by its key. */
export function reminderOf(key: string): string {
  return key.split(' ')[0] ?? '';
}
