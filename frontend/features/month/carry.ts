/** Carrying a task to another day: at once with a mouse, with a finger once it has rested on it. */

import { scrollAtEdge } from '@/ui/edge';

/** A mouse that goes so far drags; a finger that goes so far before it has rested scrolls. */
const SLOP_PX = 6;
const REST_MS = 350;

/** Follows the pointer that went down on an element, and calls `onDrop` with the day that it was let go on. */
export function carry(start: PointerEvent, element: HTMLElement, onDrop: (day: string) => void) {
  const touches = start.pointerType !== 'mouse';
  const { clientX: x, clientY: y } = start;
  let carried: HTMLElement | null = null;
  let over: HTMLElement | null = null;

  const lift = () => {
    const { left, top, width } = element.getBoundingClientRect();
    carried = element.cloneNode(true) as HTMLElement;
    carried.setAttribute('aria-hidden', 'true');
    carried.removeAttribute('data-testid');
    Object.assign(carried.style, {
      position: 'fixed',
      left: `${left}px`,
      top: `${top}px`,
      width: `${width}px`,
      zIndex: '30',
      pointerEvents: 'none',
      opacity: '0.9',
    });
    document.body.append(carried);
    element.setAttribute('data-carried', '');
    if (touches) navigator.vibrate?.(10);
  };
  const resting = touches ? setTimeout(lift, REST_MS) : undefined;

  const move = (event: PointerEvent) => {
    if (event.pointerId !== start.pointerId) return;
    const [right, down] = [event.clientX - x, event.clientY - y];
    if (!carried && Math.hypot(right, down) > SLOP_PX) {
      if (touches) return end(false);
      lift();
    }
    if (!carried) return;
    scrollAtEdge(event.clientY);
    carried.style.transform = `translate(${right}px, ${down}px)`;
    const day = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>('[data-day]') ?? null;
    if (day === over) return;
    over?.removeAttribute('data-over');
    day?.setAttribute('data-over', '');
    over = day;
  };
  const end = (drops: boolean) => {
    clearTimeout(resting);
    ending.abort();
    element.removeAttribute('data-carried');
    over?.removeAttribute('data-over');
    if (!carried) return;
    carried.remove();
    // What was carried was not clicked.
    const unclick = (event: Event) => event.stopPropagation();
    window.addEventListener('click', unclick, { capture: true, once: true });
    setTimeout(() => window.removeEventListener('click', unclick, { capture: true }));
    if (drops && over?.dataset.day) onDrop(over.dataset.day);
  };

  const ending = new AbortController();
  const { signal } = ending;
  const isIts = ({ pointerId }: PointerEvent) => pointerId === start.pointerId;
  window.addEventListener('pointermove', move, { signal });
  window.addEventListener('pointerup', (event) => isIts(event) && end(true), { signal });
  window.addEventListener('pointercancel', (event) => isIts(event) && end(false), { signal });
  window.addEventListener('blur', () => end(false), { signal });
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape' || !carried) return;
      event.stopPropagation();
      end(false);
    },
    { signal, capture: true },
  );
  // While it is carried the finger scrolls nothing and calls no menu.
  const keep = (event: Event) => carried && event.cancelable && event.preventDefault();
  element.addEventListener('touchmove', keep, { signal, passive: false });
  element.addEventListener('contextmenu', keep, { signal });
}
