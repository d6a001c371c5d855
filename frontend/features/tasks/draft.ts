/** What a person is changing of a task: each field as it was when they began with it, and as they want it.
 *
 * What others change meanwhile stands beside that. Only where both changed the same field is there anything to choose.
 */

import { type Repeats, repeatsOf, withRepeats } from '@/features/recurrence/repeats';
import type { UpdateTaskInput } from '@/graphql/generated/graphql';
import type { Label, Project, Task } from './board';
import { dueFields, isDay } from './due';
import { same } from './same';

/** A task as the editor has it. `due` is a day or an instant. */
export interface Fields {
  title: string;
  description: string;
  priority: Task['priority'];
  due: string | null;
  projectId: string | null;
  /** In the order of their ids. */
  labelIds: readonly string[];
  repeats: Repeats | null;
}

export type Draft = { readonly [Name in keyof Fields]?: { readonly was: Fields[Name]; readonly mine: Fields[Name] } };

export function fieldsOf(task: Task): Fields {
  const { title, description, priority } = task;
  const instant = task.dueDate && new Date(task.dueDate).toISOString();
  return {
    title,
    description,
    priority,
    due: task.dueOn ?? instant,
    projectId: task.project?.id ?? null,
    labelIds: task.labels.map(({ id }) => id).sort(),
    repeats: repeatsOf(task),
  };
}

/** The draft with a field as it is wanted; one that is put back to what it was is no longer part of it. */
export function touch<Name extends keyof Fields>(draft: Draft, name: Name, mine: Fields[Name], now: Fields): Draft {
  const known = draft[name];
  const was = known ? known.was : now[name];
  return same(mine, was) ? untouch(draft, name) : { ...draft, [name]: { was, mine } };
}

/** The draft without a field: what others made of it stands. */
export function untouch(draft: Draft, name: keyof Fields): Draft {
  const { [name]: _, ...rest } = draft;
  return rest;
}

/** The draft with a field as it is wanted, whatever others made of it up to now. */
export function insist(draft: Draft, name: keyof Fields, now: Fields): Draft {
  return { ...draft, [name]: { was: now[name], mine: draft[name]?.mine } };
}

export function isEmpty(draft: Draft): boolean {
  return Object.keys(draft).length === 0;
}

/** What of a draft is to be saved, and what others have changed as well. What is so already is neither. */
export function divide(draft: Draft, now: Fields): { ours: Draft; clashing: Draft } {
  type Change = { was: unknown; mine: unknown };
  const those = (test: (change: Change, now: unknown) => boolean): Draft =>
    Object.fromEntries(Object.entries(draft).filter(([name, change]) => test(change, now[name as keyof Fields])));
  return {
    ours: those(({ was, mine }, is) => same(is, was) && !same(is, mine)),
    clashing: those(({ was, mine }, is) => !same(is, was) && !same(is, mine)),
  };
}

/** What to send of the task's own fields: one left out stays as it is. */
export function inputOf({
  title,
  description,
  priority,
  due,
  projectId,
  labelIds,
}: Draft): Omit<UpdateTaskInput, 'id'> {
  return {
    ...(title && { title: title.mine }),
    ...(description && { description: description.mine }),
    ...(priority && { priority: priority.mine }),
    ...(due && (isDay(due.mine) ? { dueOn: due.mine } : { dueDate: due.mine })),
    ...(projectId && { projectId: projectId.mine }),
    ...(labelIds && { labelIds: [...labelIds.mine] }),
  };
}

/** What a task's ids mean. */
interface Known {
  projects: readonly Project[];
  labels: readonly Label[];
}

/** The task as it will be. */
export function withDraft(task: Task, draft: Draft, { projects, labels }: Known): Task {
  const { title, description, priority, due, projectId, labelIds, repeats } = draft;
  const project = projectId && projects.find(({ id }) => id === projectId.mine);
  const next = {
    ...task,
    ...(title && { title: title.mine }),
    ...(description && { description: description.mine }),
    ...(priority && { priority: priority.mine }),
    ...(due && dueFields(due.mine, task.timeZone)),
    ...(projectId && {
      project: project
        ? { __typename: 'Project' as const, id: project.id, name: project.name, color: project.color }
        : null,
    }),
    ...(labelIds && { labels: labels.filter(({ id }) => labelIds.mine.includes(id)) }),
  };
  return repeats ? withRepeats(next, repeats.mine) : next;
}
