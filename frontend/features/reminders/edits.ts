/** What a person is changing of a task's reminders. */

import { newId } from '@/graphql/ids';
import { momentBefore } from './duration';
import type { Reminder } from './fragment';

/** Before the due date, or at an instant. */
export type When = { beforeDue: string } | { remindAt: string };

export interface NewReminder {
  id: string;
  when: When;
}

export interface ReminderEdits {
  readonly added: readonly NewReminder[];
  /** Ids of reminders that are to ring no more. */
  readonly removed: readonly string[];
}

export const NO_EDITS: ReminderEdits = { added: [], removed: [] };

/** What the moments of reminders are counted from. */
export interface Counting {
  /** A day or an instant. */
  due: string | null;
  timeZone: string;
  allDayTime: string;
}

/** One of the list: set already, or to be set. */
export interface Entry {
  id: string;
  when: When;
  /** Null where there is nothing any more that it is counted from. */
  at: Date | null;
  reminder: Reminder | null;
}

export function hasEdits({ added, removed }: ReminderEdits): boolean {
  return added.length + removed.length > 0;
}

export function withAdded(edits: ReminderEdits, when: When): ReminderEdits {
  return { ...edits, added: [...edits.added, { id: newId(), when }] };
}

export function withRemoved({ added, removed }: ReminderEdits, id: string): ReminderEdits {
  return added.some((reminder) => reminder.id === id)
    ? { added: added.filter((reminder) => reminder.id !== id), removed }
    : { added, removed: [...removed, id] };
}

/** Null where there is nothing to count from. */
export function momentOf(when: When, { due, timeZone, allDayTime }: Counting): Date | null {
  if ('remindAt' in when) return new Date(when.remindAt);
  return due === null ? null : momentBefore(due, when.beforeDue, timeZone, allDayTime);
}

/** What is to ring, and what did or will not, each soonest first. */
export function entriesOf(reminders: readonly Reminder[], edits: ReminderEdits, counting: Counting) {
  const set = reminders.map((reminder): Entry => {
    const when = whenOf(reminder);
    const pending = reminder.status === 'PENDING';
    return { id: reminder.id, when, at: pending ? momentOf(when, counting) : new Date(reminder.remindAt), reminder };
  });
  const added = edits.added.map(({ id, when }): Entry => ({ id, when, at: momentOf(when, counting), reminder: null }));
  const all = [...set, ...added].filter(({ id }) => !edits.removed.includes(id)).sort(soonestFirst);
  const toCome = ({ reminder }: Entry) => reminder === null || reminder.status === 'PENDING';
  return { toCome: all.filter(toCome), past: all.filter((entry) => !toCome(entry)) };
}

export function whenOf({ beforeDue, remindAt }: Reminder): When {
  return beforeDue === null ? { remindAt } : { beforeDue };
}

function soonestFirst(one: Entry, other: Entry): number {
  return (one.at?.getTime() ?? 0) - (other.at?.getTime() ?? 0);
}
