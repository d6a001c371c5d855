import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useSubject } from '@/ui/useSubject';
import type { Listed } from './listed';
import { sought$ } from './wanted';

const ROW = '[data-task-id]';

/** Of a long list, the row that is drawn wherever the page is scrolled to: the one that has the focus, or is looked
 * for. */
export function useReveal(list: RefObject<HTMLElement | null>, { topOf }: Listed) {
  const [held, setHeld] = useState<string | null>(null);
  const sought = useSubject(sought$);
  const known = useRef(topOf);
  known.current = topOf;

  const reveal = useCallback(
    (id: string): HTMLElement | null => {
      if (!known.current.has(id)) return null;
      flushSync(() => setHeld(id));
      return rowIn(list.current, id);
    },
    [list],
  );

  useEffect(() => {
    const element = list.current;
    const hold = ({ target }: Event) => {
      const row = target instanceof Element && target.closest<HTMLElement>(ROW);
      if (row) setHeld(row.dataset.taskId ?? null);
    };
    const events = ['focusin', 'pointerdown'];
    for (const event of events) element?.addEventListener(event, hold);
    return () => {
      for (const event of events) element?.removeEventListener(event, hold);
    };
  }, [list]);

  useEffect(() => {
    if (sought === null || !topOf.has(sought)) return;
    sought$.next(null);
    // Once this is drawn, and the editor on top of it.
    requestAnimationFrame(() => reveal(sought)?.scrollIntoView({ block: 'center' }));
  }, [sought, topOf, reveal]);

  return { held, reveal };
}

export function rowIn(place: HTMLElement | null, id: string): HTMLElement | null {
  return place?.querySelector<HTMLElement>(`[data-task-id="${CSS.escape(id)}"]`) ?? null;
}
