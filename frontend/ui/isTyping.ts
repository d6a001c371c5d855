/** Where what is typed goes into something. */
const TYPES = 'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable=true]';

/** Whether keys are meant for the element, and not for the page. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPES) !== null;
}

/** Whether somebody is in the middle of something that nothing should open over. */
export function isOccupied(): boolean {
  return isTyping(document.activeElement) || document.querySelector('[role=dialog]') !== null;
}
