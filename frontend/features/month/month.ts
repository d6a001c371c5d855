/** The days of a month, and what moving a task to another day makes of its due date. A month is `YYYY-MM`. */

import type { Task } from '@/features/tasks/board';
import { fieldsOf } from '@/features/tasks/draft';
import { isDay } from '@/features/tasks/due';
import { instantOf, plusDays, wallOf } from '@/features/tasks/zone';
import { dayOf, sortedByDue } from '@/features/views/select';

const WEEK = 7;

/** The weeks that the month lies in, whole. `firstDay` is 1 for Monday to 7 for Sunday. */
export function weeksOf(month: string, firstDay: number): string[][] {
  const first = `${month}-01`;
  const before = (weekdayOf(first) - firstDay + WEEK) % WEEK;
  const weeks: string[][] = [];
  for (let start = plusDays(first, -before); start.slice(0, 7) <= month; start = plusDays(start, WEEK)) {
    const from = start;
    weeks.push(Array.from({ length: WEEK }, (_, day) => plusDays(from, day)));
  }
  return weeks;
}

export function plusMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** The first day of the week where this language is spoken; Monday where that is not known. */
export function firstDayOf(language: string): number {
  const locale = new Intl.Locale(language) as Intl.Locale & {
    getWeekInfo?: () => { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1;
}

/** The tasks of each day of the zone, by their time, those that are done behind. */
export function byDays(tasks: readonly Task[], zone: string): Map<string, Task[]> {
  const days = new Map<string, Task[]>();
  const dated = tasks.filter(({ dueDate }) => dueDate !== null);
  const open = dated.filter(({ completed }) => !completed);
  const done = dated.filter(({ completed }) => completed);
  for (const task of [...sortedByDue(open, zone), ...sortedByDue(done, zone)]) {
    const day = dayOf(task, zone);
    if (day === null) continue;
    const those = days.get(day);
    if (those) those.push(task);
    else days.set(day, [task]);
  }
  return days;
}

/** When a task is due so many days later: what the clocks of its zone show then stays. A day or an instant. */
export function dueLater(task: Task, days: number): string | null {
  const { due } = fieldsOf(task);
  if (due === null) return null;
  if (isDay(due)) return plusDays(due, days);
  const wall = wallOf(new Date(due), task.timeZone);
  return instantOf(`${plusDays(wall.slice(0, 10), days)}${wall.slice(10)}`, task.timeZone).toISOString();
}

/** From one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / (24 * 60 * 60_000));
}

/** 1 for Monday to 7 for Sunday. */
function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || WEEK;
}
