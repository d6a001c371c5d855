import { beforeEach, expect, test, vi } from 'vitest';
import { backoff, pause } from './backoff';

const LONGEST = () => 1;
const SHORTEST = () => 0;

beforeEach(() => {
  vi.useFakeTimers();
});

test('waits double, up to four seconds', () => {
  expect([0, 1, 2, 3, 4, 5, 2000].map((tries) => backoff(tries, LONGEST))).toEqual([
    250, 500, 1000, 2000, 4000, 4000, 4000,
  ]);
});

test('chance takes off up to a half, and never all', () => {
  expect(backoff(0, SHORTEST)).toBe(125);
  expect(backoff(9, SHORTEST)).toBe(2000);
  expect(new Set(Array.from({ length: 20 }, () => backoff(3))).size).toBeGreaterThan(1);
});

/** Whether the pause is over, asked at any time. */
function paused(signal?: AbortSignal) {
  const state = { over: false };
  void pause(1000, signal).then(() => {
    state.over = true;
  });
  return state;
}

test('a pause ends after its time', async () => {
  const state = paused();
  await vi.advanceTimersByTimeAsync(999);
  expect(state.over).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(state.over).toBe(true);
});

test.each([
  ['the page comes online', () => dispatchEvent(new Event('online'))],
  ['the page comes into view', () => document.dispatchEvent(new Event('visibilitychange'))],
])('a pause ends as soon as %s', async (_, happens) => {
  const state = paused();
  happens();
  await vi.advanceTimersByTimeAsync(0);
  expect(state.over).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('a page that goes out of view waits on', async () => {
  const state = paused();
  const hidden = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  document.dispatchEvent(new Event('visibilitychange'));
  await vi.advanceTimersByTimeAsync(0);
  hidden.mockRestore();
  expect(state.over).toBe(false);
});

test('a pause ends when its work is called off', async () => {
  const leaving = new AbortController();
  const state = paused(leaving.signal);
  leaving.abort();
  await vi.advanceTimersByTimeAsync(0);
  expect(state.over).toBe(true);
});
