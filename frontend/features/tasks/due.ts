/** When a task is due, for people: in their own zone and language. */

import { TEXT } from './text';

interface Due {
  dueDate: string | null;
  dueOn: string | null;
}

/** Whether what is due, a day or an instant, is a day. */
export function isDay(due: string | null): boolean {
  return due !== null && !due.includes('T');
}

/** What a task has of a day or an instant. */
export function dueFields(due: string | null) {
  const dueOn = isDay(due) ? due : null;
  return { dueOn, dueDate: dueOn ? new Date(`${dueOn}T00:00`).toISOString() : due, allDay: dueOn !== null };
}

/** A day as it is in the browser's zone, `YYYY-MM-DD`. */
export function localDay(instant: Date): string {
  const pad = (part: number) => String(part).padStart(2, '0');
  return `${instant.getFullYear()}-${pad(instant.getMonth() + 1)}-${pad(instant.getDate())}`;
}

export function isOverdue(task: Due & { completed: boolean }, now: Date): boolean {
  if (task.completed) return false;
  if (task.dueOn !== null) return task.dueOn < localDay(now);
  return task.dueDate !== null && new Date(task.dueDate) < now;
}

/** A day never passes through an instant: it is the same day everywhere. */
export function dueText(task: Due, now: Date): string | null {
  if (task.dueDate === null) return null;
  return task.dueOn === null ? instantText(new Date(task.dueDate), now) : dayText(task.dueOn, now);
}

/** When a task is due, for who knows the day: of a whole day there is nothing more to say. */
export function dueTextOn(task: Due, day: string, now: Date): string | null {
  if (task.dueOn === day) return null;
  const at = task.dueOn === null && task.dueDate !== null ? new Date(task.dueDate) : null;
  return at && localDay(at) === day ? timeText(at) : dueText(task, now);
}

/** An instant as the clocks of the browser show it. */
export function instantText(instant: Date, now: Date): string {
  return `${dayText(localDay(instant), now)}, ${timeText(instant)}`;
}

export function dayText(day: string, now: Date): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const near: [number, string][] = [
    [-1, TEXT.yesterday],
    [0, TEXT.today],
    [1, TEXT.tomorrow],
  ];
  for (const [offset, word] of near) {
    if (day === localDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() + offset))) return word;
  }
  return new Intl.DateTimeFormat(undefined, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(year !== now.getFullYear() && { year: 'numeric' }),
  }).format(new Date(year, month - 1, date));
}

export function timeText(instant: Date): string {
  return new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(instant);
}
