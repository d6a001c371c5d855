/** What a change is after, where others may have been quicker: kept with it, so that it is known after a reload too. */

import type { ChangeTasksInput, ChangeTasksMutation, UpdateTaskMutation } from '@/graphql/generated/graphql';
import type { Answer } from '@/graphql/http';
import { type Change, type Data, type Refused, reasonOf, type Variables } from '@/graphql/outbox/change';
import type { Task } from './board';
import { type Draft, divide, fieldsOf, isEmpty } from './draft';
import { inputFor } from './edit';

/** An edit: what is sent of it, and what others have changed as well. */
interface EditAim {
  kind: 'edit';
  ours: Draft;
  clashing: Draft;
}

/** An occurrence of a series, to be left out. */
interface SkipAim {
  kind: 'skip';
  occurrence: string;
}

/** The same for many tasks: those that are gone by then are left out. */
interface ManyAim {
  kind: 'many';
}

export type Aim = EditAim | SkipAim | ManyAim;

export interface Outcome {
  ours: Draft;
  clashing: Draft;
  deleted: boolean;
}

/** Where others were quicker: the task as they made it, and the version that they made it from. */
interface Conflict {
  theirs: Task;
  /** Nothing is gained by sending it again. */
  final: boolean;
}

function conflictOf({ variables }: Change, data: Data): Conflict | null {
  const { task: theirs, errors } = (data as UpdateTaskMutation).payload;
  if (errors[0]?.code !== 'CONFLICT' || !theirs) return null;
  return { theirs, final: theirs.deletedAt !== null || theirs.version === expected(variables) };
}

function expected({ input }: Variables): unknown {
  return (input as { expectedVersion?: number }).expectedVersion;
}

/** What to send in its place. What others left alone is sent again, on the version that they made. */
export function again(change: Change, data: Data): Change | null {
  const { aim } = change;
  if (aim?.kind === 'many') return withoutGone(change, data);
  const conflict = aim && conflictOf(change, data);
  if (!conflict || conflict.final) return null;
  const { theirs } = conflict;
  if (aim.kind === 'skip') {
    if (theirs.recurrence?.nextOccurrence !== aim.occurrence) return null;
    const { input } = change.variables as { input: object };
    return { ...change, variables: { input: { ...input, expectedVersion: theirs.version } } };
  }
  const parts = meet(aim, theirs);
  if (isEmpty(parts.ours)) return null;
  return { ...change, variables: { input: inputFor(theirs, parts.ours) }, aim: { kind: 'edit', ...parts } };
}

/** Without the one that can't be changed any more. The last one's refusal stands. */
function withoutGone(change: Change, data: Data): Change | null {
  const [error] = (data as ChangeTasksMutation).changeTasks.errors;
  const { input } = change.variables as { input: ChangeTasksInput };
  const [field, index] = error?.field ?? [];
  const isGone = field === 'ids' && index !== undefined && ['CONFLICT', 'NOT_FOUND'].includes(error?.code ?? '');
  const ids = [input.ids].flat().filter((_, at) => at !== Number(index));
  return isGone && ids.length > 0 ? { ...change, variables: { input: { ...input, ids } } } : null;
}

/** What of an edit is not saved by this answer: what is refused, and what others have changed as well. */
export function outcomeOf(change: Change, { data, errors }: Answer<Data>): Outcome {
  const { aim } = change;
  if (aim?.kind !== 'edit') return { ours: {}, clashing: {}, deleted: false };
  const { ours, clashing } = aim;
  if (!data) return { ours, clashing, deleted: false };
  if (!errors?.length && (data as UpdateTaskMutation).payload.errors.length === 0) {
    return { ours: {}, clashing, deleted: false };
  }
  const conflict = conflictOf(change, data);
  if (!conflict || conflict.final) return { ours, clashing, deleted: Boolean(conflict?.theirs.deletedAt) };
  return { ...meet(aim, conflict.theirs), deleted: false };
}

/** What its maker has to decide. */
export function refusalOf(change: Change, answer: Answer<Data>): Refused | null {
  const reason = reasonOf(answer) ?? '';
  if (change.aim?.kind === 'edit') {
    const { ours, clashing } = outcomeOf(change, answer);
    const left = { ...ours, ...clashing };
    return isEmpty(left) ? null : { id: change.id, change, reason, left };
  }
  if (!reason || (answer.data && isSkippedAlready(change, answer.data))) return null;
  return { id: change.id, change, reason, left: null };
}

/** Whether it was left out before: this very request may have done it, and its answer got lost. */
export function isSkippedAlready(change: Change, data: Data): boolean {
  if (change.aim?.kind !== 'skip') return false;
  const conflict = conflictOf(change, data);
  return conflict !== null && !conflict.final && conflict.theirs.recurrence?.nextOccurrence !== change.aim.occurrence;
}

function meet({ ours, clashing }: EditAim, theirs: Task): { ours: Draft; clashing: Draft } {
  const parts = divide(ours, fieldsOf(theirs));
  return { ours: parts.ours, clashing: { ...clashing, ...parts.clashing } };
}
