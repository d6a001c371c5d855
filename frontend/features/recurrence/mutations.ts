/** The changes of recurrences as the server knows them. */

import { graphql } from '@/graphql/generated';

export const SET = graphql(`
  mutation SetRecurrence($input: SetRecurrenceInput!) {
    payload: setRecurrence(input: $input) { task { ...TaskFields } errors { code message } }
  }
`);

export const CLEAR = graphql(`
  mutation ClearRecurrence($input: TaskIdInput!) {
    payload: clearRecurrence(input: $input) { task { ...TaskFields } errors { code message } }
  }
`);

export const SKIP = graphql(`
  mutation SkipOccurrence($input: SkipOccurrenceInput!) {
    payload: skipOccurrence(input: $input) { task { ...TaskFields } errors { code message } }
  }
`);
