/** What a tab keeps of everything: loaded once, then kept by events. */

import { graphql } from '@/graphql/generated';
import type { BoardQuery } from '@/graphql/generated/graphql';

export type Board = BoardQuery;
export type Task = Board['tasks']['nodes'][number];
export type Project = Board['projects']['nodes'][number];
export type Label = Board['labels'][number];

export const TASK_FIELDS = graphql(`
  fragment TaskFields on Task {
    id
    title
    description
    completed
    completedAt
    priority
    dueDate
    dueOn
    allDay
    timeZone
    position
    isRecurring
    occurrence
    version
    createdAt
    updatedAt
    deletedAt
    project { id name color }
    parent { id }
    labels { ...LabelFields }
    recurrence { ...RecurrenceFields }
    spawnedFrom { id }
    reminders { ...ReminderFields }
  }
`);

export const PROJECT_FIELDS = graphql(`
  fragment ProjectFields on Project { id name color archived position version }
`);

export const LABEL_FIELDS = graphql(`
  fragment LabelFields on Label { id name color version }
`);

export const VIEWER_FIELDS = graphql(`
  fragment ViewerFields on User { id email name timeZone allDayReminderTime version }
`);

export const BOARD = graphql(`
  query Board {
    viewer { ...ViewerFields }
    labels { ...LabelFields }
    projects(first: 100) { nodes { ...ProjectFields } pageInfo { hasNextPage endCursor } }
    tasks(first: 100, orderBy: POSITION_ASC) { nodes { ...TaskFields } pageInfo { hasNextPage endCursor } }
  }
`);

/** The first page of everything, and the place in the log that it stands at. */
export const LOAD = graphql(`
  query Load {
    cursor
    viewer { ...ViewerFields }
    labels { ...LabelFields }
    projects(first: 100) { nodes { ...ProjectFields } pageInfo { hasNextPage endCursor } }
    tasks(first: 100, orderBy: POSITION_ASC) { nodes { ...TaskFields } pageInfo { hasNextPage endCursor } }
  }
`);

export const MORE_TASKS = graphql(`
  query MoreTasks($after: String) {
    tasks(first: 100, after: $after, orderBy: POSITION_ASC) {
      nodes { ...TaskFields }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const MORE_PROJECTS = graphql(`
  query MoreProjects($after: String) {
    projects(first: 100, after: $after) { nodes { ...ProjectFields } pageInfo { hasNextPage endCursor } }
  }
`);
