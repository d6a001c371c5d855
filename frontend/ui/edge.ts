/** How near to the edge of the window it scrolls, and how far each time. */
const EDGE_PX = 56;
const SCROLL_PX = 12;

/** Scrolls where something is dragged to the upper or lower edge of the window. */
export function scrollAtEdge(y: number) {
  if (y < EDGE_PX) window.scrollBy(0, -SCROLL_PX);
  if (y > window.innerHeight - EDGE_PX) window.scrollBy(0, SCROLL_PX);
}
