/** The rules that the form can show, as text and back.
 *
 * `shapeOf` answers only for a rule that `ruleOf` would write again with all its parts: nothing is lost in the form.
 */

import { dayIn, plusDays, startOfDay } from '@/features/tasks/zone';

export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
/** Which one of its month: -1 is the last. */
export const ORDINALS = [1, 2, 3, 4, -1] as const;

export type Weekday = (typeof WEEKDAYS)[number];
export type Frequency = (typeof FREQUENCIES)[number];

/** `start`: on the day of the month that the series starts on. */
export type MonthDay =
  | { by: 'start' }
  /** `nearest`: in a month that lacks the day, on its last one. */
  | { by: 'date'; day: number; nearest: boolean }
  | { by: 'last' }
  | { by: 'weekday'; ordinal: number; weekday: Weekday };

export type Ends = { by: 'never' } | { by: 'day'; day: string } | { by: 'count'; count: number };

/** What is not typed yet is NaN, or empty. */
export interface Shape {
  frequency: Frequency;
  interval: number;
  /** Of a week; none is the one that the series starts on. */
  weekdays: readonly Weekday[];
  monthDay: MonthDay;
  /** Of a year; null is the one that the series starts on. */
  yearDay: { month: number; day: number } | null;
  ends: Ends;
}

/** What a series is reckoned in. */
export interface Frame {
  timeZone: string;
  allDay: boolean;
}

