/** A task before the server knows it: as it is shown meanwhile, and as it is sent. */

import { type Repeats, inputOf as recurrenceInput, withRepeats } from '@/features/recurrence/repeats';
import type { CreateTaskInput } from '@/graphql/generated/graphql';
import { newId } from '@/graphql/ids';
import type { Label, Project, Task } from './board';
import { dueFields, isDay } from './due';

export interface NewTask {
  title: string;
  project: Pick<Project, 'id' | 'name' | 'color'> | null;
  parent?: Pick<Task, 'id'>;
  priority?: Task['priority'];
  /** A day or an instant. */
  due?: string | null;
  repeats?: Repeats | null;
  labels?: readonly Label[];
  /** Durations before it is due, and the time of a day from which they are counted for one that is due all day. They
   * are made behind it, with ids that are known at once: so each can be taken away again, whatever was sent by then. */
  reminders?: readonly string[];
  allDayTime?: string;
}

export function newTask(fields: NewTask, timeZone: string): Task {
  const { title, project, parent, priority, due = null, repeats, labels } = fields;
  const now = new Date().toISOString();
  const task: Task = {
    __typename: 'Task',
    id: newId(),
    title,
    description: '',
    completed: false,
    completedAt: null,
    priority: priority ?? 'NONE',
    ...dueFields(due, timeZone),
    timeZone,
    position: '~', // behind every rank there is, until the server gives it one
    isRecurring: false,
    occurrence: null,
    version: 0,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
    project: project && { __typename: 'Project', id: project.id, name: project.name, color: project.color },
    parent: parent ? { __typename: 'Task', id: parent.id } : null,
    labels: [...(labels ?? [])],
    recurrence: null,
    spawnedFrom: null,
    reminders: [],
  };
  return repeats ? withRepeats(task, repeats) : task;
}

/** What is to be sent for it. What it has a day or a time of is reckoned in the zone in which that was typed. */
export function createInput(task: Task, { due = null, repeats }: NewTask): CreateTaskInput {
  const { id, title, priority, timeZone, project, parent, labels } = task;
  return {
    id,
    title,
    ...(priority !== 'NONE' && { priority }),
    ...(due !== null && (isDay(due) ? { dueOn: due } : { dueDate: due })),
    ...((due !== null || repeats) && { timeZone }),
    ...(project && { projectId: project.id }),
    ...(parent && { parentId: parent.id }),
    ...(labels.length > 0 && { labelIds: labels.map((label) => label.id) }),
    ...(repeats && { recurrence: recurrenceInput(repeats, { timeZone, recurrence: null, reminders: [] }) }),
  };
}
