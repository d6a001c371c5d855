/** Whether single keys do something: WCAG 2.1.4 wants a way to switch that off. */

import { BehaviorSubject } from 'rxjs';

const STORED_AS = 'taskflow-single-keys-off';

export const singleKeys$ = new BehaviorSubject(true);

export function readSingleKeys() {
  try {
    singleKeys$.next(localStorage.getItem(STORED_AS) === null);
  } catch {
    // A browser that keeps nothing.
  }
}

export function setSingleKeys(on: boolean) {
  singleKeys$.next(on);
  try {
    if (on) localStorage.removeItem(STORED_AS);
    else localStorage.setItem(STORED_AS, 'off');
  } catch {
    // It is so until the page is left.
  }
}
