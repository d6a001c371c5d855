import { expect, test } from 'vitest';
import type { Task } from '@/features/tasks/board';
import { byPosition } from '@/features/tasks/tree';
import { aTask } from '@/tests/things';
import { moveTo, rankAfter } from './moves';

const tasks = (text: string) =>
  [...text].map((id, index) => aTask({ id, position: `a${index}`, createdAt: `2026-01-01T10:00:0${index}Z` }));

/** All tasks once one was moved, as the server would have them and as they are shown until it answers. */
function moved(all: Task[], id: string, seen: string, index: number) {
  const known = (one: string) => all.find((task) => task.id === one) as Task;
  const { after, position } = moveTo(known(id), [...seen].map(known), index, all);
  const rest = all.filter((task) => task.id !== id).map((task) => task.id);
  rest.splice(after ? rest.indexOf(after.id) + 1 : 0, 0, id);
  const shown = all.map((task) => (task.id === id ? { ...task, position } : task)).sort(byPosition);
  expect(shown.map((task) => task.id)).toEqual(rest);
  return rest.join('');
}

test.each([
  ['c', 'abd', 0, 'cabd'],
  ['a', 'bcd', 3, 'bcda'],
  ['a', 'bcd', 1, 'bacd'],
  ['d', 'abc', 1, 'adbc'],
  ['b', 'acd', 1, 'abcd'],
])('all are seen: %s goes among %s to %i', (id, seen, index, expected) => {
  expect(moved(tasks('abcd'), id, seen, index)).toBe(expected);
});

test.each([
  ['e', 'bd', 0, 'aebcd'],
  ['e', 'bd', 1, 'abecd'],
  ['e', 'bd', 2, 'abcde'],
  ['b', 'de', 0, 'acbde'],
])('others lie between those that are seen: %s goes among %s to %i', (id, seen, index, expected) => {
  expect(moved(tasks('abcde'), id, seen, index)).toBe(expected);
});

test('several go to the same place before the server answers', () => {
  const ranks = ['a0', 'a0V', 'a1'];
  for (let time = 0; time < 5; time++) {
    const rank = rankAfter('a0', ranks[1] ?? null);
    ranks.splice(1, 0, rank);
  }
  expect([...ranks].sort()).toEqual(ranks);
  expect(new Set(ranks).size).toBe(8);
});
