/** What can be done to a series at once. How it recurs is edited with its other fields. */

import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { currentTask, putTask } from '@/features/live/apply';
import type { Task } from '@/features/tasks/board';
import type { SkipOccurrenceMutation } from '@/graphql/generated/graphql';
import type { Again } from '@/graphql/outbox';
import { complain } from '@/ui/say';
import { SKIP } from './mutations';

export function recurrenceChanges(client: ApolloClient) {
  return {
    /** Leaves out one occurrence, the next. It is named, so that asking twice leaves out one. */
    async skip(opened: Task, occurrence: string, then: string | null) {
      const task = currentTask(client, opened);
      let expectedVersion = task.version;
      const variables = () => ({ input: { taskId: task.id, occurrence, expectedVersion } });
      /** Whether it was left out before: this very request may have done it, and its answer got lost. */
      let done = false;
      const again: Again = (data) => {
        const { task: now, errors } = (data as SkipOccurrenceMutation).payload;
        if (errors[0]?.code !== 'CONFLICT' || !now || now.version === expectedVersion) return null;
        done = now.recurrence?.nextOccurrence !== occurrence;
        expectedVersion = now.version;
        return done ? null : variables();
      };
      try {
        const { data } = await client.mutate({
          mutation: SKIP,
          variables: variables(),
          context: { again },
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
        if (error && !done) complain(error);
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
