/** Occurrences for people: in the zone of their series, and in the language of the browser. */

import { dayText, instantText } from '@/features/tasks/due';
import type { When } from '@/features/tasks/when';
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
export function shortText(at: string, { timeZone, allDay }: Frame, when: When): string {
  const instant = new Date(at);
  if (allDay) return dayText(dayIn(timeZone, instant), when);
  const day = dayIn(when.zone, instant);
  return day === dayIn(when.zone, when.now) ? instantText(instant, when) : dayText(day, when);
}
