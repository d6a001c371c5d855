import { type RefObject, useEffect, useRef } from 'react';
import type { Choosing } from '@/features/bulk/useChosen';
import { isTyping } from '@/ui/isTyping';

const ROWS = '[data-task-id]';

/** What the keyboard does in a list: arrows go from row to row, x chooses one, shift and arrows a range, e
 * edits and Delete deletes. */
export function useListKeys(
  list: RefObject<HTMLElement | null>,
  choosing: Choosing,
  order: readonly string[],
  reveal: (id: string) => HTMLElement | null,
) {
  const now = useRef({ choosing, order });
  now.current = { choosing, order };

  useEffect(() => {
    const element = list.current;
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const row = target.closest<HTMLElement>(ROWS);
      if (!row || isTyping(target)) return;
      const { choosing, order } = now.current;
      if (act(event, row, choosing, order, reveal)) event.preventDefault();
    };
    element?.addEventListener('keydown', pressed);
    return () => element?.removeEventListener('keydown', pressed);
  }, [list, reveal]);
}

/** Whether the key meant something here. */
function act(
  event: KeyboardEvent,
  row: HTMLElement,
  choosing: Choosing,
  order: readonly string[],
  reveal: (id: string) => HTMLElement | null,
): boolean {
  const id = row.dataset.taskId ?? '';
  const { key, altKey, shiftKey } = event;
  const command = event.ctrlKey || event.metaKey;
  if (altKey) return false;
  if (command) {
    if (key !== 'a' || !choosing.on) return false;
    choosing.all();
    return true;
  }
  switch (key) {
    case 'ArrowDown':
    case 'ArrowUp': {
      const next = order[order.indexOf(id) + (key === 'ArrowDown' ? 1 : -1)];
      if (next === undefined) return true;
      reveal(next)?.querySelector('input')?.focus();
      if (shiftKey) choosing.reach(id, next);
      return true;
    }
    case 'x':
      choosing.choose(id, false);
      return true;
    case 'e':
    case 'Delete':
      row.querySelector<HTMLElement>(`[data-key=${key}]`)?.click();
      return true;
    case 'Escape':
      if (!choosing.on) return false;
      choosing.end();
      return true;
    default:
      return false;
  }
}
