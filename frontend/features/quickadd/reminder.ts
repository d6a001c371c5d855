/** The words that ask for a reminder. It is counted from the due date, so there has to be one. */

import { durationOf, MOST, type Unit } from '@/features/reminders/duration';
import type { Line, Span } from './line';
import { NUMBER, numberOf } from './vocabulary';

const LENGTH = `(?<n>${NUMBER}|an?|half\\s+an?)\\s*(?<unit>minute|min|m|hour|hr|h|day|d|week|w)s?`;
const BEFORE = '(?:\\s+(?:before|earlier|early|ahead|in advance|beforehand))';
const ASKS = '(?:remind\\s+me|reminder|alert(?:\\s+me)?|notify\\s+me)';
const UNITS: Readonly<Record<string, Unit>> = { m: 'MINUTES', h: 'HOURS', d: 'DAYS', w: 'WEEKS' };

/** The duration before the due date, taken from the line. */
export function readReminder(line: Line): { span: Span; beforeDue: string } | null {
  const sources = [
    `(?:(?:and|with\\s+an?)\\s+)?${ASKS}\\s+${LENGTH}${BEFORE}`,
    `(?:with\\s+an?\\s+)?${LENGTH}\\s+reminder`,
    `\\*${LENGTH}${BEFORE}?`,
  ];
  for (const source of sources) {
    for (const match of line.matches(source)) {
      const beforeDue = durationSaid(match.groups.n ?? '', match.groups.unit ?? '');
      if (!beforeDue) continue;
      line.take(match);
      return { span: match, beforeDue };
    }
  }
  const [onTime] = line.matches(`${ASKS}\\s+(?:on\\s+time|at\\s+the\\s+time|then)`);
  const begins = line.matches('(?:please\\s+)?remind\\s+me\\s+to').find((match) => line.isFirst(match));
  const match = onTime ?? begins;
  if (!match) return null;
  line.take(match);
  return { span: match, beforeDue: 'PT0S' };
}

/** Null where it is longer than reminders go. */
function durationSaid(count: string, unit: string): string | null {
  if (/^half/i.test(count)) return /^h/i.test(unit) ? durationOf(30, 'MINUTES') : null;
  const kind = UNITS[unit.charAt(0).toLowerCase()] ?? 'MINUTES';
  const number = numberOf(count);
  return number <= MOST[kind] ? durationOf(number, kind) : null;
}
