/** Which day is meant by its name, seen from today. */

import { WEEKDAYS, weekdayOf } from '@/features/recurrence/rule';
import { plusDays } from '@/features/tasks/zone';
import { dayOf, lastOfMonth, nextWith, plusMonths } from './days';
import type { Match } from './line';
import { monthNamed, numberOf, weekdayNamed } from './vocabulary';

/** Null where there is no such day, or where it is over. */
export type Reader = (groups: Match['groups'], today: string, dayFirst: boolean) => string | null;

/** Tasks are due no later. */
const LAST_DAY = '2200-12-31';

export const inDays =
  (days: number): Reader =>
  (_, today) =>
    plusDays(today, days);

export const inFull: Reader = ({ year, month, day }, today) => {
  const found = dayOf(Number(year), Number(month), Number(day));
  return found && found >= today ? found : null;
};

export const ofMonth: Reader = ({ year, month: name = '', day: said = '' }, today) => {
  const month = monthNamed(name);
  const day = Number.parseInt(said, 10);
  return year ? inFull({ year, month: String(month), day: String(day) }, today, false) : nextWith(today, month, day);
};

/** Where the two can only be meant the other way round, they are. */
export const slashed: Reader = ({ one = '', other = '', year }, today, dayFirst) => {
  const orders = dayFirst
    ? [[one, other] as const, [other, one] as const]
    : [[other, one] as const, [one, other] as const];
  const [day, month] = orders.find(([, month]) => Number(month) <= 12) ?? [];
  if (!day || !month) return null;
  return year ? inFull({ year, month, day }, today, dayFirst) : nextWith(today, Number(month), Number(day));
};

export const ofAnyMonth: Reader = ({ day = '' }, today) => nextWith(today, null, Number.parseInt(day, 10));

export const later: Reader = (groups, today) => {
  const day = soMuchLater(groups, today);
  return day > LAST_DAY || day.length > LAST_DAY.length ? null : day;
};

function soMuchLater({ n = '', unit = '' }: Match['groups'], today: string): string {
  const count = numberOf(n);
  switch (unit.toLowerCase()) {
    case 'day':
      return plusDays(today, count);
    case 'week':
      return plusDays(today, count * 7);
    case 'month':
      return plusMonths(today, count);
    default:
      return plusMonths(today, count * 12);
  }
}

export const todayOrNext: Reader = ({ weekday = '' }, today) => {
  const ahead = WEEKDAYS.indexOf(weekdayNamed(weekday)) - WEEKDAYS.indexOf(weekdayOf(today));
  return plusDays(today, (ahead + 7) % 7);
};

export const next: Reader = (groups, today, dayFirst) => todayOrNext(groups, plusDays(today, 1), dayFirst);

/** Monday. */
export const nextWeek: Reader = (_, today) => next({ weekday: 'monday' }, today, false);

export const nextWeeks: Reader = ({ weekday = '' }, today) =>
  todayOrNext({ weekday }, nextWeek({}, today, false) ?? today, false);

/** The first of it. */
export const nextMonth: Reader = (_, today) => plusMonths(`${today.slice(0, 7)}-01`, 1);

export const nextYear: Reader = (_, today) => dayOf(Number(today.slice(0, 4)) + 1, 1, 1);

/** Saturday, and on a Sunday today. */
export const weekend: Reader = (_, today) =>
  weekdayOf(today) === 'SU' ? today : todayOrNext({ weekday: 'saturday' }, today, false);

export const nextWeekend: Reader = (_, today) => nextWeeks({ weekday: 'saturday' }, today, false);

/** Sunday. */
export const endOfWeek: Reader = (_, today) => todayOrNext({ weekday: 'sunday' }, today, false);

export const endOfMonth: Reader = (_, today) => lastOfMonth(today);

export const endOfNextMonth: Reader = (_, today) => lastOfMonth(plusMonths(`${today.slice(0, 7)}-01`, 1));

export const endOfYear: Reader = (_, today) => `${today.slice(0, 4)}-12-31`;

/** The last day of the month of this name. */
export const endOf: Reader = ({ month = '' }, today) => {
  const first = nextWith(`${today.slice(0, 7)}-01`, monthNamed(month), 1);
  return first && lastOfMonth(first);
};
