import { expect, test } from 'vitest';
import { aTask } from '@/tests/things';
import { dueText, dueTextOn, isOverdue, localDay } from './due';
import { TEXT } from './text';

const NOW = new Date(2026, 2, 1, 12, 0); // the first of March, noon, wherever this runs

/** A task of a day, whose instant says another day in some zone: it is the day that counts. */
const on = (dueOn: string) => aTask({ dueOn, dueDate: '1999-12-31T11:00:00Z', allDay: true });
const at = (instant: Date) => aTask({ dueDate: instant.toISOString() });

test.each([
  ['2026-02-28', TEXT.yesterday],
  ['2026-03-01', TEXT.today],
  ['2026-03-02', TEXT.tomorrow],
])('a task of %s is due %s', (day, word) => {
  expect(dueText(on(day), NOW)).toBe(word);
});

test('a day far off is named, with its year where that is another', () => {
  expect(dueText(on('2026-03-09'), NOW)).toMatch(/9/);
  expect(dueText(on('2026-03-09'), NOW)).not.toMatch(/2026/);
  expect(dueText(on('2027-03-09'), NOW)).toMatch(/2027/);
});

test('a time is said with its day', () => {
  expect(dueText(at(new Date(2026, 2, 1, 17, 45)), NOW)).toMatch(/^Today, .*45/);
  expect(dueText(aTask(), NOW)).toBeNull();
});

test('below a day only the time is said', () => {
  expect(dueTextOn(on('2026-03-01'), '2026-03-01', NOW)).toBeNull();
  expect(dueTextOn(at(new Date(2026, 2, 1, 17, 45)), '2026-03-01', NOW)).toMatch(/^\d+:45/);
  expect(dueTextOn(on('2026-02-28'), '2026-03-01', NOW)).toBe(TEXT.yesterday);
});

test('a day is over when it is over, a time when it has come', () => {
  expect(isOverdue(on('2026-03-01'), NOW)).toBe(false);
  expect(isOverdue(on('2026-02-28'), NOW)).toBe(true);
  expect(isOverdue(at(new Date(2026, 2, 1, 11, 59)), NOW)).toBe(true);
  expect(isOverdue(at(new Date(2026, 2, 1, 12, 1)), NOW)).toBe(false);
});

test('what is done, or never due, is not overdue', () => {
  expect(isOverdue({ ...on('2026-02-28'), completed: true }, NOW)).toBe(false);
  expect(isOverdue(aTask(), NOW)).toBe(false);
});

test('a day is the one of the wall clock', () => {
  expect(localDay(new Date(2026, 0, 9, 23, 59))).toBe('2026-01-09');
});
