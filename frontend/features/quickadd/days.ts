/** Days of the calendar, as `YYYY-MM-DD`. */

import { plusDays } from '@/features/tasks/zone';

/** Null where the calendar has no such day. */
export function dayOf(year: number, month: number, date: number): string | null {
  const day = [String(year), pad(month), pad(date)].join('-');
  const instant = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(instant.getTime()) || instant.toISOString().slice(0, 10) !== day ? null : day;
}

export function lastOfMonth(day: string): string {
  return plusDays(plusMonths(`${day.slice(0, 7)}-01`, 1), -1);
}

/** The same day so many months later; where that month lacks it, its last one. */
export function plusMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const count = year * 12 + month - 1 + months;
  for (let nearest = date; nearest > 28; nearest--) {
    const found = dayOf(Math.floor(count / 12), (count % 12) + 1, nearest);
    if (found) return found;
  }
  return [Math.floor(count / 12), pad((count % 12) + 1), pad(Math.min(date, 28))].join('-');
}

/** The next such day from this one on; a month of null is any. Null where there never is one. */
export function nextWith(from: string, month: number | null, date: number): string | null {
  const [year = 0, current = 1] = from.split('-').map(Number);
  // A leap day is at most eight years away.
  for (let ahead = 0; ahead <= 8 * 12; ahead++) {
    const index = current - 1 + ahead;
    const inMonth = (index % 12) + 1;
    const day = month === null || month === inMonth ? dayOf(year + Math.floor(index / 12), inMonth, date) : null;
    if (day && day >= from) return day;
  }
  return null;
}

function pad(part: number): string {
  return String(part).padStart(2, '0');
}
