/** Tasks and what is below them. */

import type { Task } from './board';

/** As deep as the server lets subtasks go; and an end, should two pages of one load not fit together. */
const LEVELS = 5;

/** Without what was deleted, by itself or along with what it is part of. */
export function there(tasks: readonly Task[]): Task[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return tasks.filter((task) => {
    let above: Task | undefined = task;
    for (let level = 0; above && level <= LEVELS; level++) {
      if (above.deletedAt !== null) return false;
      above = above.parent ? byId.get(above.parent.id) : undefined;
    }
    return true;
  });
}

/** The task at the top of those that a task is below, as far as they are among these. */
export function topOf(task: Task, byId: ReadonlyMap<string, Task>): Task {
  let top = task;
  for (let level = 0; level < LEVELS; level++) {
    const above: Task | undefined = top.parent ? byId.get(top.parent.id) : undefined;
    if (!above) break;
    top = above;
  }
  return top;
}

/** The subtasks of each task that has any, in their order. */
export function subtasksOf(tasks: readonly Task[]): Map<string, Task[]> {
  const below = new Map<string, Task[]>();
  for (const task of [...tasks].sort(byPosition)) {
    if (!task.parent) continue;
    const siblings = below.get(task.parent.id);
    if (siblings) siblings.push(task);
    else below.set(task.parent.id, [task]);
  }
  return below;
}

/** Tasks as they stand: those on top, and what is below each as far as it is among them. */
export function treeOf(tasks: readonly Task[]) {
  const shown = new Set(tasks.map(({ id }) => id));
  const isBelow = ({ parent }: Task) => parent !== null && shown.has(parent.id);
  return { tops: tasks.filter((task) => !isBelow(task)), below: subtasksOf(tasks.filter(isBelow)) };
}

/** The tasks that recur, by id. */
export function seriesOf(tasks: readonly Task[]): Map<string, Task> {
  return new Map(tasks.filter(({ isRecurring }) => isRecurring).map((task) => [task.id, task]));
}

/** Ranks sort as bytes, which no locale's comparison does. */
export function byPosition(one: Task, other: Task): number {
  if (one.position !== other.position) return one.position < other.position ? -1 : 1;
  return one.createdAt < other.createdAt ? -1 : 1;
}
