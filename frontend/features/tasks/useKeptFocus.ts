import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { rowIn } from './useReveal';

/** Where the row that has the focus goes, as its task is done or deleted, the one in its place gets it; without any,
 * the list itself. `order` is that of the rows. */
export function useKeptFocus(list: RefObject<HTMLElement | null>, order: readonly string[]) {
  const held = useRef<{ element: Element; id: string } | null>(null);
  const before = useRef(order);

  useEffect(() => {
    const element = list.current;
    const focused = ({ target }: FocusEvent) => {
      const row = target instanceof Element && target.closest<HTMLElement>('[data-task-id]');
      held.current = row ? { element: target, id: row.dataset.taskId ?? '' } : null;
    };
    // An element that is taken away says goodbye as well, in some browsers.
    const left = ({ target }: FocusEvent) =>
      queueMicrotask(() => {
        if (held.current?.element === target && held.current.element.isConnected) held.current = null;
      });
    element?.addEventListener('focusin', focused);
    element?.addEventListener('focusout', left);
    return () => {
      element?.removeEventListener('focusin', focused);
      element?.removeEventListener('focusout', left);
    };
  }, [list]);

  useLayoutEffect(() => {
    const was = before.current;
    before.current = order;
    if (!held.current || held.current.element.isConnected) return;
    const place = was.indexOf(held.current.id);
    held.current = null;
    if (document.activeElement && document.activeElement !== document.body) return;
    const next = order[Math.min(place, order.length - 1)];
    const row = next === undefined ? null : rowIn(list.current, next);
    (row?.querySelector<HTMLElement>('input, button') ?? list.current)?.focus();
  });
}
