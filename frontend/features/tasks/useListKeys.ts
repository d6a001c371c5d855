import { type RefObject, useEffect, useRef } from 'react';
import type { Choosing } from '@/features/bulk/useChosen';
import { isTyping } from '@/ui/isTyping';

const ROWS = '[data-task-id]';

/** What the keyboard does in a list: arrows go from row to row, x chooses one, shift and arrows a range, e
 * edits and Delete deletes. */
export function useListKeys(list: RefObject<HTMLElement | null>, choosing: Choosing) {
  const now = useRef(choosing);
  now.current = choosing;

  useEffect(() => {
    const element = list.current;
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const row = target.closest<HTMLElement>(ROWS);
      if (!row || isTyping(target)) return;
      if (act(event, row, now.current, [...(element?.querySelectorAll<HTMLElement>(ROWS) ?? [])]))
        event.preventDefault();
    };
    element?.addEventListener('keydown', pressed);
    return () => element?.removeEventListener('keydown', pressed);
  }, [list]);
}

/** Whether the key meant something here. */
function act(event: KeyboardEvent, row: HTMLElement, choosing: Choosing, rows: HTMLElement[]): boolean {
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
      const next = rows[rows.indexOf(row) + (key === 'ArrowDown' ? 1 : -1)];
      if (!next) return true;
      next.querySelector('input')?.focus();
      if (shiftKey) choosing.reach(id, next.dataset.taskId ?? '');
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
