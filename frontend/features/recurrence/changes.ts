/** What can be done to a series at once. How it recurs is edited with its other fields. */

import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { currentTask, putTask } from '@/features/live/apply';
import { isSkippedAlready } from '@/features/tasks/aim';
import type { Task } from '@/features/tasks/board';
import type { WithAim } from '@/graphql/outbox/outbox';
import { complain } from '@/ui/say';
import { SKIP } from './mutations';

export function recurrenceChanges(client: ApolloClient) {
  return {
    /** Leaves out one occurrence, the next. It is named, so that asking twice leaves out one. */
    async skip(opened: Task, occurrence: string, then: string | null) {
      const task = currentTask(client, opened);
      let already = false;
      const context: WithAim = {
        aim: { kind: 'skip', occurrence },
        settled: (change, { data }) => {
          already = Boolean(data && isSkippedAlready(change, data));
        },
      };
      try {
        const { data } = await client.mutate({
          mutation: SKIP,
          variables: { input: { taskId: task.id, occurrence, expectedVersion: task.version } },
          context: { ...context },
          optimisticResponse: {
            payload: {
              __typename: 'TaskPayload',
              task: { ...task, recurrence: task.recurrence && { ...task.recurrence, nextOccurrence: then } },
              errors: [],
            },
          },
          update: (cache, { data }) => {
            if (data?.payload.task) putTask(cache, data.payload.task);
          },
        });
        const [error] = data?.payload.errors ?? [];
        if (error && !already) complain(error);
      } catch (error) {
        complain(error);
      }
    },
  };
}

export function useRecurrenceChanges() {
  const client = useApolloClient();
  return useMemo(() => recurrenceChanges(client), [client]);
}
