/** Things as the server has them. */

import type { Board, Label, Project, Task } from '@/features/tasks/board';

export function aTask(but: Partial<Task> = {}): Task {
  return {
    __typename: 'Task',
    id: 'milk',
    title: 'Buy milk',
    description: '',
    completed: false,
    completedAt: null,
    priority: 'NONE',
    dueDate: null,
    dueOn: null,
    allDay: false,
    timeZone: 'UTC',
    position: 'a0',
    version: 1,
    createdAt: '2026-01-01T10:00:00Z',
    updatedAt: '2026-01-01T10:00:00Z',
    deletedAt: null,
    project: null,
    parent: null,
    labels: [],
    ...but,
  };
}

export function aProject(but: Partial<Project> = {}): Project {
  return {
    __typename: 'Project',
    id: 'home',
    name: 'Home',
    color: '#059669',
    archived: false,
    position: 'a0',
    version: 1,
    ...but,
  };
}

/** A thing, or the id of one that is gone. */
export type Thing = Task | Project | Label | Board['viewer'] | string;

export function about(type: string, cursor: string, thing: Thing) {
  const nothing = { task: null, project: null, label: null, user: null };
  const event = { __typename: 'Event', type, cursor, ...nothing };
  if (typeof thing === 'string') return { ...event, aggregateId: thing };
  return { ...event, aggregateId: thing.id, [thing.__typename.toLowerCase()]: thing };
}
