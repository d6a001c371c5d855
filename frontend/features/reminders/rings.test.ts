import { expect, test } from 'vitest';
import { aReminder, aRing, aTask } from '@/tests/things';
import { ringsOf } from './rings';
import { snoozedUntil } from './snooze';

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
  const evening = new Date(2026, 9, 24, 22, 15);
  expect(snoozedUntil('TEN', evening)).toEqual(new Date(2026, 9, 24, 22, 25));
  expect(snoozedUntil('HOUR', evening)).toEqual(new Date(2026, 9, 24, 23, 15));
  expect(snoozedUntil('TOMORROW', evening)).toEqual(new Date(2026, 9, 25, 9));
  expect(snoozedUntil('TOMORROW', new Date(2026, 11, 31, 0, 30))).toEqual(new Date(2027, 0, 1, 9));
});
