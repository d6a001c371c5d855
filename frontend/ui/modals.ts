import { BehaviorSubject } from 'rxjs';

/** How many dialogs are open. */
export const modals$ = new BehaviorSubject(0);

/** Counts a dialog for as long as it is open: for an effect. */
export function countModal() {
  modals$.next(modals$.value + 1);
  return () => modals$.next(modals$.value - 1);
}
