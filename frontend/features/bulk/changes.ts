/** The same change to many tasks, and one way back. */

import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { currentTask } from '@/features/live/apply';
import type { Label, Project, Task } from '@/features/tasks/board';
import { graphql } from '@/graphql/generated';
import type { ChangeTasksInput } from '@/graphql/generated/graphql';
import { say } from '@/ui/say';
import { offerUndo } from '@/ui/undo';
import { TEXT } from './text';

const CHANGE = graphql(`
  mutation ChangeTasks($input: ChangeTasksInput!) {
    changeTasks(input: $input) { tasks { ...TaskFields } errors { code message } }
  }
`);

/** As many as the server changes at once. */
const MOST = 200;

/** One change to some tasks: what is sent, and what a task is made of it. */
interface Step {
  tasks: readonly Task[];
  fields: Omit<ChangeTasksInput, 'ids'>;
  shown: (task: Task) => Partial<Task>;
}

type ProjectOf = Pick<Project, 'id' | 'name' | 'color'> | null;

export function bulkChanges(client: ApolloClient) {
  const now = () => new Date().toISOString();

  async function send({ tasks, fields, shown }: Step): Promise<boolean> {
    const sending: Promise<boolean>[] = [];
    for (let from = 0; from < tasks.length; from += MOST) {
      const part = tasks.slice(from, from + MOST).map((task) => currentTask(client, task));
      sending.push(
        say(
          client.mutate({
            mutation: CHANGE,
            variables: { input: { ids: part.map(({ id }) => id), ...fields } },
            optimisticResponse: {
              changeTasks: {
                __typename: 'TasksPayload',
                tasks: part.map((task) => ({ ...task, ...shown(task) })),
                errors: [],
              },
            },
          }),
        ),
      );
    }
    return (await Promise.all(sending)).every(Boolean);
  }

  /** Does it, and offers to undo it all at once. */
  async function doing(step: Step, said: string, back: readonly Step[]) {
    if (step.tasks.length === 0) return;
    const done = send(step);
    const withdraw = offerUndo(said, () => {
      for (const one of back) void send(one);
    });
    if (!(await done)) withdraw();
  }

  const completing = (tasks: readonly Task[], completed: boolean): Step => ({
    tasks,
    fields: { completed },
    shown: () => ({ completed, completedAt: completed ? now() : null }),
  });
  const deleting = (tasks: readonly Task[], deleted: boolean): Step => ({
    tasks,
    fields: { deleted },
    shown: () => ({ deletedAt: deleted ? now() : null }),
  });
  const moving = (tasks: readonly Task[], project: ProjectOf): Step => ({
    tasks,
    fields: { projectId: project?.id ?? null },
    shown: () => ({
      project: project && { __typename: 'Project', id: project.id, name: project.name, color: project.color },
    }),
  });

  return {
    setCompleted(tasks: readonly Task[], completed: boolean) {
      const others = tasks.filter((task) => task.completed !== completed);
      const said = completed ? TEXT.completed(others.length) : TEXT.reopened(others.length);
      return doing(completing(others, completed), said, [completing(others, !completed)]);
    },

    remove(tasks: readonly Task[]) {
      return doing(deleting(tasks, true), TEXT.removed(tasks.length), [deleting(tasks, false)]);
    },

    move(tasks: readonly Task[], project: ProjectOf) {
      const others = tasks.filter((task) => task.project?.id !== project?.id);
      const from = new Map(others.map((task) => [task.project?.id, task.project]));
      const back = [...from].map(([id, was]) =>
        moving(
          others.filter((task) => task.project?.id === id),
          was,
        ),
      );
      return doing(moving(others, project), TEXT.moved(others.length, project?.name ?? null), back);
    },

    label(tasks: readonly Task[], label: Label) {
      const others = tasks.filter(({ labels }) => labels.every(({ id }) => id !== label.id));
      const without = ({ labels }: Task) => labels.filter(({ id }) => id !== label.id);
      return doing(
        {
          tasks: others,
          fields: { addLabelIds: [label.id] },
          shown: (task) => ({ labels: [...without(task), label] }),
        },
        TEXT.labelled(others.length, label.name),
        [
          {
            tasks: others,
            fields: { removeLabelIds: [label.id] },
            shown: (task) => ({ labels: without(task) }),
          },
        ],
      );
    },
  };
}

export function useBulkChanges() {
  const client = useApolloClient();
  return useMemo(() => bulkChanges(client), [client]);
}
