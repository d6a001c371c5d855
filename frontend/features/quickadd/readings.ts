/** All that is understood of a line. */

import type { Ends } from '@/features/recurrence/rule';
import { type Clock, readClock } from './clock';
import { readDate } from './dates';
import { readEnds, readStart } from './ends';
import type { Line, Span } from './line';
import { type Mark, type Named, type Names, readNames, readNewName } from './names';
import type { Pattern } from './pattern';
import { type Priority, readPriority } from './priority';
import { readRecurrence } from './recurrence';
import { readReminder } from './reminder';
import type { PartOfDay } from './vocabulary';

export type ReadingKind = 'repeats' | 'ends' | 'date' | 'time' | 'priority' | 'project' | 'label' | 'reminder';

export interface Reading extends Span {
  kind: ReadingKind;
  /** Which one, where there may be several. */
  named?: Named;
  beforeDue?: string;
}

export interface Found {
  readings: readonly Reading[];
  /** Words that are neither understood nor a part of the title. */
  skipped: readonly Span[];
  pattern: Pattern | null;
  /** By the day that the first one is on. */
  endsFrom: ((first: string) => Ends) | null;
  day: string | null;
  part: PartOfDay | null;
  clock: Clock | null;
  priority: Priority | null;
}

/** What one look found: where, and what is known by that. */
interface Step {
  kind: ReadingKind;
  span: Span;
  says: Partial<Found>;
  named?: Named;
  beforeDue?: string;
}

interface Seen {
  line: Line;
  today: string;
  dayFirst: boolean;
}

type Look = (seen: Seen, found: Found) => Step | null;

const LOOKS: readonly Look[] = [
  ({ line }, { pattern }) => step('repeats', pattern ? null : readRecurrence(line)),
  ({ line, today, dayFirst }, { pattern, endsFrom }) =>
    step('ends', pattern && !endsFrom ? readEnds(line, today, dayFirst) : null),
  ({ line, today, dayFirst }, { pattern, day }) =>
    step('date', pattern && !day ? readStart(line, today, dayFirst) : null),
  ({ line }, { skipped }) => {
    const read = readReminder(line);
    return read && { ...read, kind: 'reminder', says: { skipped: [...skipped, ...read.skipped] } };
  },
  ({ line }, { priority }) => step('priority', priority ? null : readPriority(line)),
  ({ line }, { clock }) => step('time', clock ? null : readClock(line)),
  ({ line, today, dayFirst }, { day, clock }) =>
    step('date', day ? null : readDate(line, today, dayFirst, clock !== null)),
  ({ line }, { readings }) => {
    const mark = readNewName(line, readings.flatMap(markOf));
    return mark && { ...mark, says: {} };
  },
];

/** What is understood frees what stands before it: so it is looked again, until nothing more is found. */
export function readAll(line: Line, today: string, dayFirst: boolean, names: Names): Found {
  let found: Found = {
    readings: readNames(line, names).map(({ kind, span, named }) => ({ kind, ...span, named })),
    skipped: line.escapes,
    pattern: null,
    endsFrom: null,
    day: null,
    part: null,
    clock: null,
    priority: null,
  };
  for (;;) {
    const next = firstStep({ line, today, dayFirst }, found);
    if (!next) return found;
    const { kind, span, says, named, beforeDue } = next;
    const what = { ...(named && { named }), ...(beforeDue !== undefined && { beforeDue }) };
    found = { ...found, ...says, readings: [...found.readings, { kind, start: span.start, end: span.end, ...what }] };
  }
}

function firstStep(seen: Seen, found: Found): Step | null {
  for (const look of LOOKS) {
    const next = look(seen, found);
    if (next) return next;
  }
  return null;
}

function step(kind: ReadingKind, read: ({ span: Span } & Partial<Found>) | null): Step | null {
  if (!read) return null;
  const { span, ...says } = read;
  return { kind, span, says };
}

function markOf({ kind, named, start, end }: Reading): Mark[] {
  return named && (kind === 'project' || kind === 'label') ? [{ kind, named, span: { start, end } }] : [];
}
