/** The words that name a day. What is understood, and what rather not:
 *
 * - A weekday is the next one after today, `next friday` that of the week after this one. Weeks begin on Monday.
 * - `3/4` is read as the browser's language writes dates. A day without a year is the next such one.
 * - A weekday, or a day of a month, stands at the end, or before a word that goes on from it: `Sunday paper` has none.
 * - What comes after `for`, `from`, `the`, `until` and the like is what the title is about.
 */

import type { Line, Match, Span } from './line';
import * as named from './namedDays';
import {
  leadsToNoun,
  MONTH,
  MONTH_DAY,
  NTH_DAY,
  NUMBER,
  PART_OF_DAY,
  type PartOfDay,
  partNamed,
  WEEKDAY,
  YEAR,
} from './vocabulary';

interface Form {
  source: string;
  /** Where it is a day: anywhere, at the end, or also before words that go on from it. */
  where?: 'end' | 'phrase' | 'weekday';
  /** Null where there is no such day. */
  read: named.Reader;
}

const ON = '(?:(?<on>on|by|due:?(?:\\s+(?:on|by))?)\\s+)?';
const DAY_OF_WEEK = `(?:${WEEKDAY},?\\s+)?`;
const LENGTH = `(?<n>${NUMBER}|an?)\\s+(?<unit>day|week|month|year)s?`;
const END_OF = '(?:at\\s+|by\\s+)?(?:the\\s+)?end\\s+of\\s+';
const PART = `\\s+(?<part>${PART_OF_DAY})`;
const TIME = '\\s+(?:[01]?\\d|2[0-3]):[0-5]\\d';
/** After these, two numbers with a slash between are no day. */
const COUNTED =
  /^(?:chapter|ep|episode|lesson|level|no|page|part|ratio|round|season|section|size|step|version|vol|volume)$/i;
const SAYING = /(?:^|\s)(?:24\/7|9\/11)$/;
const IS_WEEKDAY = new RegExp(`^${WEEKDAY}$`, 'i');
const CAPITAL = /^\p{Lu}/u;

const FORMS: readonly Form[] = [
  { source: `${ON}(?:the\\s+)?day\\s+after\\s+tomorrow`, read: named.inDays(2) },
  { source: `${ON}(?:tomorrow|tmrw|tmr)`, read: named.inDays(1) },
  { source: `${ON}today`, read: named.inDays(0) },
  { source: `${ON}${DAY_OF_WEEK}(?<year>${YEAR})-(?<month>\\d\\d)-(?<day>\\d\\d)`, read: named.inFull },
  { source: `${ON}${DAY_OF_WEEK}(?<day>\\d\\d?)\\.(?<month>\\d\\d?)\\.(?<year>${YEAR})`, read: named.inFull },
  { source: `${ON}${DAY_OF_WEEK}(?<one>\\d\\d?)/(?<other>\\d\\d?)/(?<year>${YEAR})`, read: named.slashed },
  { source: `${ON}${DAY_OF_WEEK}(?<one>\\d\\d?)/(?<other>\\d\\d?)`, where: 'end', read: named.slashed },
  {
    source: `${ON}${DAY_OF_WEEK}(?:the\\s+)?(?<day>${MONTH_DAY})\\s+(?:of\\s+)?(?<month>${MONTH})(?:,?\\s+(?<year>${YEAR}))?`,
    where: 'phrase',
    read: named.ofMonth,
  },
  {
    source: `${ON}${DAY_OF_WEEK}(?<month>${MONTH})\\s+(?:the\\s+)?(?<day>${MONTH_DAY})(?:,?\\s+(?<year>${YEAR}))?`,
    where: 'phrase',
    read: named.ofMonth,
  },
  {
    source: `(?:on|by|due(?:\\s+(?:on|by))?)\\s+the\\s+(?<day>${NTH_DAY})(?:\\s+of\\s+the\\s+month)?`,
    where: 'end',
    read: named.ofAnyMonth,
  },
  { source: `in\\s+${LENGTH}`, read: named.later },
  { source: `${LENGTH}\\s+from\\s+(?:now|today)`, read: named.later },
  { source: `${ON}next\\s+(?<weekday>${WEEKDAY})`, read: named.nextWeeks },
  { source: `${ON}(?:this|coming)\\s+(?<weekday>${WEEKDAY})`, read: named.todayOrNext },
  { source: `${ON}(?<weekday>${WEEKDAY})`, where: 'weekday', read: named.next },
  { source: '(?:by\\s+)?next\\s+week', where: 'phrase', read: named.nextWeek },
  { source: '(?:by\\s+)?next\\s+month', where: 'phrase', read: named.nextMonth },
  { source: '(?:by\\s+)?next\\s+year', where: 'phrase', read: named.nextYear },
  { source: '(?:this|(?:on|at|over)\\s+the)\\s+weekend', where: 'phrase', read: named.weekend },
  { source: '(?:on\\s+)?next\\s+weekend', where: 'phrase', read: named.nextWeekend },
  { source: `${ON}(?:the\\s+)?(?:last\\s+day|end)\\s+of\\s+(?<month>${MONTH})`, read: named.endOf },
  { source: `${END_OF}(?:the\\s+|this\\s+)?week`, where: 'phrase', read: named.endOfWeek },
  { source: `${END_OF}(?:the\\s+|this\\s+)?month`, where: 'phrase', read: named.endOfMonth },
  { source: `${END_OF}next\\s+month`, where: 'phrase', read: named.endOfNextMonth },
  { source: `${END_OF}(?:the\\s+|this\\s+)?year`, where: 'phrase', read: named.endOfYear },
];

