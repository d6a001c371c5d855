/** How a draft is sent: a task's own fields by one mutation, how it recurs by others. */

import { CLEAR, SET } from '@/features/recurrence/mutations';
import { inputOf as recurrenceInput } from '@/features/recurrence/repeats';
import type { Task } from './board';
import { type Draft, inputOf } from './draft';
import { UPDATE } from './mutations';

export function mutationFor({ repeats }: Draft) {
  if (!repeats) return UPDATE;
  return repeats.mine ? SET : CLEAR;
}

/** For the task as it is by now. */
export function inputFor(task: Task, draft: Draft) {
  const { repeats } = draft;
  const which = { id: task.id, expectedVersion: task.version };
  if (!repeats) return { ...which, ...inputOf(draft) };
  if (!repeats.mine) return which;
  return { taskId: task.id, expectedVersion: task.version, recurrence: recurrenceInput(repeats.mine, task) };
}
