import { expect, test } from 'vitest';
import {
  type Ends,
  FREQUENCIES,
  type Frame,
  type MonthDay,
  ORDINALS,
  PLAIN,
  presetOf,
  refit,
  ruleOf,
  type Shape,
  shapeOf,
  WEEKDAYS,
  weekdayOf,
} from './rule';

const VIENNA: Frame = { timeZone: 'Europe/Vienna', allDay: false };
const DAYS: Frame = { ...VIENNA, allDay: true };

const ENDS: Ends[] = [{ by: 'never' }, { by: 'count', count: 12 }, { by: 'day', day: '2027-03-28' }];
const MONTH_DAYS: MonthDay[] = [
  { by: 'start' },
  { by: 'last' },
  ...[1, 28, 31].map((day) => ({ by: 'date' as const, day, nearest: false })),
  { by: 'date', day: 31, nearest: true },
  ...ORDINALS.flatMap((ordinal) => WEEKDAYS.map((weekday) => ({ by: 'weekday' as const, ordinal, weekday }))),
];
/** Each subset of the week's days. */
const WEEKS = [...Array(2 ** 7).keys()].map((set) => WEEKDAYS.filter((_, index) => set & (1 << index)));

/** All that the form can show, but for the numbers. */
const SHAPES: Shape[] = FREQUENCIES.flatMap((frequency) => {
  const base: Shape = { ...PLAIN, frequency };
  if (frequency === 'WEEKLY') return WEEKS.map((weekdays) => ({ ...base, weekdays }));
  if (frequency === 'MONTHLY') return MONTH_DAYS.map((monthDay) => ({ ...base, monthDay }));
  if (frequency === 'YEARLY') return [base, { ...base, yearDay: { month: 5, day: 20 } }];
  return [base];
}).flatMap((shape) => ENDS.flatMap((ends) => [1, 3, 1000].map((interval) => ({ ...shape, ends, interval }))));

test.each([
  ['with a time', VIENNA],
  ['of whole days', DAYS],
  ['far in the west', { ...VIENNA, timeZone: 'Etc/GMT+12' }],
  ['far in the east', { ...VIENNA, timeZone: 'Pacific/Kiritimati' }],
])('each shape of the form is a rule and back, for a series %s', (_, frame) => {
  expect(SHAPES.length).toBeGreaterThan(1500);
  for (const shape of SHAPES) expect(shapeOf(ruleOf(shape, frame), frame)).toEqual(shape);
});

test.each([
  ['FREQ=DAILY', PLAIN],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE', { ...PLAIN, frequency: 'WEEKLY', interval: 2, weekdays: ['MO', 'WE'] }],
  ['FREQ=MONTHLY;BYMONTHDAY=-1', { ...PLAIN, frequency: 'MONTHLY', monthDay: { by: 'last' } }],
  [
    'FREQ=MONTHLY;BYDAY=2TU;COUNT=5',
    {
      ...PLAIN,
      frequency: 'MONTHLY',
      monthDay: { by: 'weekday', ordinal: 2, weekday: 'TU' },
      ends: { by: 'count', count: 5 },
    },
  ],
] as const)('%s is written so', (rule, shape) => {
  expect(ruleOf(shape as Shape, VIENNA)).toBe(rule);
});

test.each([
  ['in winter', '2026-12-31', VIENNA, '20261231T225959Z'],
  ['in summer', '2026-07-01', VIENNA, '20260701T215959Z'],
  ['on the day the clocks go forward', '2027-03-28', VIENNA, '20270328T215959Z'],
  ['on the day they go back', '2026-10-25', VIENNA, '20261025T225959Z'],
  ['where midnight is skipped', '2018-11-03', { ...VIENNA, timeZone: 'America/Sao_Paulo' }, '20181104T025959Z'],
  ['where days are whole', '2026-12-31', DAYS, '20261231'],
])('a series ends with its last day: %s', (_, day, frame, until) => {
  const shape: Shape = { ...PLAIN, ends: { by: 'day', day } };
  expect(ruleOf(shape, frame)).toBe(`FREQ=DAILY;UNTIL=${until}`);
  expect(shapeOf(`FREQ=DAILY;UNTIL=${until}`, frame)).toEqual(shape);
});

