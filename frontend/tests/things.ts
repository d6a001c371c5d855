/** Things as the server has them. */

import type { Channel } from '@/features/channels/operations';
import type { Recurrence } from '@/features/recurrence/fragment';
import type { Reminder } from '@/features/reminders/fragment';
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
    isRecurring: false,
    occurrence: null,
    version: 1,
    createdAt: '2026-01-01T10:00:00Z',
    updatedAt: '2026-01-01T10:00:00Z',
    deletedAt: null,
    project: null,
    parent: null,
    labels: [],
    recurrence: null,
    spawnedFrom: null,
    reminders: [],
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

export function aRecurrence(but: Partial<Recurrence> = {}): Recurrence {
  return {
    __typename: 'Recurrence',
    rule: 'FREQ=DAILY',
    timeZone: 'UTC',
    start: '2031-05-01T09:00:00Z',
    mode: 'SCHEDULE',
    missed: 'LATEST',
    lead: 'PT0S',
    nextOccurrence: '2031-05-02T09:00:00Z',
    ended: false,
    summary: 'every day',
    ...but,
  };
}

/** A task that recurs, from May 2031 on. */
export function aSeries(recurrence: Partial<Recurrence> = {}, but: Partial<Task> = {}): Task {
  return aTask({ dueDate: '2031-05-01T09:00:00Z', isRecurring: true, recurrence: aRecurrence(recurrence), ...but });
}

export function aReminder(but: Partial<Reminder> = {}): Reminder {
  return {
    __typename: 'Reminder',
    id: 'bell',
    remindAt: '2031-05-01T08:30:00Z',
    beforeDue: null,
    status: 'PENDING',
    notified: false,
    notifiedAt: null,
    late: false,
    version: 1,
    createdAt: '2026-01-01T10:00:00Z',
    ...but,
  };
}

/** A reminder that rang so many minutes ago. */
export function aRing(minutes: number, but: Partial<Reminder> = {}): Reminder {
  const at = new Date(Date.now() - minutes * 60_000).toISOString();
  return aReminder({ remindAt: at, status: 'NOTIFIED', notified: true, notifiedAt: at, version: 2, ...but });
}

/** What an event tells of a task's reminder. */
export function ofTask(reminder: Reminder, task: Task) {
  return { ...reminder, task };
}

/** A thing, or the id of one that is gone. */
export type Thing = Task | Project | Label | Board['viewer'] | ReturnType<typeof ofTask> | string;

export function about(type: string, cursor: string, thing: Thing) {
  const nothing = { task: null, reminder: null, project: null, label: null, user: null };
  const event = {
    __typename: 'Event',
    type,
    cursor,
    timestamp: new Date().toISOString(),
    correlationId: 'elsewhere',
    ...nothing,
  };
  if (typeof thing === 'string') return { ...event, aggregateId: thing };
  if (thing.__typename === 'Reminder') return { ...event, aggregateId: thing.id, task: thing.task, reminder: thing };
  return { ...event, aggregateId: thing.id, [thing.__typename.toLowerCase()]: thing };
}

export function aChannel(but: Partial<Channel> = {}): Channel {
  return {
    __typename: 'Channel',
    id: 'hook',
    kind: 'WEBHOOK',
    label: '',
    target: 'https://example.org/hook',
    types: ['REMINDER_TRIGGERED'],
    enabled: true,
    confirmed: true,
    failedAt: null,
    failure: null,
    ...but,
  };
}
