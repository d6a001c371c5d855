/** Everything that can be done to tasks: on screen at once, and then on the server. */

import type { ApolloCache, ApolloClient, TypedDocumentNode } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { toast } from 'sonner';
import { currentTask, putTask } from '@/features/live/apply';
import { CLEAR, SET } from '@/features/recurrence/mutations';
import { frameOf, inputOf as recurrenceInput, started } from '@/features/recurrence/repeats';
import type { UpdateTaskMutation } from '@/graphql/generated/graphql';
import type { Again } from '@/graphql/outbox';
import { complain, say } from '@/ui/say';
import { BOARD, type Task } from './board';
import { type Draft, divide, fieldsOf, inputOf, isEmpty, withDraft } from './draft';
import { COMPLETE, CREATE, DELETE, REOPEN, RESTORE, UPDATE } from './mutations';
import { createInput, type NewTask, newTask } from './newTask';
import { TEXT } from './text';

type Saved = UpdateTaskMutation;

/** How a part of a draft is sent. */
interface How<Input> {
  mutation: TypedDocumentNode<Saved, { input: Input }>;
  /** For the task as it is by now. */
  input: (task: Task, ours: Draft) => Input;
}

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
  async function send<Input>(opened: Task, draft: Draft, { mutation, input }: How<Input>): Promise<Draft> {
    const task = current(opened);
    let { ours, clashing } = divide(draft, fieldsOf(task));
    let { version } = task;
    let deleted = false;

    // Where others were quicker, what they left alone is sent again.
    const again: Again = (data) => {
      const { task: theirs, errors } = (data as Saved).payload;
      if (errors[0]?.code !== 'CONFLICT' || !theirs) return null;
      deleted = theirs.deletedAt !== null;
      if (deleted || theirs.version === version) return null;
      version = theirs.version;
      const parts = divide(ours, fieldsOf(theirs));
      ours = parts.ours;
      clashing = { ...clashing, ...parts.clashing };
      return isEmpty(ours) ? null : { input: input(theirs, ours) };
    };

    if (!isEmpty(ours)) {
      try {
        const { data } = await client.mutate<Saved>({
          mutation,
          variables: { input: input(task, ours) },
          context: { again },
          optimisticResponse: {
            payload: payload(
              withDraft(task, ours, { projects: board()?.projects.nodes ?? [], labels: board()?.labels ?? [] }),
            ),
          },
          update: (cache, { data }) => show(cache, data?.payload.task),
        });
        const [error] = data?.payload.errors ?? [];
        if (!error) ours = {};
        else if (!deleted && !isEmpty(ours)) complain(error);
      } catch (error) {
        complain(error);
      }
    }
    return { ...ours, ...clashing };
  }

  function sendRepeats(task: Task, repeats: Draft['repeats'], due: string | null): Promise<Draft> | Draft {
    if (!repeats) return {};
    const { was, mine: wanted } = repeats;
    if (!wanted) {
      return send(
        task,
        { repeats },
        { mutation: CLEAR, input: ({ id, version }) => ({ id, expectedVersion: version }) },
      );
    }
    const mine = started(wanted, due, frameOf(task, due));
    return send(
      task,
      { repeats: { was, mine } },
      {
        mutation: SET,
        input: (now) => ({ taskId: now.id, expectedVersion: now.version, recurrence: recurrenceInput(mine, now) }),
      },
    );
  }

  return {
    restore,

    create(fields: NewTask) {
      const task = newTask(fields);
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
      const left = await Promise.all([
        send(task, fields, {
          mutation: UPDATE,
          input: ({ id, version }, ours) => ({ id, expectedVersion: version, ...inputOf(ours) }),
        }),
        sendRepeats(task, repeats, due),
      ]);
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
