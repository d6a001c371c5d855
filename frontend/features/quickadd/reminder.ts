/** The words that ask for a reminder. It is counted from the due date, so there has to be one. */

import { durationOf, MOST, type Unit } from '@/features/reminders/duration';
import type { Line, Span } from './line';
import { NUMBER, numberOf } from './vocabulary';

const LENGTH = `(?<n>${NUMBER}|an?|the|half\\s+an?)\\s*(?<unit>minute|min|m|hour|hr|h|day|d|week|w)s?`;
const BEFORE = '(?:\\s+(?:before|earlier|early|ahead|in advance|beforehand))';
const ASKS = '(?:remind\\s+me|reminder|alert(?:\\s+me)?|notify\\s+me)';
const REQUEST = '(?:please\\s+)?remind\\s+me';
const UNITS: Readonly<Record<string, Unit>> = { m: 'MINUTES', h: 'HOURS', d: 'DAYS', w: 'WEEKS' };

/** The duration before the due date, taken from the line, and what else is no part of the title then. */
export function readReminder(line: Line): { span: Span; beforeDue: string; skipped: readonly Span[] } | null {
  const sources = [
    `(?:(?:and|with\\s+an?)\\s+)?${ASKS}\\s+${LENGTH}${BEFORE}`,
    `(?:with\\s+an?\\s+)?${LENGTH}\\s+reminder`,
    `\\*${LENGTH}${BEFORE}?`,
  ];
  for (const source of sources) {
    for (const span of line.matches(source)) {
      const beforeDue = durationSaid(span.groups.n ?? '', span.groups.unit ?? '');
      if (!beforeDue) continue;
      line.take(span);
      return { span, beforeDue, skipped: [] };
    }
  }
  return readRequest(line);
}

/** Who asks to be reminded of the thing itself is, when it is due. */
function readRequest(line: Line): ReturnType<typeof readReminder> {
  const first = (source: string) => line.matches(source).find((match) => line.isFirst(match));
  const whole = line.matches(`${ASKS}\\s+(?:on\\s+time|at\\s+the\\s+time)`)[0] ?? first(`${REQUEST}\\s+to`);
  const begun = whole ? undefined : first(REQUEST);
  const to = begun && line.touches(begun) ? line.matches('to').find(({ start }) => line.follows(start)) : undefined;
  const span = whole ?? (to && begun);
  if (!span) return null;
  const skipped = to ? [{ start: to.start, end: to.end }] : [];
  for (const taken of [span, ...skipped]) line.take(taken);
  return { span, beforeDue: 'PT0S', skipped };
}

/** Null where it is longer than reminders go. */
function durationSaid(count: string, unit: string): string | null {
  if (/^half/i.test(count)) return /^h/i.test(unit) ? durationOf(30, 'MINUTES') : null;
  const kind = UNITS[unit.charAt(0).toLowerCase()] ?? 'MINUTES';
  const number = numberOf(count);
  return number <= MOST[kind] ? durationOf(number, kind) : null;
}
