/** Time zones as people choose them. */

/** As they are shown: `America/New York`. */
export function zoneName(zone: string): string {
  return zone.replaceAll('_', ' ');
}

/** All that this browser knows, and those given beside them: UTC and older names are not among them everywhere. */
export function zones(...besides: string[]): string[] {
  return [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', ...besides])].sort();
}

/** Whether clocks in both go alike, this year: many zones have several names. */
export function sameClock(one: string, other: string, now: Date): boolean {
  if (one === other) return true;
  return Array.from({ length: 12 }, (_, month) => Date.UTC(now.getUTCFullYear(), month, 1)).every(
    (instant) => clock(one, instant) === clock(other, instant),
  );
}

function clock(zone: string, instant: number): string {
  return new Intl.DateTimeFormat('en', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(instant);
}
