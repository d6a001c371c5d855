/** The words that say that something comes again. They are looked for before all others. */

import { WEEKDAYS } from '@/features/recurrence/rule';
import type { Line, Match, Span } from './line';
import { type Pattern, PLAIN, WORKDAYS } from './pattern';
import { tailOf } from './tails';
import {
  allOf,
  listOf,
  MONTH,
  MONTH_DAY,
  monthNamed,
  NTH_DAY,
  NUMBER,
  numberOf,
  ORDINAL,
  ordinalOf,
  PART_OF_DAY,
  partNamed,
  WEEKDAY,
  WEEKDAY_LIST,
  weekdayNamed,
} from './vocabulary';

type Groups = Match['groups'];

interface Head {
  source: string;
  /** It may be words of a title, unless nothing of that follows. */
  weak?: boolean;
  read: (groups: Groups) => Partial<Pattern>;
}

const EVERY = '(?:every|each)(?<hard>!)?\\s+';
const UNIT = '(?<unit>hour|day|week|fortnight|month|quarter|year)s?';
const UNITS: Readonly<Record<string, Pick<Pattern, 'frequency' | 'interval'>>> = {
  hour: { frequency: 'HOURLY', interval: 1 },
  day: { frequency: 'DAILY', interval: 1 },
  week: { frequency: 'WEEKLY', interval: 1 },
  fortnight: { frequency: 'WEEKLY', interval: 2 },
  month: { frequency: 'MONTHLY', interval: 1 },
  quarter: { frequency: 'MONTHLY', interval: 3 },
  year: { frequency: 'YEARLY', interval: 1 },
};
const ADVERBS: Readonly<Record<string, Pick<Pattern, 'frequency' | 'interval'>>> = {
  hourly: { frequency: 'HOURLY', interval: 1 },
  daily: { frequency: 'DAILY', interval: 1 },
  weekly: { frequency: 'WEEKLY', interval: 1 },
  biweekly: { frequency: 'WEEKLY', interval: 2 },
  fortnightly: { frequency: 'WEEKLY', interval: 2 },
  monthly: { frequency: 'MONTHLY', interval: 1 },
  quarterly: { frequency: 'MONTHLY', interval: 3 },
  yearly: { frequency: 'YEARLY', interval: 1 },
  annually: { frequency: 'YEARLY', interval: 1 },
};
const TIMES = `(?:(?<n>${NUMBER}|other|2nd|3rd|4th|5th|second|third|fourth|fifth)\\s+)?`;
const WORKDAY = '(?:weekday|workday|working day|business day)';
const DAYS = `(?<days>${WEEKDAY_LIST})`;
const DAY_RANGE = `(?<from>${WEEKDAY})\\s*(?:-|–|to|through)\\s*(?<to>${WEEKDAY})`;
const NTH = `(?<nth>${ORDINAL})\\s+(?<what>${WEEKDAY}|day|${WORKDAY})`;
const DATES = `(?<dates>${listOf(NTH_DAY)})`;
const PART = `(?:\\s+(?<part>${PART_OF_DAY}))?`;
const DONE =
  "\\s+after\\s+(?:the\\s+last\\s+(?:one|time)\\s+)?(?:(?:i|it)(?:'s|’s|'ve|’ve)?\\s+)?(?:is\\s+|was\\s+|being\\s+)?(?:completion|completed|completing|done|doing(?: it)?|did(?: it)?|finishing|finished)";