test.each([
  'rrule:freq=weekly;byday=we,mo',
  'BYDAY=MO,WE;FREQ=WEEKLY;WKST=MO',
  'FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,WE',
  'FREQ=WEEKLY;INTERVAL=01;BYDAY=MO,MO,WE',
])('%s is another way to write the same', (rule) => {
  expect(shapeOf(rule, VIENNA)).toEqual({ ...PLAIN, frequency: 'WEEKLY', weekdays: ['MO', 'WE'] });
});

test.each([
  '',
  'FREQ',
  'FREQ=NEVER',
  'FREQ=HOURLY',
  'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO',
  'FREQ=YEARLY;BYMONTH=5',
  'FREQ=YEARLY;BYMONTH=5,6;BYMONTHDAY=1',
  'FREQ=YEARLY;BYMONTHDAY=1',
  'FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=-1',
  'FREQ=DAILY;BYDAY=MO',
  'FREQ=DAILY;BYHOUR=9,17',
  'FREQ=WEEKLY;WKST=SU',
  'FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1',
  'FREQ=WEEKLY;BYDAY=1MO',
  'FREQ=MONTHLY;BYDAY=MO',
  'FREQ=MONTHLY;BYDAY=1MO,3MO',
  'FREQ=MONTHLY;BYMONTHDAY=1,15',
  'FREQ=MONTHLY;BYMONTHDAY=-2',
  'FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=MO',
  'FREQ=MONTHLY;BYMONTHDAY=31;RSCALE=GREGORIAN;SKIP=FORWARD',
  'FREQ=MONTHLY;BYMONTHDAY=1;RSCALE=GREGORIAN;SKIP=BACKWARD',
  'FREQ=DAILY;COUNT=2;UNTIL=20261231T225959Z',
  'FREQ=DAILY;COUNT=2;COUNT=3',
  'FREQ=DAILY;COUNT=-1',
  'FREQ=DAILY;INTERVAL=0',
  'FREQ=DAILY;INTERVAL=x',
  'FREQ=DAILY;UNTIL=20261231',
  'FREQ=DAILY;UNTIL=20261231T120000Z',
  'FREQ=DAILY;UNTIL=20269931T225959Z',
  'FREQ=DAILY;X-OWN=1',
])('the form can’t show %s', (rule) => {
  expect(shapeOf(rule, VIENNA)).toBeNull();
});

test('a rule of days can’t be shown with another kind of end', () => {
  expect(shapeOf('FREQ=DAILY;UNTIL=20261231T225959Z', DAYS)).toBeNull();
});

test('a series that becomes one of whole days ends on the same day', () => {
  expect(refit('FREQ=DAILY;UNTIL=20261231T225959Z', VIENNA, DAYS)).toBe('FREQ=DAILY;UNTIL=20261231');
  expect(refit('FREQ=DAILY;UNTIL=20261231', DAYS, VIENNA)).toBe('FREQ=DAILY;UNTIL=20261231T225959Z');
  expect(refit('FREQ=HOURLY;UNTIL=20261231T225959Z', VIENNA, DAYS)).toBe('FREQ=HOURLY;UNTIL=20261231T225959Z');
});

test('what is not typed yet makes no part of a rule', () => {
  const shape: Shape = { ...PLAIN, interval: Number.NaN };
  expect(ruleOf(shape, VIENNA)).toBe('FREQ=DAILY');
  expect(ruleOf({ ...shape, ends: { by: 'day', day: '' } }, VIENNA)).toBe('FREQ=DAILY');
  expect(ruleOf({ ...shape, ends: { by: 'count', count: Number.NaN } }, VIENNA)).toBe('FREQ=DAILY');
});

test('a frequency begins with the day that the series starts on', () => {
  expect(weekdayOf('2026-11-24')).toBe('TU');
  expect(presetOf('WEEKLY', '2026-11-24').weekdays).toEqual(['TU']);
  expect(presetOf('MONTHLY', '2026-11-24').monthDay).toEqual({ by: 'date', day: 24, nearest: false });
  expect(presetOf('MONTHLY', '2026-01-31').monthDay).toEqual({ by: 'date', day: 31, nearest: true });
});
