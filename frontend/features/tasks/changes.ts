/** Everything that can be done to tasks: on screen at once, and then on the server. */

import type { ApolloCache, ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { toast } from 'sonner';
import { change, withNode } from '@/features/live/apply';
import type { UpdateTaskMutation } from '@/graphql/generated/graphql';
import { newId } from '@/graphql/ids';
import type { Again } from '@/graphql/outbox';
import { complain, say } from '@/ui/say';
import { BOARD, type Project, type Task } from './board';
import { type Draft, divide, fieldsOf, inputOf, isEmpty, withDraft } from './draft';
import { COMPLETE, CREATE, DELETE, REOPEN, RESTORE, UPDATE } from './mutations';
import { TEXT } from './text';

export interface NewTask {
  title: string;
  project: Pick<Project, 'id' | 'name' | 'color'> | null;
  parent?: Pick<Task, 'id'>;
}

const payload = (task: Task) => ({ __typename: 'TaskPayload' as const, task, errors: [] });

function show(cache: ApolloCache, task: Task | null | undefined) {
  if (task) change(cache, (board) => ({ ...board, tasks: withNode(board.tasks, task) }));
}

export function taskChanges(client: ApolloClient) {
  const now = () => new Date().toISOString();
  const board = () => client.readQuery({ query: BOARD }, true);

  /** As it is by now: what was drawn may be older than what came since. */
  const current = (task: Task): Task => board()?.tasks.nodes.find(({ id }) => id === task.id) ?? task;

  const restore = (task: Task) =>
    say(
      client.mutate({
        mutation: RESTORE,
        variables: { input: { id: task.id } },
        optimisticResponse: { restoreTask: payload({ ...current(task), deletedAt: null }) },
        update: (cache, { data }) => show(cache, data?.restoreTask.task),
      }),
    );

  return {
    restore,

    create({ title, project, parent }: NewTask) {
      const id = newId();
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      const task: Task = {
        __typename: 'Task',
        id,
        title,
        description: '',
        completed: false,
        completedAt: null,
        priority: 'NONE',
        dueDate: null,
        dueOn: null,
        allDay: false,
        timeZone,
        position: '~', // behind every rank there is, until the server gives it one
        version: 0,
        createdAt: now(),
        updatedAt: now(),
        deletedAt: null,
        project: project && { __typename: 'Project', id: project.id, name: project.name, color: project.color },
        parent: parent ? { __typename: 'Task', id: parent.id } : null,
        labels: [],
      };
      const belongs = { ...(project && { projectId: project.id }), ...(parent && { parentId: parent.id }) };
      return say(
        client.mutate({
          mutation: CREATE,
          variables: { input: { id, title, ...belongs } },
          optimisticResponse: { createTask: payload(task) },
          update: (cache, { data }) => show(cache, data?.createTask.task),
        }),
      );
    },

    /** What could not be saved, for the person to look at again; null where nothing is left. */
    async save(opened: Task, draft: Draft): Promise<Draft | null> {
      const task = current(opened);
      let { ours, clashing } = divide(draft, fieldsOf(task));
      let version = task.version;
      let deleted = false;
      const variables = () => ({ input: { id: task.id, expectedVersion: version, ...inputOf(ours) } });

      // Where others were quicker, what they left alone is sent again.
      const again: Again = (data) => {
        const { task: theirs, errors } = (data as UpdateTaskMutation).updateTask;
        if (errors[0]?.code !== 'CONFLICT' || !theirs) return null;
        deleted = theirs.deletedAt !== null;
        if (deleted || theirs.version === version) return null;
        version = theirs.version;
        const parts = divide(ours, fieldsOf(theirs));
        ours = parts.ours;
        clashing = { ...clashing, ...parts.clashing };
        return isEmpty(ours) ? null : variables();
      };

      if (!isEmpty(ours)) {
        try {
          const { data } = await client.mutate({
            mutation: UPDATE,
            variables: variables(),
            context: { again },
            optimisticResponse: { updateTask: payload(withDraft(task, ours, board()?.projects.nodes ?? [])) },
            update: (cache, { data }) => show(cache, data?.updateTask.task),
          });
          const [error] = data?.updateTask.errors ?? [];
          if (!error) ours = {};
          else if (!deleted && !isEmpty(ours)) complain(error);
        } catch (error) {
          complain(error);
        }
      }
      const left = { ...ours, ...clashing };
      return isEmpty(left) ? null : left;
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
