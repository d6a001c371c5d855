/** When a task is due, and by which rule it comes again, by what was said of both. */

import type { Ends } from '@/features/recurrence/rule';
import { dayIn, instantOf, plusDays, wallOf } from '@/features/tasks/zone';
import { type Clock, inPartOfDay } from './clock';
import { firstDay, type Pattern, ruleText } from './pattern';
import { PART_TIMES, type PartOfDay } from './vocabulary';

interface Said {
  pattern: Pattern | null;
  endsFrom: ((first: string) => Ends) | null;
  day: string | null;
  clock: Clock | null;
  part: PartOfDay | null;
}

export interface When {
  /** A day or an instant. */
  due: string | null;
  rule: string | null;
  ends: Ends;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MORNING = '09:00';
const NEVER: Ends = { by: 'never' };

/** Who names no day means the first one on which the time is still to come; today that is tomorrow, once it is over. */
export function whenOf(said: Said, now: Date, zone: string): When {
  const { pattern, endsFrom, day, clock } = said;
  const today = dayIn(zone, now);
  const time = timeOf(said, now, zone);
  const instant = (on: string) => instantOf(`${on}T${time}:00`, zone);
  const due = (on: string) => (time === null ? on : instant(on).toISOString());
  const isToCome = (on: string) => time === null || instant(on) > now;

  if (pattern) {
    const from = day ?? startingDay(clock, now, zone);
    const first = firstDay(pattern, from, (on) => day !== null || isToCome(on)) ?? null;
    const ends = endsFrom?.(first ?? from) ?? NEVER;
    return {
      due: first && due(first),
      rule: ruleText(pattern, first ?? from, ends, { timeZone: zone, allDay: first !== null && time === null }),
      ends,
    };
  }
  return { due: plainDue(), rule: null, ends: NEVER };

  function plainDue(): string | null {
    if (clock && 'inMinutes' in clock && day === null) return minutesLater(now, clock.inMinutes).toISOString();
    if (day !== null) return due(day);
    if (!clock || time === null) return null;
    if ('today' in clock && clock.today) return isToCome(today) ? due(today) : today;
    return due(isToCome(today) ? today : plusDays(today, 1));
  }
}

/** `HH:MM`, or null for a whole day. */
function timeOf({ pattern, day, clock, part: said }: Said, now: Date, zone: string): string | null {
  const part = pattern?.part ?? said;
  if (clock && 'time' in clock) return part ? inPartOfDay(clock.time, part) : clock.time;
  if (clock) return wallOf(minutesLater(now, clock.inMinutes), zone).slice(11, 16);
  if (pattern?.frequency !== 'HOURLY') return part && PART_TIMES[part];
  if (day !== null) return MORNING;
  const nextHour = new Date(Math.floor(now.getTime() / HOUR_MS + 1) * HOUR_MS);
  return wallOf(nextHour, zone).slice(11, 16);
}

function startingDay(clock: Clock | null, now: Date, zone: string): string {
  return dayIn(zone, clock && 'inMinutes' in clock ? minutesLater(now, clock.inMinutes) : now);
}

function minutesLater(now: Date, minutes: number): Date {
  return new Date((Math.floor(now.getTime() / MINUTE_MS) + minutes) * MINUTE_MS);
}
