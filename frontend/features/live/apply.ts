/** What an event does to the copy of everything that this tab keeps. Twice is once, and late is never. */

import { type ApolloCache, type ApolloClient, isReference, type Reference } from '@apollo/client';
import { putReminder, withNewestReminders } from '@/features/reminders/keep';
import { BOARD, type Board, type Label, TASK_FIELDS, type Task } from '@/features/tasks/board';
import type { LiveEvent } from './events';

export interface Versioned {
  __typename: string;
  id: string;
  version: number;
}

/** The newest version of each thing that was seen here. What is gone stays gone. */
export class Versions {
  private readonly newest = new Map<string, number>();

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
    this.newest.set(keyOf({ __typename: typename, id }), Number.POSITIVE_INFINITY);
  }

  /** What is gone for good. */
  buried(): string[] {
    return [...this.newest].flatMap(([key, version]) => (version === Number.POSITIVE_INFINITY ? [key] : []));
  }

  buryAll(keys: readonly string[]) {
    for (const key of keys) this.newest.set(key, Number.POSITIVE_INFINITY);
  }

  /** All that was seen, for a copy that is made anew. */
  forget() {
    this.newest.clear();
  }
}

function keyOf(thing: { __typename: string; id: string }): string {
  return `${thing.__typename}:${thing.id}`;
}

export function applyEvent(cache: ApolloCache, versions: Versions, event: LiveEvent) {
  const id = event.aggregateId;
  switch (event.type) {
    case 'TASK_PURGED':
      versions.bury('Task', id);
      return change(cache, (board) => {
        for (const { id: reminder } of board.tasks.nodes.find((task) => task.id === id)?.reminders ?? []) {
          versions.bury('Reminder', reminder);
        }
        return { ...board, tasks: without(board.tasks, id) };
      });
    case 'PROJECT_DELETED':
      versions.bury('Project', id);
      return change(cache, (board) => withoutProject(board, id));
    case 'LABEL_DELETED':
      versions.bury('Label', id);
      return change(cache, (board) => withoutLabel(board, id));
  }
  const { task, reminder, project, label, user } = event;
  // Of a reminder's event the task is no more than the place: mostly it is here as it is.
  if (task && (reminder ? versions.isNews(task) : versions.admit(task))) {
    putTask(cache, withNewestReminders(cache, versions, task));
  }
  if (reminder && versions.admit(reminder)) putReminder(cache, reminder.task.id, reminder);
  if (project && versions.admit(project))
    change(cache, (board) => ({ ...board, projects: withNode(board.projects, project) }));
  if (label && versions.admit(label)) change(cache, (board) => withLabel(board, label));
  if (user && versions.admit(user)) change(cache, (board) => ({ ...board, viewer: user }));
}

/** A task as it is by now: what was drawn may be older than what came since. */
export function currentTask(client: ApolloClient, task: Task): Task {
  return client.readQuery({ query: BOARD }, true)?.tasks.nodes.find(({ id }) => id === task.id) ?? task;
}

/** A list as the cache keeps it. */
interface Kept {
  nodes: readonly Reference[];
}

/** Puts a task where it is, or behind the others. The rest of the board, which may be long, is not looked at. */
export function putTask(cache: ApolloCache, task: Task) {
  const reference = cache.writeFragment({ fragment: TASK_FIELDS, fragmentName: 'TaskFields', data: task });
  cache.modify<{ tasks: Kept }>({
    fields: {
      tasks(list, { readField }) {
        if (isReference(list) || !reference) return list;
        const known = list.nodes.some((node) => readField('id', node) === task.id);
        return known ? list : { ...list, nodes: [...list.nodes, reference] };
      },
    },
  });
}

export function change(cache: ApolloCache, how: (board: Board) => Board) {
  cache.updateQuery({ query: BOARD }, (board) => (board ? how(board) : undefined));
}

/** The board without a project: its tasks stay. */
export function withoutProject(board: Board, id: string): Board {
  return {
    ...board,
    projects: without(board.projects, id),
    tasks: {
      ...board.tasks,
      nodes: board.tasks.nodes.map((task) => (task.project?.id === id ? { ...task, project: null } : task)),
    },
  };
}

/** The board with a label as it now is. */
export function withLabel(board: Board, label: Label): Board {
  return { ...board, labels: [...board.labels.filter(({ id }) => id !== label.id), label] };
}

/** The board without a label, and so are its tasks. */
export function withoutLabel(board: Board, id: string): Board {
  return {
    ...board,
    labels: board.labels.filter((label) => label.id !== id),
    tasks: {
      ...board.tasks,
      nodes: board.tasks.nodes.map((task) => ({ ...task, labels: task.labels.filter((label) => label.id !== id) })),
    },
  };
}

/** The list with the thing as it now is, at its old place where it has one. */
export function withNode<Node extends { id: string }, List extends { nodes: Node[] }>(list: List, node: Node): List {
  const known = list.nodes.some(({ id }) => id === node.id);
  return {
    ...list,
    nodes: known ? list.nodes.map((other) => (other.id === node.id ? node : other)) : [...list.nodes, node],
  };
}

function without<List extends { nodes: { id: string }[] }>(list: List, id: string): List {
  return { ...list, nodes: list.nodes.filter((node) => node.id !== id) };
}
