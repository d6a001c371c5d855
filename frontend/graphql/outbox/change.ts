/** A change on its way: all that it takes to send it, to show it and to judge its answer, also after a reload. */

import type { Aim } from '@/features/tasks/aim';
import type { Draft } from '@/features/tasks/draft';
import type { Answer } from '@/graphql/http';

export type Variables = Record<string, unknown>;
export type Data = Record<string, unknown>;

export interface Change {
  id: string;
  /** What the operation is called. */
  name: string;
  query: string;
  variables: Variables;
  /** What it shows until it is answered. */
  shown: Data | null;
  /** What is to be reached, where others may be quicker. */
  aim: Aim | null;
}

/** What could not be saved. It is kept until the person who made it has decided. */
export interface Refused {
  id: string;
  change: Change;
  /** In the server's words. */
  reason: string;
  /** What of an edit was not saved: what it was, and what it shall be. */
  left: Draft | null;
}

/** Why an answer says no. */
export function reasonOf({ data, errors }: Answer<Data>): string | null {
  const payload = Object.values(data ?? {})[0] as { errors?: { message: string }[] } | null | undefined;
  return payload?.errors?.[0]?.message ?? errors?.[0]?.message ?? null;
}
