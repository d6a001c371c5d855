/** A page is there at once, or within this. */
const PATIENCE_MS = 5_000;

let waiting: AbortController | null = null;

/** Gives the focus to what a selector finds, now or as soon as it is on the page. Keys that are pressed meanwhile are
 * meant for it, and do nothing; a click is a change of mind. */
export function focusOnceThere(selector: string) {
  waiting?.abort();
  const found = () => document.querySelector<HTMLElement>(selector);
  const here = found();
  if (here) return here.focus();
  const over = new AbortController();
  waiting = over;
  const watching = new MutationObserver(() => {
    const element = found();
    if (!element) return;
    over.abort();
    element.focus();
  });
  const timer = setTimeout(() => over.abort(), PATIENCE_MS);
  over.signal.addEventListener('abort', () => {
    watching.disconnect();
    clearTimeout(timer);
  });
  const early = (event: Event) => event.stopPropagation();
  window.addEventListener('keydown', early, { capture: true, signal: over.signal });
  window.addEventListener('pointerdown', () => over.abort(), { capture: true, signal: over.signal });
  watching.observe(document.body, { childList: true, subtree: true });
}
