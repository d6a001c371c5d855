/** What is told of an event, whichever way it comes. */

import { graphql } from '@/graphql/generated';
import type { EventFieldsFragment } from '@/graphql/generated/graphql';

export type LiveEvent = EventFieldsFragment;

export const EVENT_FIELDS = graphql(`
  fragment EventFields on Event {
    cursor
    type
    aggregateId
    task { ...TaskFields }
    reminder { ...ReminderFields task { id } }
    project { ...ProjectFields }
    label { ...LabelFields }
    user { ...ViewerFields }
  }
`);
