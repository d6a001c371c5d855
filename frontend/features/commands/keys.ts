/** Keys, one after the other. */

/** As KeyboardEvent.key says them: `g t` is g, then t. */
export type Keys = string;

/** From one key to the next. */
const TOGETHER_MS = 1_500;

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
