import { expect, test } from 'vitest';
import { aReminder, aRing, aTask } from '@/tests/things';
import { ringsOf } from './rings';
import { type Snooze, snoozedUntil } from './snooze';

const titles = (...tasks: ReturnType<typeof aTask>[]) =>
  ringsOf(tasks, new Date(), new Set()).map(({ task }) => task.title);

test('what rang within a day rings, the newest first', () => {
  expect(
    titles(
      aTask({ title: 'An hour ago', reminders: [aRing(60)] }),
      aTask({ title: 'Now', reminders: [aRing(0)] }),
      aTask({ title: 'Two days ago', reminders: [aRing(48 * 60)] }),
    ),
  ).toEqual(['Now', 'An hour ago']);
});

test('what is done, put off, cancelled or missed does not', () => {
  expect(
    titles(
      aTask({ completed: true, reminders: [aRing(1)] }),
      aTask({ reminders: [aReminder(), aRing(1, { status: 'CANCELLED' }), aRing(1, { status: 'MISSED' })] }),
    ),
  ).toEqual([]);
});

test('a ring that was dismissed is over; the next one of the reminder is another', () => {
  const first = aTask({ reminders: [aRing(30)] });
  const second = aTask({ reminders: [aRing(1)] });
  const [ring] = ringsOf([first], new Date(), new Set());
  const dismissed = new Set([ring?.key ?? '']);
  expect(ringsOf([first], new Date(), dismissed)).toEqual([]);
  expect(ringsOf([second], new Date(), dismissed)).toHaveLength(1);
});

test('tomorrow is the next morning of the wall clock', () => {
  const until = (snooze: Snooze, now: string, zone: string) =>
    snoozedUntil(snooze, { now: new Date(now), zone }).toISOString();
  expect(until('TEN', '2026-10-24T22:15:00Z', 'UTC')).toBe('2026-10-24T22:25:00.000Z');
  expect(until('HOUR', '2026-10-24T22:15:00Z', 'UTC')).toBe('2026-10-24T23:15:00.000Z');
  expect(until('TOMORROW', '2026-12-31T00:30:00Z', 'UTC')).toBe('2027-01-01T09:00:00.000Z');
  // An hour longer than a day, where the clocks go back; and tomorrow where it is today already.
  expect(until('TOMORROW', '2026-10-24T07:00:00Z', 'Europe/Vienna')).toBe('2026-10-25T08:00:00.000Z');
  expect(until('TOMORROW', '2026-10-24T23:30:00Z', 'Pacific/Kiritimati')).toBe('2026-10-25T19:00:00.000Z');
});
