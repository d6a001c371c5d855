/** A list as it stands on the page: its groups, and in each the tasks with what is below them. */

import type { Group, Selection } from '@/features/views/select';
import type { Task } from './board';
import { treeOf } from './tree';

export interface ListedGroup {
  key: Group['key'] | 'done';
  count: number;
  tops: readonly Task[];
  below: ReadonlyMap<string, readonly Task[]>;
}

export interface Listed {
  groups: readonly ListedGroup[];
  /** The tasks from top to bottom. */
  order: readonly string[];
  /** Of each, the one on top that it stands with. */
  topOf: ReadonlyMap<string, string>;
}

export function listed({ groups, done }: Selection): Listed {
  const all: ListedGroup[] = groups.map(({ key, tasks }) => ({ key, count: tasks.length, ...treeOf(tasks) }));
  if (done.length > 0) all.push({ key: 'done', count: done.length, ...treeOf(done) });
  const topOf = new Map<string, string>();
  for (const { tops, below } of all) {
    const add = (task: Task, top: string) => {
      topOf.set(task.id, top);
      for (const each of below.get(task.id) ?? []) add(each, top);
    };
    for (const top of tops) add(top, top.id);
  }
  return { groups: all, order: [...topOf.keys()], topOf };
}

/** The tasks that one is in order with, itself among them; none where its list has no order. */
export function siblingsOf({ groups }: Listed, task: Task | undefined): readonly Task[] {
  const open = groups.find(({ key }) => key === 'open');
  if (!open || !task) return [];
  const below = task.parent && open.below.get(task.parent.id);
  const those = below ?? open.tops;
  return those.includes(task) ? those : [];
}
