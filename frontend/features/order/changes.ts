import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { currentTask } from '@/features/live/apply';
import type { Task } from '@/features/tasks/board';
import { UPDATE } from '@/features/tasks/mutations';
import { say } from '@/ui/say';
import type { Move } from './moves';

/** An order has no version: whoever comes last has it. */
export function placeTask(client: ApolloClient, task: Task, { after, position }: Move) {
  return say(
    client.mutate({
      mutation: UPDATE,
      variables: { input: { id: task.id, afterId: after?.id ?? null } },
      optimisticResponse: {
        payload: { __typename: 'TaskPayload', task: { ...currentTask(client, task), position }, errors: [] },
      },
    }),
  );
}

export function usePlaceTask() {
  const client = useApolloClient();
  return useMemo(() => (task: Task, move: Move) => void placeTask(client, task, move), [client]);
}
