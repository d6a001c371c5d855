import { graphql } from '@/graphql/generated';
import type { RecurrenceFieldsFragment } from '@/graphql/generated/graphql';

export type Recurrence = RecurrenceFieldsFragment;

export const RECURRENCE_FIELDS = graphql(`
  fragment RecurrenceFields on Recurrence {
    rule
    timeZone
    start
    mode
    missed
    lead
    nextOccurrence
    ended
    summary
  }
`);
