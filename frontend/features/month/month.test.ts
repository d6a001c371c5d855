import { expect, test } from 'vitest';
import { aTask } from '@/tests/things';
import { byDays, daysBetween, dueLater, firstDayOf, plusMonths, weeksOf } from './month';

test.each([
  ['2026-11', 1, '2026-10-26', '2026-12-06', 6],
  ['2026-11', 7, '2026-11-01', '2026-12-05', 5],
  ['2026-02', 7, '2026-02-01', '2026-02-28', 4],
  ['2024-02', 1, '2024-01-29', '2024-03-03', 5],
])('the weeks of %s that begin on day %i go from %s to %s', (month, firstDay, first, last, count) => {
  const weeks = weeksOf(month, firstDay);
  expect(weeks).toHaveLength(count);
  expect(weeks[0]?.[0]).toBe(first);
  expect(weeks.at(-1)?.at(-1)).toBe(last);
  expect(new Set(weeks.flat()).size).toBe(count * 7);
});

test('months go on over the end of the year', () => {
  expect(plusMonths('2026-12', 1)).toBe('2027-01');
  expect(plusMonths('2026-01', -1)).toBe('2025-12');
});

test('weeks begin as they do where a language is spoken', () => {
  expect([1, 7]).toContain(firstDayOf('en-US'));
  expect(firstDayOf('de-AT')).toBe(1);
});

test.each([
  // The clocks of Vienna go forward on March 29th: 09:30 is an hour earlier in UTC from then on.
  ['2026-03-28T08:30:00Z', 'Europe/Vienna', 1, '2026-03-29T07:30:00.000Z'],
  ['2026-03-30T07:30:00Z', 'Europe/Vienna', -3, '2026-03-27T08:30:00.000Z'],
  // 02:30 is skipped that night, and read with the offset before.
  ['2026-03-28T01:30:00Z', 'Europe/Vienna', 1, '2026-03-29T01:30:00.000Z'],
  // It is the next day already in Auckland.
  ['2026-06-01T20:00:00Z', 'Pacific/Auckland', 7, '2026-06-08T20:00:00.000Z'],
])('the time of day stays in the zone of the task: %s in %s, %i days', (dueDate, timeZone, days, expected) => {
  expect(dueLater(aTask({ dueDate, timeZone }), days)).toBe(expected);
});

test('a day goes to a day', () => {
  const task = aTask({ dueOn: '2026-02-28', dueDate: '2026-02-28T00:00:00Z', allDay: true });
  expect(dueLater(task, 1)).toBe('2026-03-01');
  expect(dueLater(aTask(), 1)).toBeNull();
  expect(daysBetween('2026-02-28', '2026-03-29')).toBe(29);
});

test('tasks are of the days of the zone, by their time, and those that are done come last', () => {
  const tasks = [
    aTask({ id: 'late', dueDate: '2026-03-01T22:30:00Z' }),
    aTask({ id: 'done', dueDate: '2026-03-01T06:00:00Z', completed: true }),
    aTask({ id: 'early', dueDate: '2026-02-28T23:30:00Z' }),
    aTask({ id: 'all day', dueOn: '2026-03-01', dueDate: '2026-03-01T00:00:00Z', allDay: true }),
    aTask({ id: 'next', dueDate: '2026-03-01T23:30:00Z' }),
    aTask({ id: 'some day' }),
  ];
  const days = [...byDays(tasks, 'Europe/Vienna')].map(([day, those]) => [day, ...those.map(({ id }) => id)].join(' '));
  expect(days.sort()).toEqual(['2026-03-01 all day early late done', '2026-03-02 next']);
});
