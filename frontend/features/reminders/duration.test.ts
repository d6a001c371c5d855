import { expect, test } from 'vitest';
import { beforeText, durationOf, momentBefore, UNITS } from './duration';

test.each([
  ['PT0S', 'At the time'],
  ['PT30M', '30 minutes before'],
  ['PT1H', '1 hour before'],
  ['P1D', '1 day before'],
  ['P2W', '2 weeks before'],
  ['P1DT2H30M', '1 day 2 hours 30 minutes before'],
])('%s is said as %s', (duration, words) => {
  expect(beforeText(duration)).toBe(words);
});

test('an amount of each unit is a duration', () => {
  expect(UNITS.map((unit) => durationOf(3, unit))).toEqual(['PT3M', 'PT3H', 'P3D', 'P3W']);
});

const NEW_YORK = 'America/New_York';
/** 09:00 on the day on which New York's clocks went forward. */
const NINE = '2026-03-08T13:00:00.000Z';

test.each([
  ['a day is one of the calendar', NINE, 'P1D', '2026-03-07T14:00:00.000Z'],
  ['24 hours are exact', NINE, 'PT24H', '2026-03-07T13:00:00.000Z'],
  ['a week is seven days', NINE, 'P1W', '2026-03-01T14:00:00.000Z'],
  ['nothing is the time itself', NINE, 'PT0S', NINE],
  ['a day is counted from its morning', '2026-03-08', 'PT30M', '2026-03-08T12:30:00.000Z'],
  ['the day before a day is another morning', '2026-03-08', 'P1D', '2026-03-07T14:00:00.000Z'],
])('%s', (_, due, duration, moment) => {
  expect(momentBefore(due, duration, NEW_YORK, '09:00').toISOString()).toBe(moment);
});
