/** What a line says of a task: pure, and the same for the same text, time, zone and names.
 *
 * Whatever is understood is a reading with its stretches of the text; the rest is the title, word for word. Where nothing
 * would be left for the title, nothing is understood.
 */

import { NEW, type Repeats } from '@/features/recurrence/repeats';
import type { Ends } from '@/features/recurrence/rule';
import { dayIn } from '@/features/tasks/zone';
import { type Clock, readClock } from './clock';
import { readDate } from './dates';
import { readEnds, readStart } from './ends';
import { Line, type Span } from './line';
import { type Mark, type Named, type Names, readNames } from './names';
import type { Pattern } from './pattern';
import { type Priority, readPriority } from './priority';
import { readRecurrence } from './recurrence';
import { readReminder } from './reminder';
import { absorbed, titleOf } from './title';
import { whenOf } from './when';

export interface Options extends Names {
  /** Whether `3/4` is in April. */
  dayFirst: boolean;
  /** Stretches of the text that are to be plain words. */
  plain?: readonly string[];
}

export type ReadingKind = 'repeats' | 'ends' | 'date' | 'time' | 'priority' | 'project' | 'label' | 'reminder';

export interface Reading extends Span {
  kind: ReadingKind;
  /** Which one, where there may be several. */
  named?: Named;
  beforeDue?: string;
}

export interface Parsed {
  title: string;
  /** In the order of the text; none overlaps another. */
  readings: readonly Reading[];
  /** Backslashes, which are neither. */
  escapes: readonly Span[];
  /** A day or an instant. */
  due: string | null;
  repeats: Repeats | null;
  pattern: Pattern | null;
  ends: Ends;
  priority: Priority | null;
  project: Named | null;
  labels: readonly Named[];
  /** Durations before it is due. */
  reminders: readonly string[];
}

interface Found {
  readings: Reading[];
  marks: Mark[];
  pattern: Pattern | null;
  endsFrom: ((first: string) => Ends) | null;
  day: string | null;
  clock: Clock | null;
  priority: Priority | null;
}

const NEVER: Ends = { by: 'never' };

export function parse(text: string, now: Date, zone: string, options: Options): Parsed {
  const line = new Line(text, options.plain ?? []);
  const found = readAll(line, dayIn(zone, now), options);
  const { pattern, priority, marks, endsFrom } = found;
  const { due, rule, ends } = whenOf({ ...found, endsFrom: endsFrom ?? (() => NEVER) }, now, zone);
  const reminders = found.readings.filter(({ kind }) => kind === 'reminder');
  if (reminders.length > 0 && due === null) return parse(text, now, zone, without(reminders, text, options));

  const readings = absorbed(text, found.readings);
  const title = titleOf(text, [...readings, ...line.escapes]);
  if (!title && readings.length > 0) return parse(text, now, zone, { ...options, plain: [text] });
  return {
    title,
    readings,
    escapes: line.escapes,
    due,
    repeats: rule === null ? null : { ...NEW, rule, mode: pattern?.afterDone ? 'COMPLETION' : 'SCHEDULE' },
    pattern,
    ends,
    priority,
    project: marks.find(({ kind }) => kind === 'project')?.named ?? null,
    labels: marks.filter(({ kind }) => kind === 'label').map(({ named }) => named),
    reminders: readings.flatMap(({ beforeDue }) => beforeDue ?? []),
  };
}

/** With these stretches as plain words. */
export function without(spans: readonly Span[], text: string, options: Options): Options {
  return { ...options, plain: [...(options.plain ?? []), ...spans.map(({ start, end }) => text.slice(start, end))] };
}

/** What is understood frees what stands before it: so it is looked again, until nothing more is found. */
function readAll(line: Line, today: string, { dayFirst, ...names }: Options): Found {
  const marks = readNames(line, names);
  const readings: Reading[] = marks.map(({ kind, span, named }) => reading(kind, span, { named }));
  const found: Found = { readings, marks, pattern: null, endsFrom: null, day: null, clock: null, priority: null };
  const looks = [
    () =>
      found.pattern === null &&
      keep('repeats', readRecurrence(line), ({ pattern }) => Object.assign(found, { pattern })),
    () =>
      found.pattern !== null &&
      found.endsFrom === null &&
      keep('ends', readEnds(line, today, dayFirst), ({ endsFrom }) => Object.assign(found, { endsFrom })),
    () =>
      found.pattern !== null &&
      found.day === null &&
      keep('date', readStart(line, today, dayFirst), ({ day }) => Object.assign(found, { day })),
    () => keep('reminder', readReminder(line), () => found),
    () =>
      found.priority === null &&
      keep('priority', readPriority(line), ({ priority }) => Object.assign(found, { priority })),
    () => found.clock === null && keep('time', readClock(line), ({ clock }) => Object.assign(found, { clock })),
    () =>
      found.day === null && keep('date', readDate(line, today, dayFirst), ({ day }) => Object.assign(found, { day })),
  ];
  function keep<Read extends { span: Span; beforeDue?: string }>(
    kind: ReadingKind,
    read: Read | null,
    put: (read: Read) => Found,
  ): boolean {
    if (!read) return false;
    put(read);
    readings.push(reading(kind, read.span, read.beforeDue === undefined ? {} : { beforeDue: read.beforeDue }));
    return true;
  }
  while (looks.some((look) => look()));
  return found;
}

function reading(kind: ReadingKind, { start, end }: Span, what: Pick<Reading, 'named' | 'beforeDue'>): Reading {
  return { kind, start, end, ...what };
}
