/** At which field of the form a rule's refusal belongs. */

import type { Shape } from './rule';

interface Fault {
  interval?: string;
  ends?: string;
  rule?: string;
}

/** `shape` is null where the rule is written by hand. A refusal that is about a part of a rule begins with its name. */
export function faultOf(message: string, shape: Shape | null): Fault {
  if (!shape) return { rule: message };
  if (message.startsWith('INTERVAL') || shape.ends.by === 'never') return { interval: message };
  return { ends: message };
}
