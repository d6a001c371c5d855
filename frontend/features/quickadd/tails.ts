/** What may follow on `every week`, `every month` and `every year`: on which day of it. */

import { WEEKDAYS, type Weekday } from '@/features/recurrence/rule';
import type { Line } from './line';
import type { Pattern } from './pattern';
import {
  allOf,
  listOf,
  MONTH,
  MONTH_DAY,
  monthNamed,
  NTH_DAY,
  ORDINAL,
  ordinalOf,
  WEEKDAY,
  WEEKDAY_LIST,
  weekdayNamed,
} from './vocabulary';

const ON = '\\s+(?:on\\s+)?(?:the\\s+)?';
const DAYS = `\\s+(?:on\\s+)?(?<days>${WEEKDAY_LIST})`;
const EXCEPT = `\\s+(?:except|but\\s+not)\\s+(?:on\\s+|for\\s+)?(?:(?<days>${WEEKDAY_LIST})|weekends)`;
const LAST_DAY = `${ON}last\\s+day`;
const NTH = `${ON}(?<nth>${ORDINAL})\\s+(?<what>${WEEKDAY}|weekday|workday|working day|business day)`;
const DATES = `${ON}(?<dates>${listOf(NTH_DAY)})`;
const DATE = `\\s+on\\s+(?:the\\s+|day\\s+)?(?<date>0?[1-9]|[12][0-9]|3[01])`;
const MONTH_FIRST = `${ON}(?<month>${MONTH})\\s+(?:the\\s+)?(?<day>${MONTH_DAY})`;
const DAY_FIRST = `${ON}(?<day>${MONTH_DAY})\\s+(?:of\\s+)?(?<month>${MONTH})`;
const OF_MONTH = `\\s+(?:of|in)\\s+(?<month>${MONTH})`;

interface Tail {
  /** Where it ends, or where it would begin. */
  end: number;
  pattern: Pattern;
}

export function tailOf(line: Line, index: number, pattern: Pattern): Tail {
  const none = { end: index, pattern };
  switch (pattern.frequency) {
    case 'WEEKLY':
      return pattern.weekdays.length > 0 ? none : (weekTail(line, index, pattern) ?? none);
    case 'MONTHLY':
      return isDated(pattern) ? none : (monthTail(line, index, pattern) ?? none);
    case 'YEARLY':
      return isDated(pattern) ? none : (yearTail(line, index, pattern) ?? none);
    case 'DAILY':
      return pattern.interval > 1 ? none : (exceptTail(line, index, pattern) ?? none);
    default:
      return none;
  }
}

function isDated({ monthDays, nth }: Pattern): boolean {
  return nth !== null || monthDays.length > 0;
}

/** `every day except sunday` is every week on the others. */
function exceptTail(line: Line, index: number, pattern: Pattern): Tail | null {
  const found = line.at(EXCEPT, index);
  if (!found) return null;
  const { days } = found.groups;
  const left: readonly Weekday[] = days === undefined ? ['SA', 'SU'] : allOf(WEEKDAY, days).map(weekdayNamed);
  const weekdays = WEEKDAYS.filter((day) => !left.includes(day));
  return { end: found.end, pattern: { ...pattern, frequency: 'WEEKLY', weekdays } };
}

function weekTail(line: Line, index: number, pattern: Pattern): Tail | null {
  const found = line.at(DAYS, index);
  const weekdays = allOf(WEEKDAY, found?.groups.days ?? '').map(weekdayNamed);
  return found && { end: found.end, pattern: { ...pattern, weekdays } };
}

function monthTail(line: Line, index: number, pattern: Pattern): Tail | null {
  const nth = line.at(NTH, index);
  if (nth) {
    const { nth: ordinal = '', what = '' } = nth.groups;
    const isWeekday = new RegExp(`^${WEEKDAY}$`, 'i').test(what);
    const which = { ordinal: ordinalOf(ordinal), what: isWeekday ? weekdayNamed(what) : ('WORKDAY' as const) };
    return { end: nth.end, pattern: { ...pattern, nth: which } };
  }
  const last = line.at(LAST_DAY, index);
  if (last) return { end: last.end, pattern: { ...pattern, monthDays: [-1] } };
  const dates = line.at(DATES, index) ?? line.at(DATE, index);
  if (!dates) return null;
  const said = dates.groups.date ?? dates.groups.dates ?? '';
  const monthDays = (said.match(/\d+/g) ?? []).map(Number);
  return { end: dates.end, pattern: { ...pattern, monthDays } };
}

function yearTail(line: Line, index: number, pattern: Pattern): Tail | null {
  const day = line.at(MONTH_FIRST, index) ?? line.at(DAY_FIRST, index);
  if (day) {
    const { month = '', day: date = '' } = day.groups;
    const monthDays = [Number.parseInt(date, 10)];
    return { end: day.end, pattern: { ...pattern, month: monthNamed(month), monthDays } };
  }
  const inMonth = monthTail(line, index, pattern);
  const month = inMonth && line.at(OF_MONTH, inMonth.end);
  if (!month) return null;
  return { end: month.end, pattern: { ...inMonth.pattern, month: monthNamed(month.groups.month ?? '') } };
}
