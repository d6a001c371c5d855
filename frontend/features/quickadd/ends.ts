/** The words that say when what comes again begins and ends. */

import type { Ends } from '@/features/recurrence/rule';
import { plusDays } from '@/features/tasks/zone';
import { dateAt } from './dates';
import type { Line, Span } from './line';
import { later } from './namedDays';
import { NUMBER, numberOf } from './vocabulary';

const UNTIL = '(?:until|till|through|ending(?:\\s+on)?)';
const STARTING = '(?:starting|beginning|starts|from|as\\s+of)';

/** Taken from the line. `first` is the first day, which a length of time is counted from. */
export function readEnds(
  line: Line,
  today: string,
  dayFirst: boolean,
): { span: Span; endsFrom: (first: string) => Ends } | null {
  const ends = (span: Span, endsFrom: (first: string) => Ends) => {
    line.take(span);
    return { span, endsFrom };
  };
  // `10 times every day` says how often on each.
  const times = line
    .matches(`(?<for>for\\s+)?(?<n>${NUMBER})\\s+times`)
    .find(({ start, groups }) => groups.for !== undefined || line.follows(start));
  if (times) return ends(times, () => ({ by: 'count', count: numberOf(times.groups.n ?? '') }));
  const [length] = line.matches(`for\\s+(?:the\\s+next\\s+)?(?<n>${NUMBER}|an?)\\s+(?<unit>day|week|month|year)s?`);
  if (length && later(length.groups, today, dayFirst)) {
    return ends(length, (first) => {
      const end = later(length.groups, first, dayFirst);
      return end ? { by: 'day', day: plusDays(end, -1) } : { by: 'never' };
    });
  }
  const until = readAfter(line, UNTIL, today, dayFirst);
  return until && ends(until.span, () => ({ by: 'day', day: until.day }));
}

/** The day that it begins on, or the first one after, taken from the line. */
export function readStart(line: Line, today: string, dayFirst: boolean): { span: Span; day: string } | null {
  const start = readAfter(line, STARTING, today, dayFirst);
  if (start) line.take(start.span);
  return start;
}

function readAfter(line: Line, word: string, today: string, dayFirst: boolean) {
  for (const { start, end } of line.matches(word)) {
    const found = dateAt(line, end, today, dayFirst);
    if (found) return { span: { start, end: found.span.end }, day: found.day };
  }
  return null;
}
