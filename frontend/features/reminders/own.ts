/** A moment of one's own, as it is typed: an amount before the due date, or an instant. */

import { instantOf } from '@/features/tasks/zone';
import { durationOf, MOST, type Unit } from './duration';
import { type Counting, momentOf, type ReminderEdits, type When, withAdded } from './edits';

export interface OwnMoment {
  /** Null where none was typed. */
  amount: number | null;
  unit: Unit;
  /** A date and a time on the clocks of the task's zone. */
  wall: string;
}

export const NOTHING_OWN: OwnMoment = { amount: null, unit: 'MINUTES', wall: '' };
export const USUAL_AMOUNT = 15;

/** What the amount means; null where it is none. */
export function beforeDueOf({ amount, unit }: OwnMoment): When | null {
  const count = amount ?? USUAL_AMOUNT;
  const isAmount = Number.isInteger(count) && count >= 0 && count <= MOST[unit];
  return isAmount ? { beforeDue: durationOf(count, unit) } : null;
}

export function remindAtOf({ wall }: OwnMoment, { timeZone }: Counting): When | null {
  return wall ? { remindAt: instantOf(`${wall}:00`, timeZone).toISOString() } : null;
}

export function isToCome(when: When | null, counting: Counting): boolean {
  const at = when && momentOf(when, counting);
  return at !== null && at > new Date();
}

/** The edits with what was typed, where that is still to come. */
export function withOwn(edits: ReminderEdits, own: OwnMoment, counting: Counting): ReminderEdits {
  const typed = [own.amount === null ? null : beforeDueOf(own), remindAtOf(own, counting)];
  return typed.reduce((all, when) => (when && isToCome(when, counting) ? withAdded(all, when) : all), edits);
}
