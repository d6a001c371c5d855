/** What could not be saved, by what it was about. */

import type { Payload } from '@/features/live/payload';
import type { Draft } from '@/features/tasks/draft';
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
export function titleOf({ shown, variables }: Change): string | undefined {
  const payload = Object.values(shown ?? {})[0] as Payload | undefined;
  const { input } = variables as { input?: { title?: string; name?: string } };
  return payload?.task?.title ?? payload?.project?.name ?? input?.title ?? input?.name;
}