export const PLAIN: Shape = {
  frequency: 'DAILY',
  interval: 1,
  weekdays: [],
  monthDay: { by: 'start' },
  yearDay: null,
  ends: { by: 'never' },
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function ruleOf({ frequency, interval, weekdays, monthDay, yearDay, ends }: Shape, frame: Frame): string {
  const parts = [`FREQ=${frequency}`];
  if (interval > 1) parts.push(`INTERVAL=${interval}`);
  if (frequency === 'WEEKLY' && weekdays.length > 0) {
    parts.push(`BYDAY=${WEEKDAYS.filter((day) => weekdays.includes(day))}`);
  }
  if (frequency === 'MONTHLY') parts.push(...monthDayParts(monthDay));
  if (frequency === 'YEARLY' && yearDay) parts.push(`BYMONTH=${yearDay.month}`, `BYMONTHDAY=${yearDay.day}`);
  return [...parts, ...endParts(ends, frame)].join(';');
}

export function endParts(ends: Ends, frame: Frame): string[] {
  if (ends.by === 'count' && ends.count > 0) return [`COUNT=${ends.count}`];
  return ends.by === 'day' && DAY.test(ends.day) ? [`UNTIL=${untilOf(ends.day, frame)}`] : [];
}

/** Null where the form could not show all of the rule. */
export function shapeOf(rule: string, frame: Frame): Shape | null {
  const parts = partsOf(rule);
  if (!parts) return null;
  const { FREQ, INTERVAL, BYDAY, BYMONTH, BYMONTHDAY, COUNT, UNTIL } = parts;
  const frequency = FREQUENCIES.find((known) => known === FREQ);
  if (!frequency) return null;
  const shape: Shape = {
    frequency,
    interval: INTERVAL ? Number(INTERVAL) : 1,
    weekdays: frequency === 'WEEKLY' ? WEEKDAYS.filter((day) => BYDAY?.split(',').includes(day)) : [],
    monthDay: frequency === 'MONTHLY' ? monthDayOf(parts) : PLAIN.monthDay,
    yearDay:
      frequency === 'YEARLY' && Number(BYMONTHDAY) > 0 ? { month: Number(BYMONTH), day: Number(BYMONTHDAY) } : null,
    ends: endsOf(COUNT, UNTIL, frame),
  };
  return canonical(parts) === canonical(partsOf(ruleOf(shape, frame))) ? shape : null;
}

/** The rule, with its last day kept where that is written in another way: for a series that becomes one of days, say. */
export function refit(rule: string, from: Frame, to: Frame): string {
  const shape = shapeOf(rule, from);
  return shape ? ruleOf(shape, to) : rule;
}

/** What a frequency begins with, for a series that starts on this day. */
export function presetOf(frequency: Frequency, start: string): Pick<Shape, 'frequency' | 'weekdays' | 'monthDay'> {
  const day = Number(start.slice(8));
  return {
    frequency,
    weekdays: frequency === 'WEEKLY' ? [weekdayOf(start)] : [],
    monthDay: frequency === 'MONTHLY' ? { by: 'date', day, nearest: day > 28 } : PLAIN.monthDay,
  };
}

export function weekdayOf(day: string): Weekday {
  return WEEKDAYS[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] ?? 'MO';
}

function monthDayParts(monthDay: MonthDay): string[] {
  switch (monthDay.by) {
    case 'start':
      return [];
    case 'last':
      return ['BYMONTHDAY=-1'];
    case 'weekday':
      return [`BYDAY=${monthDay.ordinal}${monthDay.weekday}`];
    case 'date': {
      const day = `BYMONTHDAY=${monthDay.day || 1}`;
      return monthDay.nearest && monthDay.day > 28 ? [day, 'RSCALE=GREGORIAN', 'SKIP=BACKWARD'] : [day];
    }
  }
}

function monthDayOf({ BYDAY, BYMONTHDAY, SKIP }: Parts): MonthDay {
  if (BYMONTHDAY === '-1') return { by: 'last' };
  if (Number(BYMONTHDAY) > 0) return { by: 'date', day: Number(BYMONTHDAY), nearest: SKIP === 'BACKWARD' };
  const [, ordinal, day] = /^(.*)(..)$/.exec(BYDAY ?? '') ?? [];
  const weekday = WEEKDAYS.find((known) => known === day);
  return ordinal && weekday ? { by: 'weekday', ordinal: Number(ordinal), weekday } : { by: 'start' };
}

function endsOf(count: string | undefined, until: string | undefined, { timeZone, allDay }: Frame): Ends {
  if (count) return { by: 'count', count: Number(count) };
  const [, year, month, day, time] = /^(\d{4})(\d{2})(\d{2})(?:T(\d{6})Z)?$/.exec(until ?? '') ?? [];
  if (!year || allDay !== (time === undefined)) return { by: 'never' };
  if (!time) return { by: 'day', day: `${year}-${month}-${day}` };
  const instant = new Date(`${year}-${month}-${day}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`);
  return Number.isNaN(instant.getTime()) ? { by: 'never' } : { by: 'day', day: dayIn(timeZone, instant) };
}

/** The end of the day in the zone, in UTC; for an all-day series the day itself. */
function untilOf(day: string, { timeZone, allDay }: Frame): string {
  if (allDay) return day.replaceAll('-', '');
  const end = new Date(startOfDay(plusDays(day, 1), timeZone).getTime() - 1000);
  return end.toISOString().replace(/[-:]|\.\d+/g, '');
}

type Parts = Record<string, string | undefined>;

/** What comes out the same whichever way it is written is the same here. */
function canonical(parts: Parts | null): string {
  return Object.entries({ INTERVAL: '1', WKST: 'MO', ...parts })
    .map(([name, value = '']) => `${name}=${[...new Set(value.split(',').map(plainly))].sort()}`)
    .sort()
    .join(';');
}

/** `+02` as `2`, and `+1MO` as `1MO`. */
function plainly(value: string): string {
  const [, sign = '', digits = '', rest = ''] = /^([+-]?)0*(\d*)([A-Z]*)$/.exec(value) ?? [];
  return digits + rest ? `${sign === '-' ? '-' : ''}${digits}${rest}` : value;
}

function partsOf(rule: string): Parts | null {
  const parts = rule
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .split(';')
    .map((part) => part.split('='));
  const names = new Set(parts.map(([name]) => name));
  if (names.size < parts.length || parts.some((part) => part.length !== 2)) return null;
  return Object.fromEntries(parts);
}
