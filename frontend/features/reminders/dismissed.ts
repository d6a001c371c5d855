/** Rings that were dismissed in this browser, in all its tabs. */

import { BehaviorSubject } from 'rxjs';
import { RINGS_MS } from './rings';

const STORED_AS = 'taskflow-dismissed-rings';

/** Kept until they would be over anyway. */
export class Dismissed {
  readonly keys$ = new BehaviorSubject<ReadonlySet<string>>(new Set());

  /** Follows the other tabs, until what it returns is called. */
  follow(): () => void {
    const read = (event?: StorageEvent) => {
      if (!event || event.key === STORED_AS) this.keys$.next(new Set([...this.keys$.value, ...stored()]));
    };
    read();
    addEventListener('storage', read);
    return () => removeEventListener('storage', read);
  }

  dismiss(key: string) {
    const keys = [...stored(), key].filter(isYoung);
    this.keys$.next(new Set([...this.keys$.value, key]));
    try {
      localStorage.setItem(STORED_AS, JSON.stringify(keys));
    } catch {
      // A browser that keeps nothing: it is dismissed in this tab.
    }
  }
}

function stored(): string[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? '[]');
    return Array.isArray(read) ? read.map(String) : [];
  } catch {
    return [];
  }
}

function isYoung(key: string): boolean {
  return Number(key.split(' ')[1]) > Date.now() - RINGS_MS;
}