const HEADS: readonly Head[] = [
  { source: `(?:on\\s+)?(?:the\\s+)?${NTH}\\s+(?:of|in)\\s+${EVERY}${TIMES}${UNIT}`, read: nthOfUnit },
  { source: `(?:on\\s+)?(?:the\\s+)?${NTH}\\s+(?:of|in)\\s+${EVERY}(?<month>${MONTH})`, read: nthOfMonth },
  { source: `(?:on\\s+)?(?:the\\s+)?${DATES}\\s+(?:of|in)\\s+${EVERY}${TIMES}${UNIT}`, read: datesOfUnit },
  { source: `(?:on\\s+)?(?:the\\s+)?(?<nth>${ORDINAL})\\s+of\\s+${EVERY}${TIMES}${UNIT}`, read: nthOfUnit },
  { source: `${EVERY}${NTH}\\s+(?:of|in)\\s+(?:the\\s+|each\\s+|every\\s+)?(?<month>${MONTH})`, read: nthOfMonth },
  { source: `${EVERY}${NTH}(?:\\s+(?:of|in)\\s+(?:the\\s+|each\\s+|every\\s+|a\\s+)?month)`, read: nth },
  { source: `${EVERY}(?:last\\s+day)`, read: () => ({ frequency: 'MONTHLY', monthDays: [-1] }) },
  { source: `${EVERY}(?<nth>${ORDINAL})\\s+(?<what>${WEEKDAY}|${WORKDAY})${PART}`, read: nth },
  { source: `${EVERY}(?<month>${MONTH})\\s+(?:the\\s+)?(?<day>${MONTH_DAY})`, read: dayOfYear },
  { source: `${EVERY}(?:the\\s+)?(?<day>${MONTH_DAY})\\s+(?:of\\s+)?(?<month>${MONTH})`, read: dayOfYear },
  { source: `${EVERY}(?:the\\s+)?${DATES}(?:\\s+of\\s+(?:the\\s+|each\\s+|every\\s+)?month)`, read: dates },
  { source: `${EVERY}(?:the\\s+)?${DATES}`, weak: true, read: dates },
  { source: `${EVERY}${TIMES}${UNIT}`, read: units },
  { source: `once\\s+(?:an?|per|every|each)\\s+${TIMES}${UNIT}`, weak: true, read: units },
  { source: `${EVERY}${WORKDAY}${PART}`, read: () => ({ frequency: 'WEEKLY', weekdays: WORKDAYS }) },
  { source: `${EVERY}weekend`, read: () => ({ frequency: 'WEEKLY', weekdays: ['SA', 'SU'] }) },
  { source: `on\\s+(?:weekdays|workdays)`, read: () => ({ frequency: 'WEEKLY', weekdays: WORKDAYS }) },
  { source: 'on\\s+weekends', read: () => ({ frequency: 'WEEKLY', weekdays: ['SA', 'SU'] }) },
  { source: '(?:weekdays|workdays)', weak: true, read: () => ({ frequency: 'WEEKLY', weekdays: WORKDAYS }) },
  { source: `${EVERY}${DAY_RANGE}${PART}`, read: range },
  { source: `${EVERY}(?:(?<n>other|${NUMBER})\\s+)?${DAYS}${PART}`, read: weekdays },
  { source: `on\\s+(?<days>${listOf(`${WEEKDAY}s`)})`, read: weekdays },
  { source: `${EVERY}(?<part>${PART_OF_DAY})`, read: () => ({ frequency: 'DAILY' }) },
  { source: `${EVERY}(?<month>${MONTH})`, weak: true, read: (groups) => dayOfYear({ ...groups, day: '1' }) },
  {
    source: `(?<adverb>${Object.keys(ADVERBS).join('|')})`,
    weak: true,
    read: ({ adverb }) => ADVERBS[lower(adverb)] ?? {},
  },
  { source: `(?<n>${NUMBER}|an?)\\s+${UNIT}${DONE}`, read: (groups) => ({ ...units(groups), afterDone: true }) },
];

/** What of the line says it, taken from there. */
export function readRecurrence(line: Line): { span: Span; pattern: Pattern } | null {
  for (const { source, weak, read } of HEADS) {
    for (const head of line.matches(source)) {
      const { part, hard } = head.groups;
      const base = { ...PLAIN, afterDone: hard !== undefined, part: partNamed(part), ...read(head.groups) };
      const tail = tailOf(line, head.end, base);
      const done = line.at(DONE, tail.end);
      const span = { start: head.start, end: (done ?? tail).end };
      const isWhole = !weak || span.end > head.end || mayEnd(line, head);
      if (!isWhole || isName(line, head, weak ?? false)) continue;
      line.take(span);
      return { span, pattern: done ? { ...tail.pattern, afterDone: true } : tail.pattern };
    }
  }
  return null;
}

