/** Keys, one after the other, and whether they are meant for the page. */

/** As KeyboardEvent.key says them: `g t` is g, then t. */
export type Keys = string;

/** From one key to the next. */
const TOGETHER_MS = 1_500;

/** Where what is typed goes into something. */
const TYPES = 'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable=true]';

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPES) !== null;
}

/** Tells of the first binding that the keys so far have made. */
export class Sequence {
  private typed: string[] = [];
  private last = Number.NEGATIVE_INFINITY;

  /** The binding that is complete with this key, if one is. */
  take(key: string, bindings: readonly Keys[], now: number): Keys | null {
    if (now - this.last > TOGETHER_MS) this.typed = [];
    this.last = now;
    for (const typed of [[...this.typed, key], [key]]) {
      const keys = typed.join(' ');
      if (bindings.includes(keys)) {
        this.typed = [];
        return keys;
      }
      if (bindings.some((binding) => binding.startsWith(`${keys} `))) {
        this.typed = typed;
        return null;
      }
    }
    this.typed = [];
    return null;
  }
}
