import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

const ROWS = '[data-task-id]';

/** Where the row that has the focus goes, as its task is done or deleted, the one in its place gets it; without any,
 * the list itself. */
export function useKeptFocus(list: RefObject<HTMLElement | null>) {
  const held = useRef<{ element: Element; place: number } | null>(null);

  useEffect(() => {
    const element = list.current;
    const focused = ({ target }: FocusEvent) => {
      const row = target instanceof Element && target.closest(ROWS);
      const rows = [...(element?.querySelectorAll(ROWS) ?? [])];
      held.current = row ? { element: target, place: rows.indexOf(row) } : null;
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
    if (!held.current || held.current.element.isConnected) return;
    const { place } = held.current;
    held.current = null;
    if (document.activeElement && document.activeElement !== document.body) return;
    const rows = list.current?.querySelectorAll(ROWS);
    const row = rows?.[Math.min(place, rows.length - 1)];
    (row?.querySelector<HTMLElement>('input, button') ?? list.current)?.focus();
  });
}
