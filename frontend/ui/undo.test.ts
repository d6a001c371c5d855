import { toast } from 'sonner';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { forgetUndo, keepUndo, offerUndo, undoLast } from './undo';

beforeEach(forgetUndo);
afterEach(() => vi.restoreAllMocks());

/** The button of the newest toast. */
function press() {
  const { action } = toast.getHistory().at(-1) as { action?: { onClick: (event: never) => void } };
  action?.onClick(undefined as never);
}

test('the last is undone first, each once, whether it was said or not', () => {
  const [one, two] = [vi.fn(), vi.fn()];
  keepUndo('One.', one);
  offerUndo('Two.', two);
  press();
  expect(two).toHaveBeenCalledOnce();
  undoLast();
  expect(one).toHaveBeenCalledOnce();
  undoLast();
  press();
  expect(two).toHaveBeenCalledOnce();
  expect(one).toHaveBeenCalledOnce();
});

test('what was refused, or was done by somebody else, is not undone', () => {
  const [refused, theirs] = [vi.fn(), vi.fn()];
  const dismissed = vi.spyOn(toast, 'dismiss');
  offerUndo('Refused.', refused)();
  expect(dismissed).toHaveBeenCalledOnce();
  undoLast();
  expect(refused).not.toHaveBeenCalled();
  offerUndo('Theirs.', theirs);
  forgetUndo();
  undoLast();
  expect(theirs).not.toHaveBeenCalled();
});