/** What is looked for later may follow: a time, a start, an end. */
function mayEnd(line: Line, span: Span): boolean {
  return (
    line.isFree(span) ||
    /^(?:at|by|from|starting|until|till|for|in|on|@.*|\d.*|noon|midnight)$/i.test(line.wordAfter(span.end))
  );
}

/** `Every Day I Write`, `Daily Mail`, and `twice daily`, which no rule says. */
function isName(line: Line, { text, start, end }: Match, weak: boolean): boolean {
  const [first = '', second = ''] = text.split(/\s+/);
  const capital = (word: string) => /^\p{Lu}\p{Ll}/u.test(word);
  if (weak && /^(?:once|times|twice|\d+)$/i.test(line.wordBefore(start))) return true;
  if (weak && !second) return capital(first) && (capital(line.wordBefore(start)) || capital(line.wordAfter(end)));
  return capital(first) && /^(?:Day|Week|Month|Year|Hour|Other|Morning|Night|Evening)/.test(second);
}

function lower(word: string | undefined): string {
  return (word ?? '').toLowerCase();
}

function units({ unit, n }: Groups): Pick<Pattern, 'frequency' | 'interval'> {
  const { frequency, interval } = UNITS[lower(unit)] ?? PLAIN;
  return { frequency, interval: interval * timesOf(n) };
}

function timesOf(word: string | undefined): number {
  if (word === undefined) return 1;
  if (lower(word) === 'other') return 2;
  return numberOf(word) || ordinalOf(word);
}

function nth({ nth = '', what = 'day' }: Groups): Partial<Pattern> {
  const ordinal = ordinalOf(nth);
  if (/^day$/i.test(what)) return { frequency: 'MONTHLY', monthDays: [ordinal] };
  const isWorkday = new RegExp(WORKDAY, 'i').test(what);
  return { frequency: 'MONTHLY', nth: { ordinal, what: isWorkday ? 'WORKDAY' : weekdayNamed(what) } };
}

function nthOfUnit(groups: Groups): Partial<Pattern> {
  const { frequency, interval } = units(groups);
  const inYear = frequency === 'YEARLY' && { month: ordinalOf(groups.nth ?? '') < 0 ? 12 : 1 };
  return { ...nth(groups), frequency: inYear ? 'YEARLY' : 'MONTHLY', interval, ...inYear };
}

function nthOfMonth(groups: Groups): Partial<Pattern> {
  return { ...nth(groups), frequency: 'YEARLY', month: monthNamed(groups.month ?? '') };
}

function dates({ dates = '' }: Groups): Partial<Pattern> {
  return { frequency: 'MONTHLY', monthDays: allOf(NTH_DAY, dates).map(numberIn) };
}

function datesOfUnit(groups: Groups): Partial<Pattern> {
  const { frequency, interval } = units(groups);
  return { ...dates(groups), interval, ...(frequency === 'YEARLY' && { frequency, month: 1 }) };
}

function dayOfYear({ month = '', day = '' }: Groups): Partial<Pattern> {
  return { frequency: 'YEARLY', month: monthNamed(month), monthDays: [numberIn(day)] };
}

function weekdays({ days = '', n }: Groups): Partial<Pattern> {
  return { frequency: 'WEEKLY', interval: timesOf(n), weekdays: allOf(WEEKDAY, days).map(weekdayNamed) };
}

function range({ from = '', to = '' }: Groups): Partial<Pattern> {
  const [first, last] = [from, to].map((word) => WEEKDAYS.indexOf(weekdayNamed(word))) as [number, number];
  const within = (index: number) => (first <= last ? index >= first && index <= last : index >= first || index <= last);
  return { frequency: 'WEEKLY', weekdays: WEEKDAYS.filter((_, index) => within(index)) };
}

function numberIn(word: string): number {
  return Number.parseInt(word, 10);
}
