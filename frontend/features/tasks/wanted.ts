/** The task that a notification or a mail leads to, until it is shown. */

import { BehaviorSubject } from 'rxjs';

export const wanted$ = new BehaviorSubject<string | null>(null);
/** The task that the list is to be scrolled to, once it is there. */
export const sought$ = new BehaviorSubject<string | null>(null);

/** Takes it from the address, `/?task=<id>`: loaded again, the page is as it always is. */
export function takeFromAddress() {
  const address = new URL(location.href);
  const id = address.searchParams.get('task');
  if (!id) return;
  address.searchParams.delete('task');
  history.replaceState(null, '', address.pathname + address.search);
  wanted$.next(id);
}
