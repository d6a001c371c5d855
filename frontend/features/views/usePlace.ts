import { useMemo, useSyncExternalStore } from 'react';
import { Subject } from 'rxjs';
import { addressOf, type Place, placeOf } from './place';

const moved$ = new Subject<void>();

/** The place that the address says. */
export function usePlace(): Place {
  const search = useSyncExternalStore(
    follow,
    () => location.search,
    () => '',
  );
  return useMemo(() => placeOf(search), [search]);
}

/** Goes there; the browser's back button leads back. */
export function go(place: Place) {
  const address = addressOf(place);
  if (address === location.pathname + location.search) return;
  history.pushState(null, '', address);
  window.scrollTo({ top: 0 });
  moved$.next();
}

/** Changes what is seen of a place, as with each letter of a search: that is no step to go back by. */
export function adjust(place: Place) {
  history.replaceState(null, '', addressOf(place));
  moved$.next();
}

function follow(changed: () => void): () => void {
  const moving = moved$.subscribe(changed);
  window.addEventListener('popstate', changed);
  return () => {
    moving.unsubscribe();
    window.removeEventListener('popstate', changed);
  };
}
