/** Durations before a due date: days are the calendar's, hours and minutes exact. */

import { instantOf, plusDays, wallOf } from '@/features/tasks/zone';
import { TEXT } from './text';

export const UNITS = ['MINUTES', 'HOURS', 'DAYS', 'WEEKS'] as const;
export type Unit = (typeof UNITS)[number];

const LETTERS: Record<Unit, [string, string]> = {
  MINUTES: ['PT', 'M'],
  HOURS: ['PT', 'H'],
  DAYS: ['P', 'D'],
  WEEKS: ['P', 'W'],
};
/** A year at most. */
export const MOST: Record<Unit, number> = { MINUTES: 366 * 24 * 60, HOURS: 366 * 24, DAYS: 366, WEEKS: 52 };
const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:0+S)?)?$/;
const MINUTE_MS = 60_000;

export function durationOf(amount: number, unit: Unit): string {
  const [before, after] = LETTERS[unit];
  return `${before}${amount}${after}`;
}

/** `1 day before`, `2 hours 30 minutes before`, `at the time`. */
export function beforeText(duration: string): string {
  const [weeks, days, hours, minutes] = numbersOf(duration);
  const said = [
    [weeks, TEXT.weeks],
    [days, TEXT.days],
    [hours, TEXT.hours],
    [minutes, TEXT.minutes],
  ] as const;
  const words = said.filter(([amount]) => amount > 0).map(([amount, word]) => word(amount));
  return words.length > 0 ? TEXT.before(words.join(' ')) : TEXT.atTheTime;
}

/** When what is due, an instant or a day, is so near. A day is counted from this time of it. */
export function momentBefore(due: string, duration: string, timeZone: string, allDayTime: string): Date {
  const [weeks, days, hours, minutes] = numbersOf(duration);
  const at = due.includes('T') ? new Date(due) : instantOf(`${due}T${allDayTime}:00`, timeZone);
  const back = weeks * 7 + days;
  const wall = wallOf(at, timeZone);
  const day = back ? instantOf(plusDays(wall.slice(0, 10), -back) + wall.slice(10), timeZone) : at;
  return new Date(day.getTime() - (hours * 60 + minutes) * MINUTE_MS);
}

function numbersOf(duration: string): [number, number, number, number] {
  const [, ...numbers] = DURATION.exec(duration) ?? [];
  return [0, 1, 2, 3].map((index) => Number(numbers[index] ?? 0)) as [number, number, number, number];
}
