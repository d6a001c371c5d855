/** Everything that can be done to tasks: on screen at once, and then on the server. */

import type { ApolloCache, ApolloClient, TypedDocumentNode } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { toast } from 'sonner';
import { currentTask, putTask } from '@/features/live/apply';
import { frameOf, started } from '@/features/recurrence/repeats';
import type { UpdateTaskMutation } from '@/graphql/generated/graphql';
import type { Change } from '@/graphql/outbox/change';
import type { WithAim } from '@/graphql/outbox/outbox';
import { complain, say } from '@/ui/say';
import { outcomeOf } from './aim';
import { BOARD, type Task } from './board';
import { type Draft, divide, fieldsOf, isEmpty, withDraft } from './draft';
import { inputFor, mutationFor } from './edit';
import { COMPLETE, CREATE, DELETE, REOPEN, RESTORE } from './mutations';
import { createInput, type NewTask, newTask } from './newTask';
import { TEXT } from './text';
import { zoneOf } from './when';

type Saved = UpdateTaskMutation;

const payload = (task: Task) => ({ __typename: 'TaskPayload' as const, task, errors: [] });

function show(cache: ApolloCache, task: Task | null | undefined) {
  if (task) putTask(cache, task);
}

export function taskChanges(client: ApolloClient) {
  const now = () => new Date().toISOString();
  const board = () => client.readQuery({ query: BOARD }, true);
  const current = (task: Task) => currentTask(client, task);

  const restore = (task: Task) =>
    say(
      client.mutate({
        mutation: RESTORE,
        variables: { input: { id: task.id } },
        optimisticResponse: { restoreTask: payload({ ...current(task), deletedAt: null }) },
        update: (cache, { data }) => show(cache, data?.restoreTask.task),
      }),
    );

  /** Sends a part of a draft; what of it could not be saved. */
  async function send(opened: Task, draft: Draft): Promise<Draft> {
    const task = current(opened);
    const { ours, clashing } = divide(draft, fieldsOf(task));
    if (isEmpty(ours)) return clashing;
    const context: WithAim = {
      aim: { kind: 'edit', ours, clashing },
      settled: (change) => {
        sent = change;
      },
    };
    let sent: Change | undefined;
    try {
      const { data } = await client.mutate<Saved>({
        mutation: mutationFor(ours) as TypedDocumentNode<Saved>,
        variables: { input: inputFor(task, ours) },
        context: { ...context },
        optimisticResponse: {
          payload: payload(
            withDraft(task, ours, { projects: board()?.projects.nodes ?? [], labels: board()?.labels ?? [] }),
          ),
        },
        update: (cache, { data }) => show(cache, data?.payload.task),
      });
      if (!sent || !data) return clashing;
      const left = outcomeOf(sent, { data });
      const [error] = data.payload.errors;
      if (error && !left.deleted && !isEmpty(left.ours)) complain(error);
      return { ...left.ours, ...left.clashing };
    } catch (error) {
      complain(error);
      return { ...ours, ...clashing };
    }
  }

  function sendRepeats(task: Task, repeats: Draft['repeats'], due: string | null): Promise<Draft> | Draft {
    if (!repeats) return {};
    const { was, mine } = repeats;
    return send(task, { repeats: { was, mine: mine && started(mine, due, frameOf(task, due)) } });
  }

  return {
    restore,

    create(fields: NewTask) {
      const task = newTask(fields, zoneOf(client));
      return say(
        client.mutate({
          mutation: CREATE,
          variables: { input: createInput(task, fields) },
          optimisticResponse: { createTask: payload(task) },
          update: (cache, { data }) => show(cache, data?.createTask.task),
        }),
      );
    },

    /** What could not be saved, for the person to look at again; null where nothing is left. */
    async save(task: Task, draft: Draft): Promise<Draft | null> {
      const { repeats, ...fields } = draft;
      const due = draft.due ? draft.due.mine : fieldsOf(current(task)).due;
      // In this order: what repeats starts when the task is due.
      const left = await Promise.all([send(task, fields), sendRepeats(task, repeats, due)]);
      const all = { ...left[0], ...left[1] };
      return isEmpty(all) ? null : all;
    },

    setCompleted(task: Task, completed: boolean) {
      const shown = payload({ ...current(task), completed, completedAt: completed ? now() : null });
      const variables = { input: { id: task.id } };
      return say(
        completed
          ? client.mutate({
              mutation: COMPLETE,
              variables,
              optimisticResponse: { completeTask: shown },
              update: (cache, { data }) => show(cache, data?.completeTask.task),
            })
          : client.mutate({
              mutation: REOPEN,
              variables,
              optimisticResponse: { reopenTask: shown },
              update: (cache, { data }) => show(cache, data?.reopenTask.task),
            }),
      );
    },

    /** Completes or reopens it, and offers to undo that: for what may happen by accident. */
    tick(task: Task, completed: boolean) {
      void this.setCompleted(task, completed);
      toast(completed ? TEXT.done(task.title) : TEXT.reopened(task.title), {
        action: { label: TEXT.undo, onClick: () => void this.setCompleted(task, !completed) },
      });
    },

    async remove(task: Task) {
      const deleting = say(
        client.mutate({
          mutation: DELETE,
          variables: { input: { id: task.id } },
          optimisticResponse: { deleteTask: payload({ ...current(task), deletedAt: now() }) },
          update: (cache, { data }) => show(cache, data?.deleteTask.task),
        }),
      );
      const shown = toast(TEXT.deleted(task.title), {
        action: { label: TEXT.undo, onClick: () => void restore(task) },
      });
      if (!(await deleting)) toast.dismiss(shown);
    },
  };
}

export function useTaskChanges() {
  const client = useApolloClient();
  return useMemo(() => taskChanges(client), [client]);
}
