import type { Task } from '@/features/tasks/board';

/** As long as the server keeps what was deleted. */
const KEPT_DAYS = 30;
const DAY_MS = 24 * 60 * 60_000;

export interface Thrown {
  task: Task;
  /** How many are below it, and come back with it. */
  below: number;
  daysLeft: number;
}

/** What was deleted, the last first. What went along with what it was part of is told there. */
export function trashOf(tasks: readonly Task[], now: Date): Thrown[] {
  const deleted = new Map(tasks.filter(({ deletedAt }) => deletedAt !== null).map((task) => [task.id, task]));
  const top = (task: Task): Task => {
    const above = task.parent && deleted.get(task.parent.id);
    return above && above.deletedAt === task.deletedAt ? top(above) : task;
  };
  const below = new Map<string, number>();
  for (const task of deleted.values()) {
    const { id } = top(task);
    below.set(id, (below.get(id) ?? -1) + 1);
  }
  return [...deleted.values()]
    .filter(({ id }) => below.has(id))
    .map((task) => ({ task, below: below.get(task.id) ?? 0, daysLeft: daysLeft(task, now) }))
    .filter(({ daysLeft }) => daysLeft >= 0)
    .sort((one, other) => ((one.task.deletedAt ?? '') < (other.task.deletedAt ?? '') ? 1 : -1));
}

function daysLeft({ deletedAt }: Task, now: Date): number {
  return KEPT_DAYS - Math.floor((now.getTime() - Date.parse(deletedAt ?? '')) / DAY_MS);
}
