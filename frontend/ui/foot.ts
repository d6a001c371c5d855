import { BehaviorSubject } from 'rxjs';

/** How many things lie over the foot of the page. */
export const foot$ = new BehaviorSubject(0);

/** Takes the foot of the page for as long as something lies there: for an effect. Toasts then go to the head. */
export function takeFoot() {
  foot$.next(foot$.value + 1);
  return () => foot$.next(foot$.value - 1);
}
