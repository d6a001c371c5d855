import type { EventType } from '@/graphql/generated/graphql';

export const TEXT = {
  ask: 'What happened to this task',
  empty: '(nothing)',
  failed: 'Its history can’t be read now.',
  fields: {
    title: 'Title',
    description: 'Notes',
    priority: 'Priority',
    due: 'Due',
    project: 'Project',
    labels: 'Labels',
    parent: 'Part of another task',
    place: 'Place in its list',
    rule: 'How it repeats',
  },
  from: 'was',
  gone: '(deleted since)',
  loading: 'Reading its history',
  no: 'no',
  nothing: 'Nothing of it is in the log any more.',
  to: 'is now',
  yes: 'yes',
} as const;

/** What an event of a task says; others say nothing here. */
export const EVENTS: Partial<Record<EventType, string>> = {
  TASK_CREATED: 'Created',
  TASK_UPDATED: 'Changed',
  TASK_COMPLETED: 'Completed',
  TASK_REOPENED: 'Reopened',
  TASK_DELETED: 'Deleted',
  TASK_RESTORED: 'Restored',
  RECURRENCE_SET: 'Set to repeat',
  RECURRENCE_CLEARED: 'Set to repeat no more',
  RECURRENCE_SKIPPED: 'An occurrence was left out',
  RECURRING_SPAWNED: 'Came from its series',
};
