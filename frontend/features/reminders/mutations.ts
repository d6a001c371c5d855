/** The changes of reminders as the server knows them. */

import { graphql } from '@/graphql/generated';

export const CREATE = graphql(`
  mutation CreateReminder($input: CreateReminderInput!) {
    createReminder(input: $input) { reminder { ...ReminderFields } errors { message } }
  }
`);

export const SNOOZE = graphql(`
  mutation SnoozeReminder($input: SnoozeReminderInput!) {
    snoozeReminder(input: $input) { reminder { ...ReminderFields } errors { message } }
  }
`);

export const CANCEL = graphql(`
  mutation CancelReminder($input: ReminderIdInput!) {
    cancelReminder(input: $input) { reminder { ...ReminderFields } errors { message } }
  }
`);
