/** `!high`, `!1` and `p1`: one is the most urgent. */

import type { Task } from '@/features/tasks/board';
import type { Line, Span } from './line';

export type Priority = Task['priority'];

const WORDS: Readonly<Record<string, Priority>> = {
  urgent: 'URGENT',
  high: 'HIGH',
  medium: 'MEDIUM',
  med: 'MEDIUM',
  low: 'LOW',
  1: 'URGENT',
  2: 'HIGH',
  3: 'MEDIUM',
  4: 'LOW',
};

/** The last one that is named, taken from the line. */
export function readPriority(line: Line): { span: Span; priority: Priority } | null {
  const [said] = line.matches(`!(?<word>${Object.keys(WORDS).join('|')})`);
  // `P1 incident` and `the p1 bug` are titles.
  const short = () =>
    line
      .matches('p(?<word>[1-4])')
      .find((match) => match.text.startsWith('p') && (line.isFree(match) || line.isFirst(match)));
  const match = said ?? short();
  const priority = match && WORDS[(match.groups.word ?? '').toLowerCase()];
  if (!priority) return null;
  line.take(match);
  return { span: match, priority };
}
