import { expect, test } from 'vitest';
import { all, extend, NONE, toggle } from './chosen';

const ORDER = ['a', 'b', 'c', 'd', 'e'];
const ids = (chosen: typeof NONE) => [...chosen.ids].sort().join('');

test('one is chosen, and not any more', () => {
  const one = toggle(NONE, 'b');
  expect(ids(one)).toBe('b');
  expect(ids(toggle(one, 'b'))).toBe('');
});

test.each([
  ['b', 'd', 'bcd'],
  ['d', 'b', 'bcd'],
  ['c', 'c', 'c'],
])('a range goes from %s to %s', (from, to, expected) => {
  expect(ids(extend(toggle(NONE, from), ORDER, to))).toBe(expected);
});

test('a range grows from where it began, and keeps what was chosen besides', () => {
  const range = extend(extend(toggle(toggle(NONE, 'e'), 'a'), ORDER, 'b'), ORDER, 'c');
  expect(ids(range)).toBe('abce');
});

test('without a beginning, or with one that is gone, a range is the one task', () => {
  expect(ids(extend(NONE, ORDER, 'c'))).toBe('c');
  expect(ids(extend(toggle(NONE, 'gone'), ORDER, 'c'))).toBe('cgone');
});

test('all are all', () => {
  expect(ids(all(ORDER))).toBe('abcde');
});
