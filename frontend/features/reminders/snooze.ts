/** For how long a ring may be put off. */

export const SNOOZES = ['TEN', 'HOUR', 'TOMORROW'] as const;
export type Snooze = (typeof SNOOZES)[number];

const MINUTE_MS = 60_000;
const MORNING = 9;

/** By the clocks of this browser: who puts it off is here. */
export function snoozedUntil(snooze: Snooze, now: Date): Date {
  if (snooze === 'TOMORROW') return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING);
  return new Date(now.getTime() + (snooze === 'TEN' ? 10 : 60) * MINUTE_MS);
}
