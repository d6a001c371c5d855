/** What could not be saved, by what it was about. */

import type { Payload } from '@/features/live/payload';
import type { Draft } from '@/features/tasks/draft';
import type { ChangeTasksInput } from '@/graphql/generated/graphql';
import type { Change, Refused } from '@/graphql/outbox/change';
import type { OutboxLink } from '@/graphql/outbox/outbox';

/** What of a task's edits was not saved: an editor that is opened on it begins with that. */
export function leftOf(refused: readonly Refused[], taskId: string): Draft {
  const edits = refused.filter(({ left, change }) => left && taskIdOf(change) === taskId);
  return Object.assign({}, ...edits.map(({ left }) => left));
}

/** Its maker has looked at what was left of a task's edits. */
export function decide(outbox: OutboxLink, taskId: string) {
  for (const { id, left, change } of outbox.refused$.value) {
    if (left && taskIdOf(change) === taskId) outbox.decide(id);
  }
}

export function taskIdOf({ variables }: Change): string | undefined {
  const { input } = variables as { input?: { id?: string; taskId?: string } };
  return input?.taskId ?? input?.id;
}

/** What the change was about, as its maker knows it. */
export function titlesOf({ name, shown, variables }: Change): string[] {
  const payload = Object.values(shown ?? {})[0] as Payload | undefined;
  if (payload?.tasks) return payload.tasks.flatMap((task) => task?.title ?? []);
  if (name === 'UpdateViewer') return [];
  const { input } = variables as { input?: { title?: string; name?: string } };
  const named = payload?.project ?? payload?.label ?? input;
  return [payload?.task?.title ?? input?.title ?? named?.name].flatMap((title) => title ?? []);
}

/** What was to be done: what is done to many at once is called as it is for one. */
export function deedOf({ name, variables }: Change): string {
  const { input } = variables as { input?: Partial<ChangeTasksInput> & { afterId?: string | null } };
  if (input?.afterId !== undefined) return 'MoveTask';
  if (name !== 'ChangeTasks' || !input) return name;
  if (typeof input.completed === 'boolean') return input.completed ? 'CompleteTask' : 'ReopenTask';
  if (typeof input.deleted === 'boolean') return input.deleted ? 'DeleteTask' : 'RestoreTask';
  if (input.projectId !== undefined) return 'MoveTask';
  return input.addLabelIds ? 'LabelTask' : 'UnlabelTask';
}
