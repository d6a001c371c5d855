import { expect, test } from 'vitest';
import type { Task } from '@/features/tasks/board';
import { aTask } from '@/tests/things';
import { ALL, type Place, viewOf } from './place';
import { countsOf, select } from './select';

const CALM = { __typename: 'Label' as const, id: 'calm', name: 'Calm', color: '#0891b2', version: 1 };
const HOME = { __typename: 'Project' as const, id: 'home', name: 'Home', color: '#059669' };

const on = (id: string, dueOn: string, but: Partial<Task> = {}) =>
  aTask({ id, dueOn, dueDate: `${dueOn}T00:00:00Z`, allDay: true, ...but });
const at = (id: string, dueDate: string, but: Partial<Task> = {}) => aTask({ id, dueDate, ...but });

/** The ids of each group, and of what is done. */
function shown(tasks: Task[], place: Place, zone: string, now: string) {
  const { groups, done } = select(tasks, place, { now: new Date(now), zone });
  const all = groups.map(({ key, tasks }) => [key, ...tasks.map(({ id }) => id)].join(' '));
  return done.length > 0 ? [...all, ['done', ...done.map(({ id }) => id)].join(' ')] : all;
}

test('today is the day of the zone: what is late, and what is due until its midnight', () => {
  const tasks = [
    at('last minute', '2026-03-01T22:59:00Z'), // 23:59 in Vienna
    at('midnight', '2026-03-01T23:00:00Z'),
    at('this morning', '2026-02-28T23:00:00Z'),
    at('last night', '2026-02-28T22:59:00Z'),
    aTask({ id: 'some day' }),
  ];
  expect(shown(tasks, viewOf('today'), 'Europe/Vienna', '2026-03-01T12:00:00Z')).toEqual([
    'overdue last night',
    '2026-03-01 this morning last minute',
  ]);
});

test.each([
  ['Pacific/Kiritimati', ['overdue gone here', '2026-03-01 there']], // 14 hours ahead
  ['Pacific/Pago_Pago', ['2026-02-27 gone']], // 11 hours behind
])('an all-day task is of its day everywhere; which one is today depends on where: %s', (zone, expected) => {
  const tasks = [on('gone', '2026-02-27'), on('here', '2026-02-28'), on('there', '2026-03-01')];
  expect(shown(tasks, viewOf('today'), zone, '2026-02-28T10:30:00Z')).toEqual(expected);
});

test.each([
  // 23 hours in Vienna, and 25
  ['2026-03-29T10:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T21:59:59Z', '2026-03-29T22:00:00Z'],
  ['2026-10-25T10:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T22:59:59Z', '2026-10-25T23:00:00Z'],
])('a day on which the clocks change is as long as it is: %s', (now, first, last, next) => {
  const tasks = [at('first', first), at('last', last), at('next', next)];
  expect(shown(tasks, viewOf('today'), 'Europe/Vienna', now)).toEqual([`${now.slice(0, 10)} first last`]);
});

test('what was done today stands below today, and nothing that was done before', () => {
  const done = { completed: true, completedAt: '2026-03-01T09:00:00Z' };
  const tasks = [
    on('due', '2026-03-01'),
    aTask({ id: 'whenever', ...done }),
    on('yesterday', '2026-03-01', { ...done, completedAt: '2026-02-28T09:00:00Z' }),
  ];
  expect(shown(tasks, viewOf('today'), 'UTC', '2026-03-01T12:00:00Z')).toEqual(['2026-03-01 due', 'done whenever']);
});

test('upcoming goes by days, the whole day before its hours', () => {
  const tasks = [
    at('noon', '2026-03-02T12:00:00Z'),
    on('all day', '2026-03-02'),
    at('morning', '2026-03-02T08:00:00Z'),
    on('far', '2027-01-01'),
    on('late', '2026-02-20'),
    aTask({ id: 'some day' }),
  ];
  expect(shown(tasks, viewOf('upcoming'), 'UTC', '2026-03-01T12:00:00Z')).toEqual([
    'overdue late',
    '2026-03-02 all day morning noon',
    '2027-01-01 far',
  ]);
});

test('projects and labels hold their own, in the order that they were put in', () => {
  const tasks = [
    aTask({ id: 'b', position: 'a1', project: HOME, labels: [CALM] }),
    aTask({ id: 'a', position: 'Zz', project: HOME }),
    aTask({ id: 'c', position: 'a2', labels: [CALM] }),
  ];
  expect(shown(tasks, viewOf('project', 'home'), 'UTC', '2026-03-01T12:00:00Z')).toEqual(['open a b']);
  expect(shown(tasks, viewOf('label', 'calm'), 'UTC', '2026-03-01T12:00:00Z')).toEqual(['open b c']);
});

test('a subtask stands where its task stands', () => {
  const below = (id: string, parent: string, but: Partial<Task> = {}) =>
    aTask({ id, parent: { __typename: 'Task', id: parent }, ...but });
  const done = { completed: true, completedAt: '2026-03-01T09:00:00Z' };
  const tasks = [
    aTask({ id: 'plan' }),
    below('train', 'plan', { position: 'a1', ...done }),
    below('seat', 'train', { position: 'a2' }),
    aTask({ id: 'party', ...done }),
    below('cake', 'party'),
    below('alone', 'deleted', { position: 'a3' }),
  ];
  expect(shown(tasks, ALL, 'UTC', '2026-03-01T12:00:00Z')).toEqual(['open plan train seat alone', 'done party cake']);
});

test.each<[string, Partial<Place>, string[]]>([
  ['any of the priorities', { priorities: ['HIGH', 'NONE'] }, ['open high none']],
  ['all of the labels', { labels: ['calm'] }, ['open high', 'done low']],
  ['open ones', { state: 'open' }, ['open high none']],
  ['done ones', { state: 'done' }, ['done low']],
  ['words', { words: 'OAT milk' }, ['open none']],
  ['all of that', { labels: ['calm'], priorities: ['LOW'], state: 'open' }, []],
])('filters leave %s', (_, filters, expected) => {
  const tasks = [
    aTask({ id: 'high', position: 'a1', priority: 'HIGH', labels: [CALM] }),
    aTask({ id: 'none', position: 'a2', description: 'from oats' }),
    aTask({ id: 'low', priority: 'LOW', labels: [CALM], completed: true, completedAt: '2026-03-01T09:00:00Z' }),
  ];
  expect(shown(tasks, { ...ALL, ...filters }, 'UTC', '2026-03-01T12:00:00Z')).toEqual(expected);
});

test('open tasks are counted for each view', () => {
  const tasks = [
    on('late', '2026-02-20', { project: HOME }),
    on('soon', '2026-03-02', { labels: [CALM] }),
    aTask({ id: 'done', completed: true, completedAt: '2026-03-01T09:00:00Z', project: HOME }),
    aTask({ id: 'some day' }),
  ];
  const counts = countsOf(tasks, { now: new Date('2026-03-01T12:00:00Z'), zone: 'UTC' });
  expect(counts).toMatchObject({ today: 1, upcoming: 2, all: 3 });
  expect(counts.projects.get('home')).toBe(1);
  expect(counts.labels.get('calm')).toBe(1);
});