interface Found {
  span: Span;
  day: string;
}

/** The day that is named last, and the part of it, taken from the line. A time says more than a part. */
export function readDate(
  line: Line,
  today: string,
  dayFirst: boolean,
  hasTime: boolean,
): (Found & { part: PartOfDay | null }) | null {
  let last: Found | null = null;
  for (const { source, where, read } of FORMS) {
    for (const match of line.matches(source)) {
      if (last && match.end <= last.span.end) break;
      const day = isInPlace(line, match, where) && !isAbout(line, match) ? read(match.groups, today, dayFirst) : null;
      if (!day) continue;
      last = { span: match, day };
      break;
    }
  }
  if (!last) return null;
  const part = hasTime ? line.at(PART, last.span.end) : null;
  const span = { start: last.span.start, end: (part ?? last.span).end };
  line.take(span);
  return { span, day: last.day, part: partNamed(part?.groups.part) };
}

/** The day after a word such as `until`, which ends here; of a month alone its last one. */
export function dateAt(line: Line, index: number, today: string, dayFirst: boolean): Found | null {
  for (const { source, read } of [
    ...FORMS,
    { source: `(?:the\\s+end\\s+of\\s+)?(?<month>${MONTH})`, read: named.endOf },
  ]) {
    const match = line.at(`\\s+${source}`, index);
    const day = match && read(match.groups, today, dayFirst);
    if (day) return { span: match, day };
  }
  return null;
}

function isInPlace(line: Line, match: Match, where: Form['where']): boolean {
  if (where === undefined) return true;
  const { on, month, one } = match.groups;
  if (one && ((!on && COUNTED.test(line.wordBefore(match.start))) || SAYING.test(match.text))) return false;
  if (line.isFree(line.at(PART, match.end) ?? match) || line.at(TIME, match.end)) return true;
  if (line.isFirst(match) && (on ? line.at(',', match.end) : month)) return true;
  // `On friday at Luigi's`, but not `on friday prayers`.
  return (where === 'phrase' || (where === 'weekday' && on !== undefined)) && line.goesOn(match);
}

/** Whether it is a part of what the title says, as the day is of `Plan for tomorrow`, or of a name. */
function isAbout(line: Line, match: Match): boolean {
  const before = line.wordBefore(match.start);
  if (leadsToNoun(before) || (match.groups.weekday && IS_WEEKDAY.test(before))) return true;
  // Weekdays and months are always written so; `USA Today` and `Tomorrow Never Dies` are names.
  if (/^(?:The\s+)?Day\s+After/.test(match.text)) return !line.isFirst(match);
  if (!/^(?:Today|Tomorrow)$/.test(match.text)) return false;
  return CAPITAL.test(before) || (!line.isFirst(match) && CAPITAL.test(line.wordAfter(match.end)));
}
