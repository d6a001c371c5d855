import { expect, test } from 'vitest';
import { aTask } from '@/tests/things';
import { dueFields, dueText, dueTextOn, instantText, isOverdue } from './due';
import { TEXT } from './text';

// The clocks of the account, and not of wherever this runs: it is the first of March there, and the 28th of February in UTC.
const WHEN = { now: new Date('2026-02-28T22:00:00Z'), zone: 'Pacific/Kiritimati' }; // 14 hours ahead: noon

/** A task of a day, whose instant says another day in some zone: it is the day that counts. */
const on = (dueOn: string) => aTask({ dueOn, dueDate: '1999-12-31T11:00:00Z', allDay: true });
const at = (dueDate: string) => aTask({ dueDate });

test.each([
  ['2026-02-28', TEXT.yesterday],
  ['2026-03-01', TEXT.today],
  ['2026-03-02', TEXT.tomorrow],
])('a task of %s is due %s', (day, word) => {
  expect(dueText(on(day), WHEN)).toBe(word);
});

test('a day far off is named, with its year where that is another', () => {
  expect(dueText(on('2026-03-09'), WHEN)).toMatch(/9/);
  expect(dueText(on('2026-03-09'), WHEN)).not.toMatch(/2026/);
  expect(dueText(on('2027-03-09'), WHEN)).toMatch(/2027/);
  const newYear = { now: new Date('2026-12-31T10:00:00Z'), zone: 'Pacific/Kiritimati' };
  expect(dueText(on('2027-03-09'), newYear)).not.toMatch(/2027/);
});

test('a time is said with its day', () => {
  expect(dueText(at('2026-03-01T03:45:00Z'), WHEN)).toMatch(/^Today, .*5:45/);
  expect(dueText(aTask(), WHEN)).toBeNull();
});

test('one instant is of another day in another zone', () => {
  const late = new Date('2026-03-01T04:30:00Z');
  expect(instantText(late, { now: late, zone: 'America/New_York' })).toMatch(/^Today, .*11:30/);
  expect(instantText(late, { now: new Date('2026-03-01T12:00:00Z'), zone: 'America/New_York' })).toMatch(
    /^Yesterday, .*11:30/,
  );
});

test('below a day only the time is said', () => {
  expect(dueTextOn(on('2026-03-01'), '2026-03-01', WHEN)).toBeNull();
  expect(dueTextOn(at('2026-03-01T03:45:00Z'), '2026-03-01', WHEN)).toMatch(/^\d+:45/);
  expect(dueTextOn(on('2026-02-28'), '2026-03-01', WHEN)).toBe(TEXT.yesterday);
});

test('a day is over when it is over, a time when it has come', () => {
  expect(isOverdue(on('2026-03-01'), WHEN)).toBe(false);
  expect(isOverdue(on('2026-02-28'), WHEN)).toBe(true);
  expect(isOverdue(on('2026-02-28'), { ...WHEN, zone: 'America/New_York' })).toBe(false);
  expect(isOverdue(at('2026-02-28T21:59:00Z'), WHEN)).toBe(true);
  expect(isOverdue(at('2026-02-28T22:01:00Z'), WHEN)).toBe(false);
});

test('what is done, or never due, is not overdue', () => {
  expect(isOverdue({ ...on('2026-02-28'), completed: true }, WHEN)).toBe(false);
  expect(isOverdue(aTask(), WHEN)).toBe(false);
});

test('a day begins when it begins in the zone of its task', () => {
  expect(dueFields('2026-03-01', 'America/New_York').dueDate).toBe('2026-03-01T05:00:00.000Z');
});
