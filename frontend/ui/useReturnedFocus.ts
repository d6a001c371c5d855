import { type RefObject, useEffect, useRef } from 'react';

/** Where what has the focus in this place is taken away, what is left there gets it; else whatever had it before. */
export function useReturnedFocus(place: RefObject<HTMLElement | null>) {
  const before = useRef<Element | null>(null);
  const held = useRef<Element | null>(null);

  useEffect(() => {
    const focused = ({ target, relatedTarget }: FocusEvent) => {
      const inside = (node: EventTarget | null) => node instanceof Element && place.current?.contains(node);
      held.current = inside(target) ? (target as Element) : null;
      if (held.current && !inside(relatedTarget)) before.current = relatedTarget as Element | null;
    };
    document.addEventListener('focusin', focused);
    return () => document.removeEventListener('focusin', focused);
  }, [place]);

  useEffect(() => {
    if (!held.current || held.current.isConnected) return;
    held.current = null;
    if (document.activeElement && document.activeElement !== document.body) return;
    const next = place.current?.querySelector<HTMLElement>('button') ?? before.current;
    if (next instanceof HTMLElement && next.isConnected) next.focus();
  });
}
