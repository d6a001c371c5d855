/** How a task recurs, as the editor has it. */

import type { Task } from '@/features/tasks/board';
import { isDay } from '@/features/tasks/due';
import { startOfDay } from '@/features/tasks/zone';
import type { RecurrenceInput } from '@/graphql/generated/graphql';
import type { Recurrence } from './fragment';
import type { Frame } from './rule';

export interface Repeats {
  rule: string;
  mode: Recurrence['mode'];
  missed: Recurrence['missed'];
  /** An instant; null is when the task is due. */
  start: string | null;
}

type Series = Pick<Task, 'timeZone' | 'recurrence'>;

export const NEW: Omit<Repeats, 'rule'> = { mode: 'SCHEDULE', missed: 'LATEST', start: null };

export function repeatsOf({ recurrence }: Series): Repeats | null {
  if (!recurrence) return null;
  const { rule, mode, missed, start } = recurrence;
  return { rule, mode, missed, start: seconds(start) };
}

/** `due` is a day or an instant. */
export function frameOf(task: Series, due: string | null): Frame {
  return { timeZone: task.recurrence?.timeZone ?? task.timeZone, allDay: isDay(due) };
}

/** With the start that the due date makes, as it is by now. */
export function started(repeats: Repeats, due: string | null, { timeZone }: Frame): Repeats {
  if (repeats.start !== null || due === null) return repeats;
  return { ...repeats, start: seconds(isDay(due) ? startOfDay(due, timeZone).toISOString() : due) };
}

/** What to send: what the editor doesn't show of a recurrence stays as it is. */
export function inputOf({ start, ...repeats }: Repeats, task: Series & Pick<Task, 'reminders'>): RecurrenceInput {
  const { recurrence, timeZone, reminders } = task;
  // The lead as it is told may be that of the longest reminder, and goes with that.
  const own = recurrence && !reminders.some(({ beforeDue }) => beforeDue === recurrence.lead);
  return {
    ...repeats,
    ...(start && { start }),
    ...(recurrence && recurrence.timeZone !== timeZone && { timeZone: recurrence.timeZone }),
    ...(own && { lead: recurrence.lead }),
  };
}

/** The recurrence as it will be, as far as that is known without the server. */
export function recurrenceOf(repeats: Repeats, task: Series & Pick<Task, 'dueDate'>): Recurrence {
  const { recurrence, timeZone, dueDate } = task;
  return {
    __typename: 'Recurrence',
    timeZone,
    lead: 'PT0S',
    ...recurrence,
    ...repeats,
    start: repeats.start ?? dueDate ?? new Date().toISOString(),
    nextOccurrence: null,
    ended: false,
    summary: '',
  };
}

/** The task as it will be. */
export function withRepeats(task: Task, repeats: Repeats | null): Task {
  return { ...task, isRecurring: repeats !== null, recurrence: repeats && recurrenceOf(repeats, task) };
}

/** A start has no fraction of a second, in whichever way it comes. */
function seconds(instant: string): string {
  return new Date(Math.floor(Date.parse(instant) / 1000) * 1000).toISOString();
}
