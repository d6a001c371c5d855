import { BehaviorSubject } from 'rxjs';
import { useSubject } from './useSubject';

const said$ = new BehaviorSubject('');

/** Says to a screen reader what everybody else sees. */
export function announce(text: string) {
  // The same words twice are news as well.
  said$.next(said$.value === text ? `${text}\u00a0` : text);
}

/** Where it is said: once on a page, and always there. */
export function Announcements() {
  return (
    <div aria-live="assertive" data-testid="announcements" className="sr-only">
      {useSubject(said$)}
    </div>
  );
}
