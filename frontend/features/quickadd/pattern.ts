/** How something comes again, as it is said: more than the form of the editor can show, and less than a rule can. */

import {
  type Ends,
  endParts,
  type Frame,
  type Frequency,
  WEEKDAYS,
  type Weekday,
  weekdayOf,
} from '@/features/recurrence/rule';
import { plusDays } from '@/features/tasks/zone';
import type { PartOfDay } from './vocabulary';

export interface Pattern {
  frequency: 'HOURLY' | Frequency;
  interval: number;
  /** Of a week. */
  weekdays: readonly Weekday[];
  /** Of a month; -1 is the last. */
  monthDays: readonly number[];
  /** Which weekday of a month, or which of its workdays. */
  nth: { ordinal: number; what: Weekday | 'WORKDAY' } | null;
  /** Of a year. */
  month: number | null;
  /** Counted from when the last one was done. */
  afterDone: boolean;
  /** The part of the day, where the words say that: `every morning`. */
  part: PartOfDay | null;
}

export const PLAIN: Pattern = {
  frequency: 'DAILY',
  interval: 1,
  weekdays: [],
  monthDays: [],
  nth: null,
  month: null,
  afterDone: false,
  part: null,
};

export const WORKDAYS = WEEKDAYS.slice(0, 5);
/** From this day on a month may lack it. */
const SOMETIMES_MISSING = 29;
/** A leap day comes after eight years at the latest. */
const FAR_DAYS = 9 * 366;

/** The rule; `first` is the day that it starts on. */
export function ruleText(pattern: Pattern, first: string, ends: Ends, frame: Frame): string {
  const { frequency, interval, weekdays, month, nth } = pattern;
  const monthDays = daysOf(pattern, first);
  const parts = [`FREQ=${frequency}`];
  if (interval > 1) parts.push(`INTERVAL=${interval}`);
  if (weekdays.length > 0) parts.push(`BYDAY=${WEEKDAYS.filter((day) => weekdays.includes(day))}`);
  if (month !== null) parts.push(`BYMONTH=${month}`);
  if (monthDays.length > 0) parts.push(`BYMONTHDAY=${monthDays}`);
  if (nth)
    parts.push(
      ...(nth.what === 'WORKDAY'
        ? [`BYDAY=${WORKDAYS}`, `BYSETPOS=${nth.ordinal}`]
        : [`BYDAY=${nth.ordinal}${nth.what}`]),
    );
  if (month === null && monthDays.some((day) => day >= SOMETIMES_MISSING))
    parts.push('RSCALE=GREGORIAN', 'SKIP=BACKWARD');
  parts.push(...endParts(ends, frame));
  return parts.join(';');
}

/** `every month` from the 31st on is on the last day of the shorter ones. */
function daysOf({ frequency, monthDays, nth }: Pattern, first: string): readonly number[] {
  const day = Number(first.slice(8));
  return frequency === 'MONTHLY' && !nth && monthDays.length === 0 && day >= SOMETIMES_MISSING ? [day] : monthDays;
}

/** The first day from this one on that the pattern is on, and that will do; null where there is none. */
export function firstDay(pattern: Pattern, from: string, willDo: (day: string) => boolean): string | null {
  for (let ahead = 0; ahead < FAR_DAYS; ahead++) {
    const day = plusDays(from, ahead);
    if (isOn(pattern, day) && willDo(day)) return day;
  }
  return null;
}

function isOn({ weekdays, monthDays, nth, month }: Pattern, day: string): boolean {
  if (month !== null && month !== Number(day.slice(5, 7))) return false;
  if (weekdays.length > 0 && !weekdays.includes(weekdayOf(day))) return false;
  if (nth) return isNth(nth, day);
  if (monthDays.length === 0) return true;
  const date = Number(day.slice(8));
  const isLast = plusDays(day, 1).endsWith('-01');
  if (monthDays.includes(date)) return true;
  // In a month that lacks the day, its last one; in a year that lacks it, none.
  return isLast && monthDays.some((other) => other === -1 || (month === null && other > date));
}

function isNth({ ordinal, what }: NonNullable<Pattern['nth']>, day: string): boolean {
  const isOne = (other: string) =>
    what === 'WORKDAY' ? WORKDAYS.includes(weekdayOf(other)) : weekdayOf(other) === what;
  if (!isOne(day)) return false;
  const step = ordinal < 0 ? 1 : -1;
  let rank = 0;
  for (let other = day; other.slice(0, 7) === day.slice(0, 7); other = plusDays(other, step)) if (isOne(other)) rank++;
  return rank === Math.abs(ordinal);
}
