/** When a task is due, for people: in the zone of their account and the language of their browser. */

import { TEXT } from './text';
import type { When } from './when';
import { dayIn, knownZone, plusDays, startOfDay } from './zone';

interface Due {
  dueDate: string | null;
  dueOn: string | null;
}

/** Whether what is due, a day or an instant, is a day. */
export function isDay(due: string | null): boolean {
  return due !== null && !due.includes('T');
}

/** What a task of the zone has of a day or an instant. */
export function dueFields(due: string | null, zone: string) {
  const dueOn = isDay(due) ? due : null;
  return { dueOn, dueDate: dueOn ? startOfDay(dueOn, zone).toISOString() : due, allDay: dueOn !== null };
}

export function isOverdue(task: Due & { completed: boolean }, { now, zone }: When): boolean {
  if (task.completed) return false;
  if (task.dueOn !== null) return task.dueOn < dayIn(zone, now);
  return task.dueDate !== null && new Date(task.dueDate) < now;
}

/** A day never passes through an instant: it is the same day everywhere. */
export function dueText(task: Due, when: When): string | null {
  if (task.dueDate === null) return null;
  return task.dueOn === null ? instantText(new Date(task.dueDate), when) : dayText(task.dueOn, when);
}

/** When a task is due, for who knows the day: of a whole day there is nothing more to say. */
export function dueTextOn(task: Due, day: string, when: When): string | null {
  if (task.dueOn === day) return null;
  const at = task.dueOn === null && task.dueDate !== null ? new Date(task.dueDate) : null;
  return at && dayIn(when.zone, at) === day ? timeText(at, when.zone) : dueText(task, when);
}

/** An instant as the clocks of the zone show it. */
export function instantText(instant: Date, when: When): string {
  return `${dayText(dayIn(when.zone, instant), when)}, ${timeText(instant, when.zone)}`;
}

export function dayText(day: string, { now, zone }: When): string {
  const today = dayIn(zone, now);
  const near: [number, string][] = [
    [-1, TEXT.yesterday],
    [0, TEXT.today],
    [1, TEXT.tomorrow],
  ];
  for (const [offset, word] of near) {
    if (day === plusDays(today, offset)) return word;
  }
  return new Intl.DateTimeFormat(undefined, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(day.slice(0, 4) !== today.slice(0, 4) && { year: 'numeric' }),
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`));
}

export function timeText(instant: Date, zone: string): string {
  return new Intl.DateTimeFormat(undefined, {
    hour: 'numeric',
    minute: '2-digit',
    timeZone: knownZone(zone),
  }).format(instant);
}
