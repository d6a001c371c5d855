/** Everything that can be done to tasks: on screen at once, and then on the server. */

import type { ApolloCache, ApolloClient, TypedDocumentNode } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { currentTask, putTask } from '@/features/live/apply';
import { frameOf, started } from '@/features/recurrence/repeats';
import { reminderChanges } from '@/features/reminders/changes';
import { boardOf } from '@/graphql/cache';
import type { UpdateTaskMutation } from '@/graphql/generated/graphql';
import { newId } from '@/graphql/ids';
import type { WithAim } from '@/graphql/outbox/outbox';
import { complain, say } from '@/ui/say';
import { keepUndo, offerUndo } from '@/ui/undo';
import { type Outcome, outcomeOf } from './aim';
import type { Task } from './board';
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
  const board = () => boardOf(client.cache).board$.value;
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
      settled: (change, answer) => {
        left = outcomeOf(change, answer);
      },
    };
    let left: Outcome | undefined;
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
      if (!left || !data) return clashing;
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

  function setCompleted(task: Task, completed: boolean) {
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
  }

  return {
    restore,

    /** The task as it is shown, and whether it went well. */
    create(fields: NewTask) {
      const task = newTask(fields, zoneOf(client));
      const { due = null, reminders = [], allDayTime = '' } = fields;
      const saved = say(
        client.mutate({
          mutation: CREATE,
          variables: { input: createInput(task, fields) },
          optimisticResponse: { createTask: payload(task) },
          update: (cache, { data }) => show(cache, data?.createTask.task),
        }),
      );
      const added = reminders.map((beforeDue) => ({ id: newId(), when: { beforeDue } }));
      reminderChanges(client).save(task.id, [], { added, removed: [] }, { due, timeZone: task.timeZone, allDayTime });
      return { task, saved };
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

    setCompleted,

    /** Ticks a task off, or takes that back, so that it can be undone. `said` offers that, as where the row goes away. */
    async tick(task: Task, said: boolean) {
      const completed = !task.completed;
      const ticking = setCompleted(task, completed);
      const text = completed ? TEXT.completedIt(task.title) : TEXT.reopenedIt(task.title);
      const withdraw = (said ? offerUndo : keepUndo)(text, () => void setCompleted(task, !completed));
      if (!(await ticking)) withdraw();
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
      const withdraw = offerUndo(TEXT.deleted(task.title), () => void restore(task));
      if (!(await deleting)) withdraw();
    },
  };
}

export function useTaskChanges() {
  const client = useApolloClient();
  return useMemo(() => taskChanges(client), [client]);
}
