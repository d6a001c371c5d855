/** The events after a cursor, asked for over HTTP. */

import { textOf } from '@/graphql/document';
import type { PastEventsQuery } from '@/graphql/generated/graphql';
import { type Answer, errorCode, Unreachable } from '@/graphql/http';
import { TEXT } from '@/graphql/text';
import { type LiveEvent, PAST_EVENTS } from './events';
import { isLost } from './socket';

export type Ask = <Data>(query: string, variables: Record<string, unknown>) => Promise<Answer<Data>>;

const QUERY = textOf(PAST_EVENTS);

export interface Page {
  events: LiveEvent[];
  /** How far the log was read; null where it can't be followed from there. */
  cursor: string | null;
  more: boolean;
}

/** Throws Unreachable. */
export async function pageAfter(ask: Ask, after: string): Promise<Page> {
  const answer = await ask<PastEventsQuery>(QUERY, { after });
  if (isLost(errorCode(answer))) return { events: [], cursor: null, more: false };
  if (!answer.data) throw new Unreachable(answer.errors?.[0]?.message ?? TEXT.noAnswer);
  const { nodes, pageInfo } = answer.data.events;
  return { events: nodes, cursor: pageInfo.endCursor ?? nodes.at(-1)?.cursor ?? after, more: pageInfo.hasNextPage };
}
