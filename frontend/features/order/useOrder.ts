import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import type { Task } from '@/features/tasks/board';
import { announce } from '@/ui/announce';
import { usePlaceTask } from './changes';
import { startDrag } from './drag';
import { moveTo } from './moves';
import { TEXT } from './text';

export interface Order {
  /** Puts a task one place up (-1) or down (1) among those that it is shown with. */
  shift: (id: string, by: -1 | 1) => void;
}

/** Puts tasks of a page in order: by their handles, and by alt and the arrows. `siblingsOf` says which ones a task is in
 * order with, itself among them, whether they are drawn or not. */
export function useOrder(
  page: RefObject<HTMLElement | null>,
  tasks: readonly Task[],
  siblingsOf: (id: string) => readonly Task[],
): Order {
  const place = usePlaceTask();
  const moved = useRef<string | null>(null);
  const known = useRef(tasks);
  known.current = tasks;

  function put(id: string, index: number) {
    const siblings = siblingsOf(id);
    const task = siblings.find((task) => task.id === id);
    if (!task) return;
    const seen = siblings.filter((other) => other !== task);
    moved.current = id;
    place(task, moveTo(task, seen, index, known.current));
    announce(TEXT.moved(task.title, index + 1, siblings.length));
  }

  const placeOf = (id: string) => siblingsOf(id).findIndex((task) => task.id === id);

  function shift(id: string, by: -1 | 1) {
    const count = siblingsOf(id).length;
    const index = placeOf(id) + by;
    if (count === 0) return;
    if (index < 0 || index >= count) announce(by < 0 ? TEXT.first : TEXT.last);
    else put(id, index);
  }

  const now = useRef({ put, shift, placeOf });
  now.current = { put, shift, placeOf };

  useEffect(() => {
    const element = page.current;
    const pressed = (event: KeyboardEvent) => {
      const row = rowAt(event.target);
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key] as -1 | 1 | undefined;
      if (!row || !by || !event.altKey || now.current.placeOf(idOf(row)) < 0) return;
      event.preventDefault();
      now.current.shift(idOf(row), by);
    };
    const grabbed = (event: PointerEvent) => {
      const handle = event.target instanceof Element && event.target.closest('[data-handle]');
      const row = handle && event.button === 0 && rowAt(handle);
      if (!row) return;
      startDrag(event, row, (other) => now.current.put(idOf(row), now.current.placeOf(idOf(other))));
    };
    element?.addEventListener('keydown', pressed);
    element?.addEventListener('pointerdown', grabbed);
    return () => {
      element?.removeEventListener('keydown', pressed);
      element?.removeEventListener('pointerdown', grabbed);
    };
  }, [page]);

  // An element that is put elsewhere loses the focus.
  useLayoutEffect(() => {
    if (moved.current === null || document.activeElement !== document.body) return;
    rowOf(page.current, moved.current)?.querySelector('input')?.focus();
    moved.current = null;
  });

  return { shift };
}

const ROW = '[data-task-id]';

function rowAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>(ROW) : null;
}

function rowOf(page: HTMLElement | null, id: string): HTMLElement | null {
  return page?.querySelector<HTMLElement>(`[data-task-id="${CSS.escape(id)}"]`) ?? null;
}

function idOf(row: HTMLElement): string {
  return row.dataset.taskId ?? '';
}
