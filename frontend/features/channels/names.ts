import type { Channel } from './operations';
import { TEXT } from './text';

/** What a channel is called. */
export function nameOf({ label, kind, target }: Channel): string {
  return label || (kind === 'WEB_PUSH' ? TEXT.kinds.WEB_PUSH : target);
}
