/** Which browser a request comes from. All its tabs say the same, also after a reload, and events say it back. */

import { newId } from './ids';

const STORED_AS = 'taskflow-browser';
let own: string | undefined;

function browser(): string {
  try {
    own ??= localStorage.getItem(STORED_AS) ?? newId().slice(0, 8);
    localStorage.setItem(STORED_AS, own);
  } catch {
    own ??= newId().slice(0, 8); // a browser that keeps nothing: each tab is one of its own
  }
  return own;
}

/** What a request and all that comes of it go by. */
export function correlationId(): string {
  return `${browser()}.${newId()}`;
}

export function isFromHere(correlationId: string): boolean {
  return correlationId.startsWith(`${browser()}.`);
}
