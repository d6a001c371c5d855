/** Dragging a row up and down among its like. The others make room; the list itself changes once it is let go. Of a long
 * list rows are drawn and taken away meanwhile: they are looked at anew with each move. */

import { scrollAtEdge } from '@/ui/edge';

const ROW = '[data-task-id]';

/** `onDrop` is given the row in whose place it is put. */
export function startDrag(start: PointerEvent, row: HTMLElement, onDrop: (other: HTMLElement) => void) {
  const dragged = row.closest('li') ?? row;
  const items = () => [...(dragged.parentElement?.children ?? [])] as HTMLElement[];
  if (items().length < 2) return;
  start.preventDefault(); // no text is selected by it
  const began = start.clientY + window.scrollY;
  const scrolled = window.scrollY;
  const touched = new Set<HTMLElement>();
  let at = start.clientY;
  let target = dragged;

  // Where things are without what moves them here: no transform counts for an offset.
  const draw = () => {
    const all = items();
    const from = all.indexOf(dragged);
    const by = at + window.scrollY - began;
    const top = dragged.offsetTop + by;
    const bottom = top + dragged.offsetHeight;
    let index = from;
    for (const [other, { offsetTop, offsetHeight }] of all.entries()) {
      const middle = offsetTop + offsetHeight / 2;
      if (other < from && top < middle) index = Math.min(index, other);
      if (other > from && bottom > middle) index = other;
    }
    target = all[index] ?? dragged;
    const next = all[from + 1];
    const before = all[from - 1];
    // What is between two rows goes along with the one that is dragged.
    const height = next
      ? next.offsetTop - dragged.offsetTop
      : dragged.offsetTop + dragged.offsetHeight - ((before?.offsetTop ?? 0) + (before?.offsetHeight ?? 0));
    for (const [other, item] of all.entries()) {
      touched.add(item);
      item.style.transition = item === dragged ? '' : 'transform 120ms';
      const makesRoom = other > from ? other <= index : other < from && other >= index;
      if (item === dragged) item.style.transform = `translateY(${by}px)`;
      else item.style.transform = makesRoom ? `translateY(${other > from ? -height : height}px)` : '';
    }
  };
  const move = (event: PointerEvent) => {
    at = event.clientY;
    scrollAtEdge(at);
    draw();
  };
  const end = (drops: boolean) => {
    window.removeEventListener('pointermove', move);
    window.removeEventListener('scroll', draw);
    window.removeEventListener('pointerup', drop);
    window.removeEventListener('pointercancel', cancel);
    window.removeEventListener('keydown', abort, true);
    dragged.removeAttribute('data-dragged');
    for (const item of touched) item.style.transform = item.style.transition = '';
    const other = target.querySelector<HTMLElement>(ROW);
    if (drops && other && target !== dragged) onDrop(other);
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
  window.addEventListener('pointermove', move);
  window.addEventListener('scroll', draw);
  window.addEventListener('pointerup', drop);
  window.addEventListener('pointercancel', cancel);
  window.addEventListener('keydown', abort, true);
}
