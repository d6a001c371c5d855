import { expect, test } from 'vitest';
import type { Task } from '@/features/tasks/board';
import { aTask } from '@/tests/things';
import { trashOf } from './trash';

const NOW = new Date('2026-03-01T12:00:00Z');
const gone = (id: string, deletedAt: string, but: Partial<Task> = {}) => aTask({ id, deletedAt, ...but });
const below = (id: string) => ({ parent: { __typename: 'Task' as const, id } });

test('what was deleted is there, the last first, with how long it stays', () => {
  const tasks = [
    aTask({ id: 'here' }),
    gone('old', '2026-01-31T11:00:00Z'),
    gone('older', '2026-01-20T12:00:00Z'),
    gone('new', '2026-03-01T11:00:00Z'),
  ];
  expect(trashOf(tasks, NOW).map(({ task, daysLeft }) => [task.id, daysLeft])).toEqual([
    ['new', 30],
    ['old', 1],
  ]);
});

test('what went along with its task comes back with it; what went before stands by itself', () => {
  const at = '2026-02-20T10:00:00Z';
  const tasks = [
    gone('plan', at),
    gone('train', at, below('plan')),
    gone('seat', at, below('train')),
    gone('house', '2026-02-10T10:00:00Z', below('plan')),
  ];
  expect(trashOf(tasks, NOW).map(({ task, below }) => [task.id, below])).toEqual([
    ['plan', 2],
    ['house', 0],
  ]);
});
