/** Occurrences for people: in the zone of their series, and in the language of the browser. */

import { dayText, instantText, localDay } from '@/features/tasks/due';
import { dayIn, knownZone } from '@/features/tasks/zone';
import type { Frame } from './rule';

/** In full, for a list. */
export function occurrenceText(at: string, { timeZone, allDay }: Frame): string {
  return new Intl.DateTimeFormat(undefined, {
    timeZone: knownZone(timeZone),
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    ...(!allDay && { hour: 'numeric', minute: '2-digit' }),
  }).format(new Date(at));
}

/** In short: the day, and today the time as well. */
export function shortText(at: string, { timeZone, allDay }: Frame, now: Date): string {
  const instant = new Date(at);
  if (allDay) return dayText(dayIn(timeZone, instant), now);
  const day = localDay(instant);
  return day === localDay(now) ? instantText(instant, now) : dayText(day, now);
}
