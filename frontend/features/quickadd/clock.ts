/** The words that name a time of the day.
 *
 * - Hours from one to six without `am`, `pm` or a zero before them are those of the afternoon: `at 3` is 15:00.
 * - Midnight is when its day begins.
 * - A number alone is no time: it says `at`, `am`, `pm` or the minutes, and `at 10 Downing Street` is a place.
 */

import type { Line, Match, Span } from './line';
import {
  leadsToNoun,
  NUMBER,
  numberOf,
  PART_OF_DAY,
  PART_TIMES,
  type PartOfDay,
  partNamed,
  WEEKDAY,
} from './vocabulary';

/** `today`: the words say the day as well. */
export type Clock = { time: string; today: boolean } | { inMinutes: number };

interface Form {
  source: string;
  fits?: (line: Line, match: Match) => boolean;
  /** Null where there is no such time. */
  read: (groups: Match['groups']) => Clock | null;
}

const AT = '(?:(?:at|by)\\s+|@\\s?)';
const HOUR = '(?<hour>[01]?\\d|2[0-3])';
const MINUTE = '(?<minute>[0-5]\\d)';
const HALF = '(?<half>am|pm|a\\.m\\.?|p\\.m\\.?)';
const LENGTH = `(?<n>${NUMBER}|an?|half\\s+an?)\\s*(?<unit>minute|min|hour|hr|h)s?`;
const IN_PART = `(?:in\\s+the\\s+(?<part>morning|afternoon|evening)|at\\s+(?<night>night))`;

/** Of the clocks of another place: it would be understood as one here. */
const ELSEWHERE = /^(?:utc|gmt|z|bst|cet|cest|eet|eest|est|edt|cst|cdt|mst|mdt|pst|pdt|ist|jst|aest|aedt)$/i;
const DAY_AFTER = `\\s+(?:on\\s+)?(?:${WEEKDAY}|today|tomorrow)`;

const isFree = (line: Line, match: Match) => line.isFree(match) || line.at(DAY_AFTER, match.end) !== null;
const touches = (line: Line, match: Match) => line.touches(match);

const FORMS: readonly Form[] = [
  { source: `in\\s+${LENGTH}`, read: ({ n = '', unit = '' }) => ({ inMinutes: minutes(n, unit) }) },
  { source: `${AT}?${HOUR}(?:[:.]${MINUTE})?\\s?${HALF}`, read: twelve },
  { source: `${AT}?${HOUR}(?::${MINUTE})?\\s+(?:o['’]?clock\\s+)?${IN_PART}`, read: inPart },
  { source: `${AT}${HOUR}(?::${MINUTE})?\\s+tonight`, read: (groups) => today(inPart({ ...groups, night: 'night' })) },
  { source: `tonight\\s+${AT}${HOUR}(?::${MINUTE})?`, read: (groups) => today(inPart({ ...groups, night: 'night' })) },
  { source: `${AT}(?<name>noon|midday|midnight)`, read: ({ name = '' }) => at(NAMED[name.toLowerCase()]) },
  { source: `(?<name>noon|midday|midnight)`, fits: touches, read: ({ name = '' }) => at(NAMED[name.toLowerCase()]) },
  { source: `${AT}${HOUR}[:.]${MINUTE}`, read: plain },
  { source: `(?<hour>0\\d|1\\d|2[0-3]):${MINUTE}`, fits: isFree, read: plain },
  { source: `${HOUR}:${MINUTE}`, fits: touches, read: plain },
  { source: `${AT}?${HOUR}\\s+o['’]?clock`, read: plain },
  { source: `(?:at\\s+|@\\s?)${HOUR}`, fits: isFree, read: plain },
  { source: `by\\s+${HOUR}`, fits: touches, read: plain },
  { source: 'tonight', fits: isToday, read: () => today(at(PART_TIMES.night)) },
  { source: `this\\s+(?<part>${PART_OF_DAY})`, fits: isToday, read: ({ part }) => today(atPart(part)) },
  { source: 'in\\s+the\\s+(?<part>morning|afternoon|evening)', fits: isFree, read: ({ part }) => atPart(part) },
  { source: 'at\\s+(?<part>night)', fits: touches, read: ({ part }) => atPart(part) },
  {
    source: `(?<part>${PART_OF_DAY})`,
    fits: (line, { start }) => line.follows(start),
    read: ({ part }) => atPart(part),
  },
];
const NAMED: Readonly<Record<string, string>> = { noon: '12:00', midday: '12:00', midnight: '00:00' };

