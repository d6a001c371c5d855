import { useEffect, useRef } from 'react';

/** What closes each dialog that is open, the topmost last. */
const closers: (() => void)[] = [];
/** The history's entry of dialogs that the page was last known to stand on. */
let stoodOn: string | null = null;
let following = false;

/** The browser's back button, which phones have at hand, closes a dialog before it leads anywhere.
 *
 * An entry of the same address is put on the page's own for it. It stays as the dialog is closed, since a page can't
 * take one away without going back: then going back is one step, however many dialogs there were. */
export function useBackCloses(close: () => void) {
  const latest = useRef(close);
  useEffect(() => {
    latest.current = close;
  });
  useEffect(() => {
    const closer = () => latest.current();
    if (!following) addEventListener('popstate', popped);
    following = true;
    closers.push(closer);
    standOnOwn();
    return () => {
      closers.splice(closers.indexOf(closer), 1);
    };
  }, []);
}

function standOnOwn() {
  const { state } = history;
  stoodOn = state?.over ?? `${Date.now()} ${Math.random()}`;
  if (state?.over) return;
  history.replaceState({ ...state, under: stoodOn }, '');
  history.pushState({ ...state, over: stoodOn }, '');
}

function popped() {
  const { over = null, under = null } = history.state ?? {};
  const isBelow = under !== null && under === stoodOn;
  stoodOn = over;
  const top = closers.at(-1);
  if (!isBelow) return;
  if (!top) return history.back();
  top();
  if (closers.length > 1) standOnOwn();
}
