/** The events since a cursor, over plain HTTP: for where no WebSocket gets through. */

import { graphql } from '@/graphql/generated';
import type { EventsAfterQuery } from '@/graphql/generated/graphql';
import { errorCode, Unreachable } from '@/graphql/http';
import type { Session } from '@/graphql/session';
import { textOf } from '@/graphql/text';
import type { LiveEvent } from './event';

export const EVENTS_AFTER = graphql(`
  query EventsAfter($after: Cursor) {
    events(first: 100, after: $after) {
      nodes { ...EventFields }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export interface Polled {
  events: readonly LiveEvent[];
  /** How far the log was read. */
  cursor: string;
  hasMore: boolean;
}

/** Null where the log can't be followed from there: all has to be loaded anew. Throws Unreachable, Left. */
export async function eventsAfter(run: Session['run'], after: string): Promise<Polled | null> {
  const answer = await run<EventsAfterQuery>(textOf(EVENTS_AFTER), { after });
  if (['CURSOR_EXPIRED', 'CURSOR_INVALID'].includes(errorCode(answer) ?? '')) return null;
  if (!answer.data || answer.errors?.length) {
    throw new Unreachable(answer.errors?.[0]?.message ?? 'The server gave no answer.');
  }
  const { nodes, pageInfo } = answer.data.events;
  return { events: nodes, cursor: pageInfo.endCursor ?? after, hasMore: pageInfo.hasNextPage };
}
