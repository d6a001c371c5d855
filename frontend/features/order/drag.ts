/** Dragging a row up and down among its like. The others make room; the list itself changes once it is let go. */

import { scrollAtEdge } from '@/ui/edge';

export function startDrag(
  start: PointerEvent,
  rows: readonly HTMLElement[],
  from: number,
  onDrop: (index: number) => void,
) {
  const items = rows.map((row) => row.closest('li') ?? row);
  const dragged = items[from];
  if (!dragged || items.length < 2) return;
  start.preventDefault(); // no text is selected by it
  const places = items.map((item) => item.getBoundingClientRect());
  const gap = Math.max(0, (places[1]?.top ?? 0) - (places[0]?.bottom ?? 0));
  const height = (places[from]?.height ?? 0) + gap;
  const began = start.clientY + window.scrollY;
  const scrolled = window.scrollY;
  let index = from;

  const move = (event: PointerEvent) => {
    scrollAtEdge(event.clientY);
    const by = event.clientY + window.scrollY - began;
    const top = (places[from]?.top ?? 0) + by;
    const bottom = (places[from]?.bottom ?? 0) + by;
    index = from;
    for (const [other, { top: begins, height }] of places.entries()) {
      const middle = begins + height / 2;
      if (other < from && top < middle) index = Math.min(index, other);
      if (other > from && bottom > middle) index = other;
    }
    dragged.style.transform = `translateY(${by}px)`;
    for (const [other, item] of items.entries()) {
      if (other === from) continue;
      const makesRoom = other > from ? other <= index : other >= index;
      item.style.transform = makesRoom ? `translateY(${other > from ? -height : height}px)` : '';
    }
  };
  const end = (drops: boolean) => {
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', drop);
    window.removeEventListener('pointercancel', cancel);
    window.removeEventListener('keydown', abort, true);
    dragged.removeAttribute('data-dragged');
    for (const item of items) item.style.transform = item.style.transition = '';
    if (drops && index !== from) onDrop(index);
  };
  const drop = () => end(true);
  const cancel = () => end(false);
  const abort = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    end(false);
    window.scrollTo({ top: scrolled });
  };

  dragged.setAttribute('data-dragged', '');
  for (const item of items) item.style.transition = item === dragged ? '' : 'transform 120ms';
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', drop);
  window.addEventListener('pointercancel', cancel);
  window.addEventListener('keydown', abort, true);
}
