/** The same change to many tasks, and one way back. */

import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useMemo } from 'react';
import { currentTask } from '@/features/live/apply';
import type { Label, Project, Task } from '@/features/tasks/board';
import { graphql } from '@/graphql/generated';
import type { ChangeTasksInput } from '@/graphql/generated/graphql';
import type { WithAim } from '@/graphql/outbox/outbox';
import { say } from '@/ui/say';
import { offerUndo } from '@/ui/undo';
import { TEXT } from './text';

const CHANGE = graphql(`
  mutation ChangeTasks($input: ChangeTasksInput!) {
    changeTasks(input: $input) { tasks { ...TaskFields } errors { code message field } }
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

  const context: WithAim = { aim: { kind: 'many' } };

  /** Ids of the tasks whose part was refused. */
  async function send({ tasks, fields, shown }: Step): Promise<ReadonlySet<string>> {
    const parts: Promise<string[]>[] = [];
    for (let from = 0; from < tasks.length; from += MOST) {
      const part = tasks.slice(from, from + MOST).map((task) => currentTask(client, task));
      const ids = part.map(({ id }) => id);
      const done = say(
        client.mutate({
          mutation: CHANGE,
          variables: { input: { ids, ...fields } },
          context: { ...context },
          optimisticResponse: {
            changeTasks: {
              __typename: 'TasksPayload',
              tasks: part.map((task) => ({ ...task, ...shown(task) })),
              errors: [],
            },
          },
        }),
      );
      parts.push(done.then((done) => (done ? [] : ids)));
    }
    return new Set((await Promise.all(parts)).flat());
  }

  /** Does it, and offers to undo at once all that was done. */
  async function doing(step: Step, said: (count: number) => string, back: readonly Step[]) {
    const all = step.tasks.length;
    if (all === 0) return;
    let refused: ReadonlySet<string> = new Set();
    const undo = () => {
      for (const one of back) void send({ ...one, tasks: one.tasks.filter(({ id }) => !refused.has(id)) });
    };
    const withdraw = offerUndo(said(all), undo);
    refused = await send(step);
    if (refused.size === 0) return;
    withdraw();
    if (refused.size < all) offerUndo(said(all - refused.size), undo);
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
      const said = completed ? TEXT.completed : TEXT.reopened;
      return doing(completing(others, completed), said, [completing(others, !completed)]);
    },

    remove(tasks: readonly Task[]) {
      return doing(deleting(tasks, true), TEXT.removed, [deleting(tasks, false)]);
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
      return doing(moving(others, project), (count) => TEXT.moved(count, project?.name ?? null), back);
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
        (count) => TEXT.labelled(count, label.name),
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
