/** Wall clocks of time zones. A wall clock is `YYYY-MM-DDTHH:MM:SS`, without a zone. */

const DAY_MS = 24 * 60 * 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The zone of this browser: people go by that of their account (`when.ts`). */
export function zoneHere(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What the clocks of the zone show at an instant. */
export function wallOf(instant: Date, zone: string): string {
  const parts = Object.fromEntries(
    format(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.year?.padStart(4, '0')}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}`;
}

/** When the clocks of the zone show this, for the first time. What they skip is read with the offset before the gap. */
export function instantOf(wall: string, zone: string): Date {
  const asUtc = Date.parse(`${wall}Z`);
  const [before, after] = [-DAY_MS, DAY_MS].map((far) => asUtc - offset(new Date(asUtc + far), zone)) as [
    number,
    number,
  ];
  const [first = before] = [before, after].sort((a, b) => a - b).filter((at) => wallOf(new Date(at), zone) === wall);
  return new Date(first);
}

/** The calendar day in the zone, `YYYY-MM-DD`. */
export function dayIn(zone: string, instant: Date): string {
  return wallOf(instant, zone).slice(0, 10);
}

/** When the day begins in the zone. */
export function startOfDay(day: string, zone: string): Date {
  return instantOf(`${day}T00:00:00`, zone);
}

/** The day so many days later. No instant is passed through but that of the calendar itself. */
export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How far the zone's clocks are ahead of UTC, in milliseconds. */
function offset(instant: Date, zone: string): number {
  return Date.parse(`${wallOf(instant, zone)}Z`) - Math.floor(instant.getTime() / 1000) * 1000;
}

function format(zone: string): Intl.DateTimeFormat {
  let known = formats.get(zone);
  if (!known) {
    known = new Intl.DateTimeFormat('en-CA', {
      timeZone: knownZone(zone),
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, known);
  }
  return known;
}

/** The zone, or UTC where the browser has not heard of it yet. */
export function knownZone(zone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return 'UTC';
  }
}
