/** What a line says of a task: pure, and the same for the same text, time, zone and names.
 *
 * Whatever is understood is a reading with its stretch of the text; the rest is the title, word for word. Where nothing
 * would be left for the title, nothing is understood.
 */

import { NEW, type Repeats } from '@/features/recurrence/repeats';
import type { Ends } from '@/features/recurrence/rule';
import { dayIn } from '@/features/tasks/zone';
import { Line, type Span } from './line';
import type { Named, Names } from './names';
import type { Pattern } from './pattern';
import type { Priority } from './priority';
import { type Reading, readAll } from './readings';
import { absorbed, isTitle, titleOf } from './title';
import { whenOf } from './when';

export interface Options extends Names {
  /** Whether `3/4` is in April. */
  dayFirst: boolean;
  /** Stretches of the text that are to be plain words. */
  plain?: readonly string[];
}

export interface Parsed {
  title: string;
  /** In the order of the text; none overlaps another. */
  readings: readonly Reading[];
  /** What is neither: backslashes, and the `to` of `remind me tomorrow to`. */
  skipped: readonly Span[];
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

/** What a reading may have taken along. */
const MARKS = /^[\s,:;(–—-]+|[\s,:;)–—-]+$/g;

export function parse(text: string, now: Date, zone: string, options: Options): Parsed {
  const { dayFirst, plain = [], ...names } = options;
  const found = readAll(new Line(text, plain), dayIn(zone, now), dayFirst, names);
  const { pattern, priority, skipped } = found;
  const { due, rule, ends } = whenOf(found, now, zone);
  const reminders = found.readings.filter(({ kind }) => kind === 'reminder');
  if (reminders.length > 0 && due === null) return parse(text, now, zone, without(reminders, text, options));

  const readings = absorbed(text, found.readings);
  const title = titleOf(text, [...readings, ...skipped]);
  if (!isTitle(title) && readings.length > 0) return parse(text, now, zone, { ...options, plain: [text] });
  const named = (kind: Reading['kind']) =>
    readings.flatMap((reading) => (reading.kind === kind && reading.named) || []);
  return {
    title,
    readings,
    skipped,
    due,
    repeats: rule === null ? null : { ...NEW, rule, mode: pattern?.afterDone ? 'COMPLETION' : 'SCHEDULE' },
    pattern,
    ends,
    priority,
    project: named('project')[0] ?? null,
    labels: named('label'),
    reminders: readings.flatMap(({ beforeDue }) => beforeDue ?? []),
  };
}

/** With these stretches as plain words, wherever they stand by then. */
export function without(spans: readonly Span[], text: string, options: Options): Options {
  const plain = spans.map(({ start, end }) => text.slice(start, end).replace(MARKS, ''));
  return { ...options, plain: [...(options.plain ?? []), ...plain] };
}
