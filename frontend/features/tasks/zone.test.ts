import { expect, test } from 'vitest';
import { dayIn, instantOf, knownZone, plusDays, startOfDay, wallOf } from './zone';

const VIENNA = 'Europe/Vienna';

test.each([
  ['in winter', '2026-01-15T09:00:00', '2026-01-15T08:00:00.000Z'],
  ['in summer', '2026-07-15T09:00:00', '2026-07-15T07:00:00.000Z'],
  ['that comes twice, for the first time', '2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z'],
])('a wall clock %s is an instant, and back', (_, wall, instant) => {
  expect(instantOf(wall, VIENNA).toISOString()).toBe(instant);
  expect(wallOf(new Date(instant), VIENNA)).toBe(wall);
});

test('what the clocks skip is read with the offset before the gap', () => {
  expect(instantOf('2026-03-29T02:30:00', VIENNA).toISOString()).toBe('2026-03-29T01:30:00.000Z');
});

test.each(['Etc/GMT+12', 'UTC', 'Pacific/Kiritimati', 'Asia/Beirut', 'America/Sao_Paulo'])(
  'every day of a year begins on that day in %s',
  (zone) => {
    for (let day = '2018-01-01'; day < '2019-01-01'; day = plusDays(day, 1)) {
      const start = startOfDay(day, zone);
      expect(dayIn(zone, start)).toBe(day);
      expect(dayIn(zone, new Date(start.getTime() - 1))).toBe(plusDays(day, -1));
    }
  },
);

test('a zone that the browser has not heard of is no reason to stop', () => {
  expect(knownZone('Mars/Olympus')).toBe('UTC');
  expect(dayIn('Mars/Olympus', new Date('2026-01-01T00:00:00Z'))).toBe('2026-01-01');
});
