/** Where in the list of all a task goes, by where it goes in the list that is seen. */

import type { Task } from '@/features/tasks/board';
import { byPosition } from '@/features/tasks/tree';

export interface Move {
  /** What it stands right after; null is before all. */
  after: Task | null;
  /** Its rank until the server gives it one. */
  position: string;
}

/** Puts the task at an index of the list that is seen, given without it. What lies between two that are seen moves as
 * little as can be: at the top it goes right before what was the first there. */
export function moveTo(task: Task, seen: readonly Task[], index: number, all: readonly Task[]): Move {
  const sorted = all.filter(({ id }) => id !== task.id).sort(byPosition);
  const before = seen[index - 1];
  const next = seen[0];
  const place = before ? sorted.indexOf(before) : next ? sorted.indexOf(next) - 1 : sorted.length - 1;
  const after = sorted[place] ?? null;
  return { after, position: rankAfter(after?.position ?? '', sorted[place + 1]?.position ?? null) };
}

/** A text that sorts right after a rank, and before whatever follows that: blanks and `!` come before all that ranks
 * are made of. */
export function rankAfter(rank: string, next: string | null): string {
  let tail = '!';
  while (next !== null && rank + tail >= next && tail.length < 100) tail = ` ${tail}`;
  return rank + tail;
}
