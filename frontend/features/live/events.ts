/** What is asked for of each event, however it comes. */

import { graphql } from '@/graphql/generated';
import type { LiveEventsSubscription } from '@/graphql/generated/graphql';

export type LiveEvent = LiveEventsSubscription['events'];

export const EVENT_FIELDS = graphql(`
  fragment EventFields on Event {
    cursor
    type
    aggregateId
    timestamp
    correlationId
    task { ...TaskFields }
    reminder { ...ReminderFields task { id } }
    project { ...ProjectFields }
    label { ...LabelFields }
    user { ...ViewerFields }
  }
`);

export const LIVE_EVENTS = graphql(`
  subscription LiveEvents($after: Cursor) {
    events(after: $after) { ...EventFields }
  }
`);

export const PAST_EVENTS = graphql(`
  query PastEvents($after: Cursor) {
    events(first: 100, after: $after) {
      nodes { ...EventFields }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
