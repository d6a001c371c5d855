/** The zone that somebody wants to keep, though this browser is in another: they are not asked again. */

import { zoneHere } from '@/features/tasks/zone';

const STORED_AS = 'taskflow-zone-kept';

export function keepZone(userId: string, zone: string) {
  try {
    localStorage.setItem(STORED_AS, answer(userId, zone));
  } catch {
    // A browser that keeps nothing: they are asked again with the next page.
  }
}

export function isKept(userId: string, zone: string): boolean {
  try {
    return localStorage.getItem(STORED_AS) === answer(userId, zone);
  } catch {
    return false;
  }
}

function answer(userId: string, zone: string): string {
  return `${userId} ${zoneHere()} ${zone}`;
}