/** The time that is said most clearly, the last one of those, taken from the line. */
export function readClock(line: Line): { span: Span; clock: Clock } | null {
  for (const { source, fits, read } of FORMS) {
    for (const match of line.matches(source)) {
      const clock = !isOther(line, match) && (!fits || fits(line, match)) ? read(match.groups) : null;
      if (!clock) continue;
      line.take(match);
      return { span: match, clock };
    }
  }
  return null;
}

/** `Tonight Show` is a name, and `about tonight` what the title speaks of. */
function isToday(line: Line, { text, start, end }: Match): boolean {
  if (leadsToNoun(line.wordBefore(start))) return false;
  const capital = /^\p{Lu}/u;
  return !(capital.test(text) && (capital.test(line.wordBefore(start)) || capital.test(line.wordAfter(end))));
}

/** One of two, as of `at 8am and 6pm`, or one of another zone. */
function isOther(line: Line, { start, end }: Match): boolean {
  if (ELSEWHERE.test(line.wordAfter(end))) return true;
  const other = line.at('\\s*(?:and|or|to|-|–|&)\\s*(?:at\\s+)?\\d\\S*', end);
  return other !== null || (/^(?:and|or|to)$/i.test(line.wordBefore(start)) && !line.follows(start));
}

/** The time with the part of the day that is said elsewhere: `friday evening at 7`. */
export function inPartOfDay(time: string, part: PartOfDay): string {
  const hour = Number(time.slice(0, 2));
  if (part === 'night' && hour < 5) return time;
  return `${pad((hour % 12) + (part === 'morning' ? 0 : 12))}${time.slice(2)}`;
}

function atPart(word: string | undefined): Clock | null {
  const part = partNamed(word);
  return part && at(PART_TIMES[part]);
}

function at(time: string | undefined): Clock | null {
  return time === undefined ? null : { time, today: false };
}

function today(clock: Clock | null): Clock | null {
  return clock && { ...clock, today: true };
}

function clockOf(hour: number, minute = '00'): Clock | null {
  return at(`${pad(hour)}:${minute}`);
}

function pad(hour: number): string {
  return String(hour).padStart(2, '0');
}

function twelve({ hour = '', minute, half = '' }: Match['groups']): Clock | null {
  const said = Number(hour);
  if (said < 1 || said > 12) return null;
  return clockOf((said % 12) + (/^p/i.test(half) ? 12 : 0), minute);
}

/** `12 at night` is midnight, and `1 at night` after it. */
function inPart({ hour = '', minute, part, night }: Match['groups']): Clock | null {
  const said = Number(hour);
  if (said > 12 || said < 1) return clockOf(said, minute);
  if (night) return clockOf(said === 12 ? 0 : said < 5 ? said : said + 12, minute);
  return clockOf((said % 12) + (part?.toLowerCase() === 'morning' ? 0 : 12), minute);
}

function plain({ hour = '', minute }: Match['groups']): Clock | null {
  const said = Number(hour);
  const isAfternoon = said >= 1 && said <= 6 && !hour.startsWith('0');
  return clockOf(isAfternoon ? said + 12 : said, minute);
}

function minutes(count: string, unit: string): number {
  const number = /^half/i.test(count) ? 0.5 : numberOf(count);
  return /^m/i.test(unit) ? number : number * 60;
}
