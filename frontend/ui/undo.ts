/** What can be undone: offered for a while where it is seen, and longer by a key. */

import { type ExternalToast, toast } from 'sonner';

const UNDO = 'Undo';
const UNDONE = (said: string) => `Undone: ${said}`;
const NOTHING = 'There is nothing to undo.';

/** As long as an offer is seen. */
export const OFFER_MS = 10_000;
/** What is older than so many others is past. */
const MOST = 50;

interface Done {
  said: string;
  undo: () => void;
  shown: string | number | null;
}

let done: readonly Done[] = [];

/** Says what was done, with a way back. What is returned takes the offer back: nothing was done after all. */
export function offerUndo(said: string, undo: () => void, { id }: Pick<ExternalToast, 'id'> = {}): () => void {
  const doing: Done = { said, undo, shown: null };
  const action = { label: UNDO, onClick: () => take(doing)?.undo() };
  doing.shown = toast(said, { ...(id !== undefined && { id }), action, duration: OFFER_MS });
  return remember(doing);
}

/** The same of what can be seen where it was done: only a key undoes it. */
export function keepUndo(said: string, undo: () => void): () => void {
  return remember({ said, undo, shown: null });
}

/** Undoes what was done last. */
export function undoLast() {
  const last = done.at(-1);
  if (!last) return void toast(NOTHING, { id: NOTHING });
  withdraw(last);
  last.undo();
  toast(UNDONE(last.said));
}

/** For whoever comes next: nothing of what was done before is theirs. */
export function forgetUndo() {
  done = [];
  toast.dismiss();
}

function remember(doing: Done): () => void {
  done = [...done, doing].slice(-MOST);
  return () => withdraw(doing);
}

function withdraw(doing: Done) {
  take(doing);
  if (doing.shown !== null) toast.dismiss(doing.shown);
}

/** Takes it out of what can be undone: once is enough. */
function take(doing: Done): Done | undefined {
  if (!done.includes(doing)) return undefined;
  done = done.filter((other) => other !== doing);
  return doing;
}
