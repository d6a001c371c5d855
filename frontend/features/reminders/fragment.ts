import { graphql } from '@/graphql/generated';
import type { ReminderFieldsFragment } from '@/graphql/generated/graphql';

export type Reminder = ReminderFieldsFragment;

export const REMINDER_FIELDS = graphql(`
  fragment ReminderFields on Reminder { id remindAt beforeDue status notified notifiedAt late version createdAt }
`);
