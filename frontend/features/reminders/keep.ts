/** Reminders in the copy of everything. They belong to their tasks, and have versions of their own. */

import type { ApolloCache } from '@apollo/client';
import type { Versions } from '@/features/live/apply';
import { REMINDER_FIELDS, type Reminder } from './fragment';

const FRAGMENT = { fragment: REMINDER_FIELDS, fragmentName: 'ReminderFields' };

/** The task with each of its reminders as new as it was ever seen here; remembers what is newer. */
export function withNewestReminders<Task extends { reminders: Reminder[] }>(
  cache: ApolloCache,
  versions: Versions,
  task: Task,
): Task {
  const reminders = task.reminders.map((reminder) =>
    versions.admit(reminder) ? reminder : (cached(cache, reminder) ?? reminder),
  );
  return { ...task, reminders };
}

/** A reminder that is here already, as it now is. */
export function writeReminder(cache: ApolloCache, reminder: Reminder) {
  cache.writeFragment({ ...FRAGMENT, data: reminder });
}

/** Puts a reminder where its task is. Where that is not here, neither is what reminds of it. */
export function putReminder(cache: ApolloCache, taskId: string, reminder: Reminder) {
  const id = cache.identify({ __typename: 'Task', id: taskId });
  cache.modify<{ reminders: Reminder[] }>({
    ...(id && { id }),
    fields: {
      reminders(known, { readField, toReference }) {
        writeReminder(cache, reminder);
        if (known.some((other) => readField('id', other) === reminder.id)) return known;
        return [...known, toReference({ __typename: 'Reminder', id: reminder.id })] as typeof known;
      },
    },
  });
}

function cached(cache: ApolloCache, reminder: Reminder): Reminder | null {
  const id = cache.identify(reminder);
  return id ? cache.readFragment({ ...FRAGMENT, id }) : null;
}
