/** Where the focus goes as a dialog is closed. */

/** Of each open dialog, what led to it. */
const ways = new WeakMap<Element, readonly HTMLElement[]>();

/** What has the focus now, and what stands around it and can have it: one of them will still be there. */
export function wayBack(): readonly HTMLElement[] {
  const focused = document.activeElement;
  const menu = focused?.closest('[role=menu]'); // which is gone by then; its button stays
  const from = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : focused;
  const way: HTMLElement[] = [];
  for (let element = from; element && element !== document.body; element = element.parentElement) {
    if (element instanceof HTMLElement && (element.tabIndex >= 0 || element.hasAttribute('tabindex')))
      way.push(element);
  }
  const dialog = from?.closest('[role=dialog]');
  return [...way, ...((dialog && ways.get(dialog)) || [])];
}

/** Of a dialog that opens in the place of another, or over it, the way leads on beyond that one. */
export function keepWay(dialog: Element, way: readonly HTMLElement[]) {
  ways.set(dialog, way);
}

/** Where nothing of the way is left: what heads the page. */
const AT_LEAST = 'main [tabindex="-1"]';

/** Goes back to the first that is there, unless something else has got the focus already. */
export function goBack(way: readonly HTMLElement[]) {
  if (document.activeElement && document.activeElement !== document.body) return;
  for (const element of way) {
    if (element.isConnected) element.focus();
    if (document.activeElement === element) return;
  }
  // The page stays where it is scrolled to: a link may have led there.
  document.querySelector<HTMLElement>(AT_LEAST)?.focus({ preventScroll: true });
}
