/** The log of a task, told. */

import { dueFields, dueText } from '@/features/tasks/due';
import { TEXT as TASKS } from '@/features/tasks/text';
import type { When } from '@/features/tasks/when';
import type { Happened } from './operations';
import { EVENTS, TEXT } from './text';

/** More of a text is not told. */
const LONG = 160;

export interface Change {
  field: string;
  /** Null where it says nothing to people. */
  was: string | null;
  is: string | null;
}

export interface Entry {
  id: string;
  at: Date;
  what: string;
  changes: Change[];
}

/** What ids mean by now. */
export interface Names {
  projects: ReadonlyMap<string, string>;
  labels: ReadonlyMap<string, string>;
}

/** A task as the log has it. */
type Snapshot = Readonly<Record<string, unknown>>;

/** The newest first. What an event changed is told by what the task was before it. */
export function storyOf(happened: readonly Happened[], names: Names, when: When): Entry[] {
  const entries: Entry[] = [];
  let before: Snapshot | null = null;
  for (const { id, type, timestamp, data } of happened) {
    const after = isSnapshot(data) ? data : {};
    const what = EVENTS[type];
    const changes = before ? changesOf(before, after, names, when) : [];
    before = after;
    // What only moves a series on is no news.
    if (!what || (type === 'TASK_UPDATED' && changes.length === 0)) continue;
    entries.push({ id, at: new Date(timestamp), what, changes });
  }
  return entries.reverse();
}

function changesOf(before: Snapshot, after: Snapshot, names: Names, when: When): Change[] {
  const readers: [string, (task: Snapshot) => string, shown?: boolean][] = [
    [TEXT.fields.title, ({ title }) => text(title)],
    [TEXT.fields.description, ({ description }) => text(description)],
    [TEXT.fields.priority, ({ priority }) => TASKS.priorities[priority as keyof typeof TASKS.priorities] ?? ''],
    [
      TEXT.fields.due,
      ({ dueOn, dueDate }) => dueText(dueFields(text(dueOn) || text(dueDate) || null, when.zone), when) ?? '',
    ],
    [TEXT.fields.project, ({ projectId }) => (projectId ? (names.projects.get(text(projectId)) ?? TEXT.gone) : '')],
    [TEXT.fields.labels, ({ labelIds }) => listed(labelIds, names.labels)],
    [TEXT.fields.rule, ({ recurrence }) => (isSnapshot(recurrence) ? text(recurrence.rule) : ''), false],
    [TEXT.fields.parent, ({ parentId }) => text(parentId), false],
    [TEXT.fields.place, ({ position }) => text(position), false],
  ];
  const changes: Change[] = [];
  for (const [field, read, shown = true] of readers) {
    const [was, is] = [read(before), read(after)];
    if (was !== is) changes.push({ field, was: shown ? clipped(was) : null, is: shown ? clipped(is) : null });
  }
  return changes;
}

function listed(ids: unknown, names: ReadonlyMap<string, string>): string {
  if (!Array.isArray(ids)) return '';
  return ids
    .map((id) => names.get(text(id)) ?? TEXT.gone)
    .sort()
    .join(', ');
}

function clipped(text: string): string {
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isSnapshot(value: unknown): value is Snapshot {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
