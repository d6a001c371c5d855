/** Everything that can be done to tasks: on screen at once, and then on the server. */

import type { ApolloCache, ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { toast } from 'sonner';
import { change, withNode } from '@/features/live/apply';
import { graphql } from '@/graphql/generated';
import type { UpdateTaskInput } from '@/graphql/generated/graphql';
import { newId } from '@/graphql/ids';
import { say } from '@/ui/say';
import type { Project, Task } from './board';
import { TEXT } from './text';

const CREATE = graphql(`
  mutation CreateTask($input: CreateTaskInput!) {
    createTask(input: $input) { task { ...TaskFields } errors { message } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateTask($input: UpdateTaskInput!) {
    updateTask(input: $input) { task { ...TaskFields } errors { message } }
  }
`);
const COMPLETE = graphql(`
  mutation CompleteTask($input: TaskIdInput!) {
    completeTask(input: $input) { task { ...TaskFields } errors { message } }
  }
`);
const REOPEN = graphql(`
  mutation ReopenTask($input: TaskIdInput!) {
    reopenTask(input: $input) { task { ...TaskFields } errors { message } }
  }
`);
const DELETE = graphql(`
  mutation DeleteTask($input: TaskIdInput!) {
    deleteTask(input: $input) { task { ...TaskFields } errors { message } }
  }
`);
const RESTORE = graphql(`
  mutation RestoreTask($input: TaskIdInput!) {
    restoreTask(input: $input) { task { ...TaskFields } errors { message } }
  }
`);

export interface NewTask {
  title: string;
  project: Project | null;
}

export interface TaskEdit {
  title: string;
  description: string;
  priority: Task['priority'];
  dueDate: string | null;
  dueOn: string | null;
  project: Project | null;
}

interface Payload {
  __typename: 'TaskPayload';
  task: Task | null;
  errors: { __typename: 'UserError'; message: string }[];
}

const payload = (task: Task): Payload => ({ __typename: 'TaskPayload', task, errors: [] });

function show(cache: ApolloCache, task: Task | null | undefined) {
  if (task) change(cache, (board) => ({ ...board, tasks: withNode(board.tasks, task) }));
}

export function taskChanges(client: ApolloClient) {
  const now = () => new Date().toISOString();

  const restore = (task: Task) =>
    say(
      client.mutate({
        mutation: RESTORE,
        variables: { input: { id: task.id } },
        optimisticResponse: { restoreTask: payload({ ...task, deletedAt: null }) },
        update: (cache, { data }) => show(cache, data?.restoreTask.task),
      }),
    );

  return {
    restore,

    create({ title, project }: NewTask) {
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
        labels: [],
      };
      return say(
        client.mutate({
          mutation: CREATE,
          variables: { input: { id, title, ...(project && { projectId: project.id }) } },
          optimisticResponse: { createTask: payload(task) },
          update: (cache, { data }) => show(cache, data?.createTask.task),
        }),
      );
    },

    update(task: Task, edit: TaskEdit) {
      const input = differences(task, edit);
      if (Object.keys(input).length === 0) return Promise.resolve(true);
      const { project, ...fields } = edit;
      return say(
        client.mutate({
          mutation: UPDATE,
          variables: { input: { id: task.id, ...input } },
          optimisticResponse: {
            updateTask: payload({
              ...task,
              ...fields,
              allDay: edit.dueOn !== null,
              project: project && { __typename: 'Project', id: project.id, name: project.name, color: project.color },
            }),
          },
          update: (cache, { data }) => show(cache, data?.updateTask.task),
        }),
      );
    },

    setCompleted(task: Task, completed: boolean) {
      const shown = payload({ ...task, completed, completedAt: completed ? now() : null });
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
          optimisticResponse: { deleteTask: payload({ ...task, deletedAt: now() }) },
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

/** Only what differs is sent, so that an edit elsewhere of another field is not undone by this one. */
export function differences(task: Task, edit: TaskEdit): Omit<UpdateTaskInput, 'id'> {
  const input: Omit<UpdateTaskInput, 'id'> = {};
  if (edit.title !== task.title) input.title = edit.title;
  if (edit.description !== task.description) input.description = edit.description;
  if (edit.priority !== task.priority) input.priority = edit.priority;
  if (edit.dueOn !== task.dueOn || (edit.dueOn === null && edit.dueDate !== task.dueDate)) {
    if (edit.dueOn !== null) input.dueOn = edit.dueOn;
    else input.dueDate = edit.dueDate;
  }
  if ((edit.project?.id ?? null) !== (task.project?.id ?? null)) input.projectId = edit.project?.id ?? null;
  return input;
}
