/** What happened to tasks elsewhere, for people who look on: little, and not while much is caught up with. */

import { BehaviorSubject } from 'rxjs';
import type { LiveEvent } from './events';
import { TEXT } from './text';

const KINDS: Partial<Record<LiveEvent['type'], (title: string) => string>> = {
  TASK_CREATED: TEXT.news.added,
  TASK_COMPLETED: TEXT.news.completed,
  TASK_DELETED: TEXT.news.deleted,
  RECURRING_SPAWNED: TEXT.news.spawned,
};

export interface Piece {
  taskId: string;
  deleted: boolean;
  text: string;
}

/** What there is to tell of an event; null for what people see well enough, as it changes before their eyes. */
export function pieceOf({ type, task }: LiveEvent): Piece | null {
  const text = KINDS[type];
  return text && task ? { taskId: task.id, deleted: type === 'TASK_DELETED', text: text(task.title) } : null;
}

export function newsText([first, ...others]: readonly Piece[]): string {
  if (!first) return '';
  return others.length === 0 ? first.text : TEXT.news.many(others.length + 1);
}

const STORED_AS = 'taskflow-news';

/** Whether somebody wants to be told, in this browser. */
export const wantsNews$ = new BehaviorSubject(true);

/** Follows what other tabs choose, until what it returns is called. */
export function followChoice(): () => void {
  const read = () => {
    try {
      wantsNews$.next(localStorage.getItem(STORED_AS) !== 'off');
    } catch {
      // A browser that keeps nothing.
    }
  };
  read();
  addEventListener('storage', read);
  return () => removeEventListener('storage', read);
}

export function chooseNews(wanted: boolean) {
  wantsNews$.next(wanted);
  try {
    if (wanted) localStorage.removeItem(STORED_AS);
    else localStorage.setItem(STORED_AS, 'off');
  } catch {
    // It is so until the page is left.
  }
}
