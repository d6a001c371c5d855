/** What the server says comes next. */

import type { DocumentNode } from 'graphql';
import type { Task } from '@/features/tasks/board';
import { same } from '@/features/tasks/same';
import { instantOf, wallOf } from '@/features/tasks/zone';
import { graphql } from '@/graphql/generated';
import type { PreviewRecurrenceQuery, UpcomingQuery } from '@/graphql/generated/graphql';
import { frameOf, type Repeats, repeatsOf, started } from './repeats';

export const PREVIEW = graphql(`
  query PreviewRecurrence(
    $rule: RecurrenceRule!
    $start: DateTime!
    $timeZone: TimeZone!
    $allDay: Boolean!
    $first: Int!
  ) {
    previewRecurrence(rule: $rule, start: $start, timeZone: $timeZone, allDay: $allDay, first: $first)
  }
`);

export const UPCOMING = graphql(`
  query Upcoming($id: ID!, $first: Int!) {
    task(id: $id) { id recurrence { upcoming(first: $first) } }
  }
`);

const SHOWN = 5;
/** As many as the server tells at once. */
const MOST = 100;
const COUNT = /;?COUNT=\d+/i;

export interface Question {
  query: DocumentNode;
  variables: Record<string, unknown>;
  /** What of the answer to show. */
  shown: (data: unknown) => string[];
}

/** What is to be asked; equal texts have equal answers, as far as those don't depend on the time. */
export function questionKey(task: Task, repeats: Repeats | null, due: string | null): string {
  return JSON.stringify([
    repeats,
    due,
    isSaved(task, repeats) && [task.id, task.version, task.recurrence?.nextOccurrence],
  ]);
}

/** Null where there is nothing to ask. */
export function questionOf(task: Task, repeats: Repeats | null, due: string | null, now: Date): Question | null {
  if (!repeats?.rule.trim()) return null;
  if (isSaved(task, repeats)) {
    return {
      query: UPCOMING,
      variables: { id: task.id, first: SHOWN },
      shown: (data) => (data as UpcomingQuery).task?.recurrence?.upcoming ?? [],
    };
  }
  const frame = frameOf(task, due);
  const start = new Date(started(repeats, due, frame).start ?? now);
  // What began is asked for far: its first ones are over, and be it only by the fraction that a start does not have.
  const first = start <= now ? MOST : SHOWN;
  const asked = { rule: repeats.rule, start: start.toISOString(), ...frame, first };
  const later = (data: unknown, than: Date) =>
    (data as PreviewRecurrenceQuery).previewRecurrence.filter((at) => new Date(at) >= than);
  if (repeats.mode === 'SCHEDULE') {
    const from = start < now ? now : start;
    return { query: PREVIEW, variables: asked, shown: (data) => later(data, from).slice(0, SHOWN) };
  }
  const doneOn = wallOf(now, frame.timeZone).slice(0, 10);
  const from = instantOf(`${doneOn}T${wallOf(start, frame.timeZone).slice(11)}`, frame.timeZone);
  const tomorrow = new Date(instantOf(`${doneOn}T23:59:59`, frame.timeZone).getTime() + 1000);
  return {
    query: PREVIEW,
    variables: { ...asked, rule: asked.rule.replace(COUNT, ''), start: from.toISOString(), first: SHOWN },
    shown: (data) => later(data, tomorrow).slice(0, 1),
  };
}

/** Whether the server has it so already. */
export function isSaved(task: Task, repeats: Repeats | null): boolean {
  return task.version > 0 && repeats !== null && same(repeats, repeatsOf(task));
}
