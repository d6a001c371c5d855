/** What an event does to the copy of everything that this tab keeps. Twice is once, and late is never. */

import { type ApolloCache, type ApolloClient, isReference, type Reference } from '@apollo/client';
import { putReminder, withNewestReminders } from '@/features/reminders/keep';
import {
  type Board,
  LABEL_FIELDS,
  type Label,
  PROJECT_FIELDS,
  type Project,
  TASK_FIELDS,
  type Task,
  VIEWER_FIELDS,
} from '@/features/tasks/board';
import { boardOf } from '@/graphql/cache';
import type { LiveEvent } from './events';

export interface Versioned {
  __typename: string;
  id: string;
  version: number;
}

/** The newest version of each thing that was seen here. What is gone stays gone. */
export class Versions {
  private readonly newest = new Map<string, number>();
  private readonly gone = new Set<string>();

  /** Whether the thing is at least as new as what was seen; remembers that it was. */
  admit(thing: Versioned): boolean {
    const key = keyOf(thing);
    if ((this.newest.get(key) ?? 0) > thing.version) return false;
    this.newest.set(key, thing.version);
    return true;
  }

  /** Whether the thing is newer than what was seen; remembers it. */
  isNews(thing: Versioned): boolean {
    return this.newest.get(keyOf(thing)) !== thing.version && this.admit(thing);
  }

  bury(typename: string, id: string) {
    this.buryAll([keyOf({ __typename: typename, id })]);
  }

  /** What is gone for good. */
  buried(): string[] {
    return [...this.gone];
  }

  buryAll(keys: readonly string[]) {
    for (const key of keys) {
      this.newest.set(key, Number.POSITIVE_INFINITY);
      this.gone.add(key);
    }
  }

  /** All that was seen, for a copy that is made anew. */
  forget() {
    this.newest.clear();
    this.gone.clear();
  }
}

function keyOf(thing: { __typename: string; id: string }): string {
  return `${thing.__typename}:${thing.id}`;
}

/** All that an event says, as one change. */
export function applyEvent(cache: ApolloCache, versions: Versions, event: LiveEvent) {
  cache.batch({ update: (cache) => apply(cache, versions, event) });
}

function apply(cache: ApolloCache, versions: Versions, event: LiveEvent) {
  const id = event.aggregateId;
  switch (event.type) {
    case 'TASK_PURGED':
      versions.bury('Task', id);
      for (const reminder of remindersOf(cache, id)) versions.bury('Reminder', reminder);
      return remove(cache, 'tasks', { __typename: 'Task', id });
    case 'PROJECT_DELETED':
      versions.bury('Project', id);
      return removeProject(cache, id);
    case 'LABEL_DELETED':
      versions.bury('Label', id);
      return removeLabel(cache, id);
  }
  const { task, reminder, project, label, user } = event;
  // Of a reminder's event the task is no more than the place: mostly it is here as it is.
  if (task && (reminder ? versions.isNews(task) : versions.admit(task))) {
    putTask(cache, withNewestReminders(cache, versions, task));
  }
  if (reminder && versions.admit(reminder)) putReminder(cache, reminder.task.id, reminder);
  if (project && versions.admit(project)) putProject(cache, project);
  if (label && versions.admit(label)) putLabel(cache, label);
  if (user && versions.admit(user)) putViewer(cache, user);
}

/** A task as it is by now: what was drawn may be older than what came since. */
export function currentTask(client: ApolloClient, task: Task): Task {
  return boardOf(client.cache).task(task.id) ?? task;
}

/** Puts a thing where it is, or behind its like. */
export function putTask(cache: ApolloCache, task: Task) {
  append(cache, 'tasks', cache.writeFragment({ fragment: TASK_FIELDS, fragmentName: 'TaskFields', data: task }));
}

export function putProject(cache: ApolloCache, project: Project) {
  append(cache, 'projects', cache.writeFragment({ fragment: PROJECT_FIELDS, data: project }));
}

export function putLabel(cache: ApolloCache, label: Label) {
  append(cache, 'labels', cache.writeFragment({ fragment: LABEL_FIELDS, data: label }));
}

export function putViewer(cache: ApolloCache, viewer: Board['viewer']) {
  cache.writeFragment({ fragment: VIEWER_FIELDS, data: viewer });
}

/** A project goes, its tasks stay. */
export function removeProject(cache: ApolloCache, id: string) {
  const gone = remove(cache, 'projects', { __typename: 'Project', id });
  changeTasks(cache, 'project', (project) => (isReference(project) && project.__ref === gone ? null : project));
}

/** A label goes, and so it does from its tasks. */
export function removeLabel(cache: ApolloCache, id: string) {
  const gone = remove(cache, 'labels', { __typename: 'Label', id });
  changeTasks(cache, 'labels', (labels) => {
    const known = labels as readonly Reference[];
    return known.some(({ __ref }) => __ref === gone) ? known.filter(({ __ref }) => __ref !== gone) : labels;
  });
}

type List = 'tasks' | 'projects' | 'labels';
/** As the cache keeps them: with pages, or without. */
type Kept = { nodes: readonly Reference[] } | readonly Reference[];

/** What waits to be saved has a list of its own above: it would hide what is new below, until it is saved. */
function changeList(cache: ApolloCache, name: List, how: (list: readonly Reference[]) => readonly Reference[]) {
  for (const optimistic of [false, true]) {
    cache.modify<Record<List, Kept>>({
      optimistic,
      fields: {
        [name](list: Kept) {
          const known = 'nodes' in list ? list.nodes : list;
          const next = how(known);
          if (next === known) return list;
          return 'nodes' in list ? { ...list, nodes: next } : next;
        },
      },
    });
  }
}

function append(cache: ApolloCache, name: List, thing: Reference | undefined) {
  if (!thing) return;
  changeList(cache, name, (list) => (list.some(({ __ref }) => __ref === thing.__ref) ? list : [...list, thing]));
}

/** What it was called in the cache. */
function remove(cache: ApolloCache, name: List, thing: { __typename: string; id: string }): string | undefined {
  const gone = cache.identify(thing);
  changeList(cache, name, (list) => list.filter(({ __ref }) => __ref !== gone));
  return gone;
}

/** Changes a field of those tasks where it is to be another. */
function changeTasks(cache: ApolloCache, field: 'project' | 'labels', how: (value: unknown) => unknown) {
  let tasks: readonly Reference[] = [];
  changeList(cache, 'tasks', (list) => {
    tasks = list;
    return list;
  });
  for (const { __ref: id } of tasks) cache.modify({ id, fields: { [field]: how } });
}

function remindersOf(cache: ApolloCache, taskId: string): string[] {
  const ids: string[] = [];
  const id = cache.identify({ __typename: 'Task', id: taskId });
  cache.modify<{ reminders: readonly Reference[] }>({
    ...(id && { id }),
    fields: {
      reminders(known, { readField }) {
        for (const reminder of known) ids.push(String(readField('id', reminder)));
        return known;
      },
    },
  });
  return ids;
}
