/** What can be done to reminders: on screen at once, and then on the server. */

import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { say } from '@/ui/say';
import { type Counting, momentOf, type NewReminder, type ReminderEdits } from './edits';
import type { Reminder } from './fragment';
import { putReminder } from './keep';
import { CANCEL, CREATE, SNOOZE } from './mutations';

const payload = (reminder: Reminder) => ({ __typename: 'ReminderPayload' as const, reminder, errors: [] });

export function reminderChanges(client: ApolloClient) {
  function create(taskId: string, { id, when }: NewReminder, counting: Counting) {
    const now = new Date().toISOString();
    const reminder: Reminder = {
      __typename: 'Reminder',
      id,
      remindAt: (momentOf(when, counting) ?? new Date()).toISOString(),
      beforeDue: 'beforeDue' in when ? when.beforeDue : null,
      status: 'PENDING',
      notified: false,
      notifiedAt: null,
      late: false,
      version: 0,
      createdAt: now,
    };
    return say(
      client.mutate({
        mutation: CREATE,
        variables: { input: { id, taskId, ...when } },
        optimisticResponse: { createReminder: payload(reminder) },
        update: (cache, { data }) => {
          const made = data?.createReminder.reminder;
          if (made) putReminder(cache, taskId, made);
        },
      }),
    );
  }

  function cancel(reminder: Reminder) {
    return say(
      client.mutate({
        mutation: CANCEL,
        variables: { input: { id: reminder.id } },
        optimisticResponse: { cancelReminder: payload({ ...reminder, status: 'CANCELLED' }) },
      }),
    );
  }

  return {
    cancel,

    snooze(reminder: Reminder, until: Date) {
      return say(
        client.mutate({
          mutation: SNOOZE,
          variables: { input: { id: reminder.id, until: until.toISOString() } },
          optimisticResponse: {
            snoozeReminder: payload({
              ...reminder,
              remindAt: until.toISOString(),
              beforeDue: null,
              status: 'PENDING',
              notified: false,
              notifiedAt: null,
              late: false,
            }),
          },
        }),
      );
    },

    /** `counting` is how the task is due by then. */
    save(taskId: string, reminders: readonly Reminder[], { added, removed }: ReminderEdits, counting: Counting) {
      for (const reminder of reminders) if (removed.includes(reminder.id)) void cancel(reminder);
      for (const reminder of added) void create(taskId, reminder, counting);
    },
  };
}

export function useReminderChanges() {
  const client = useApolloClient();
  return useMemo(() => reminderChanges(client), [client]);
}
