/** For how long a ring may be put off. */

import type { When } from '@/features/tasks/when';
import { dayIn, instantOf, plusDays } from '@/features/tasks/zone';

export const SNOOZES = ['TEN', 'HOUR', 'TOMORROW'] as const;
export type Snooze = (typeof SNOOZES)[number];

const MINUTE_MS = 60_000;
const MORNING = '09:00:00';

export function snoozedUntil(snooze: Snooze, { now, zone }: When): Date {
  if (snooze === 'TOMORROW') return instantOf(`${plusDays(dayIn(zone, now), 1)}T${MORNING}`, zone);
  return new Date(now.getTime() + (snooze === 'TEN' ? 10 : 60) * MINUTE_MS);
}
