/** The changes of tasks as the server knows them. */

import { graphql } from '@/graphql/generated';

export const CREATE = graphql(`
  mutation CreateTask($input: CreateTaskInput!) {
    createTask(input: $input) { task { ...TaskFields } errors { code message } }
  }
`);

export const UPDATE = graphql(`
  mutation UpdateTask($input: UpdateTaskInput!) {
    payload: updateTask(input: $input) { task { ...TaskFields } errors { code message } }
  }
`);

export const COMPLETE = graphql(`
  mutation CompleteTask($input: TaskIdInput!) {
    completeTask(input: $input) { task { ...TaskFields } errors { code message } }
  }
`);

export const REOPEN = graphql(`
  mutation ReopenTask($input: TaskIdInput!) {
    reopenTask(input: $input) { task { ...TaskFields } errors { code message } }
  }
`);

export const DELETE = graphql(`
  mutation DeleteTask($input: TaskIdInput!) {
    deleteTask(input: $input) { task { ...TaskFields } errors { code message } }
  }
`);

export const RESTORE = graphql(`
  mutation RestoreTask($input: TaskIdInput!) {
    restoreTask(input: $input) { task { ...TaskFields } errors { code message } }
  }
`);
