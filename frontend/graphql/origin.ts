/** Which sign-in a request comes from, and so which browser: its tabs and its worker share one, and events say it back. */

import { newId } from './ids';

/** Where a token does not tell, each tab is one of its own. */
const TAB = newId();

/** What a request, and all that comes of it, goes by. */
export function correlationId(token: string | null): string {
  return `${originOf(token)}.${newId()}`;
}

export function isFrom(token: string | null, correlationId: string): boolean {
  return correlationId.startsWith(`${originOf(token)}.`);
}

function originOf(token: string | null): string {
  return (signInOf(token) ?? TAB).slice(0, 8);
}

/** The `sid` of an access token that is a JWT. */
function signInOf(token: string | null): string | undefined {
  try {
    const [, claims = ''] = (token ?? '').split('.');
    return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).sid;
  } catch {
    return undefined;
  }
}
