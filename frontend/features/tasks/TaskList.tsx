'use client';

import { clsx } from 'clsx';
import { type ReactNode, type RefObject, useMemo } from 'react';
import type { Choosing } from '@/features/bulk/useChosen';
import type { Group } from '@/features/views/select';
import { useGrowing } from '@/ui/useGrowing';
import { useStable } from '@/ui/useStable';
import type { Task } from './board';
import { dayText } from './due';
import { TaskRow } from './TaskRow';
import { TEXT } from './text';
import { treeOf } from './tree';
import { useKeptFocus } from './useKeptFocus';
import { useListKeys } from './useListKeys';
import type { When } from './when';

interface Props {
  /** Which list it is: another one is drawn from its beginning. */
  name: string;
  list: RefObject<HTMLElement | null>;
  /** Open tasks, in their order. */
  groups: readonly Group[];
  done: readonly Task[];
  /** Of each task, whether shown here or not. */
  subtasks: ReadonlyMap<string, readonly Task[]>;
  /** What tasks were spawned from, by id. */
  series: ReadonlyMap<string, Task>;
  when: When;
  /** Where no task is open. */
  empty: ReactNode;
  showProject: boolean;
  choosing: Choosing;
  onEdit: (task: Task) => void;
}

const KEYS = 'X Shift+ArrowUp Shift+ArrowDown Alt+ArrowUp Alt+ArrowDown';

const NONE: readonly Task[] = [];

export function TaskList({
  list,
  name,
  groups,
  done,
  subtasks,
  series,
  when,
  empty,
  showProject,
  choosing,
  onEdit,
}: Props) {
  useKeptFocus(list);
  useListKeys(list, choosing);
  const onChoose = useStable(choosing.choose);
  const edit = useStable(onEdit);
  const trees = useMemo(
    () => groups.map(({ key, tasks }) => ({ key, count: tasks.length, ...treeOf(tasks) })),
    [groups],
  );
  const doneTree = useMemo(() => treeOf(done), [done]);
  const total = trees.reduce((sum, { tops }) => sum + tops.length, doneTree.tops.length);
  const { limit, end } = useGrowing(total, name);
  let left = limit;

  /** As many of them as are drawn by now, with all that is below them. */
  const branches = ({ tops, below }: typeof doneTree, ordered: boolean, day: string | null) => {
    const branch = (task: Task, isTop: boolean) => (
      <li key={task.id} className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <TaskRow
          task={task}
          subtasks={subtasks.get(task.id) ?? NONE}
          series={task.spawnedFrom ? series.get(task.spawnedFrom.id) : undefined}
          when={when}
          day={day}
          showProject={showProject && isTop}
          chosen={choosing.on ? choosing.has(task.id) : undefined}
          onChoose={onChoose}
          ordered={ordered}
          onEdit={edit}
        />
        {below.has(task.id) && (
          <ul className="grid gap-2 pl-5 sm:pl-9">{below.get(task.id)?.map((task) => branch(task, false))}</ul>
        )}
      </li>
    );
    const drawn = tops.slice(0, left);
    left -= drawn.length;
    return drawn.map((task) => branch(task, true));
  };

  return (
    <section ref={list} aria-label={TEXT.list} aria-keyshortcuts={KEYS} tabIndex={-1}>
      {groups.length === 0 && empty}
      {trees.map(
        ({ key, count, ...tree }) =>
          left > 0 && (
            <section
              key={key}
              data-ordered={key === 'open' || undefined}
              aria-labelledby={key === 'open' ? undefined : `group-${key}`}
            >
              {key !== 'open' && (
                <h2
                  id={`group-${key}`}
                  className={clsx(
                    'mt-6 flex items-baseline gap-2 text-sm font-semibold',
                    key === 'overdue' && 'text-danger',
                  )}
                >
                  {key === 'overdue' ? TEXT.late : dayText(key, when)}
                  <span className="text-xs font-normal text-soft tabular-nums">{count}</span>
                </h2>
              )}
              <ul className={clsx('grid gap-2', key === 'open' ? 'mt-4' : 'mt-2')}>
                {branches(tree, key === 'open', key === 'open' || key === 'overdue' ? null : key)}
              </ul>
            </section>
          ),
      )}
      {done.length > 0 && left > 0 && (
        <details className="mt-8" open>
          <summary className="cursor-pointer text-sm font-medium text-soft">
            {TEXT.completed} · {done.length}
          </summary>
          <ul className="mt-3 grid gap-2">{branches(doneTree, false, null)}</ul>
        </details>
      )}
      <div ref={end} aria-hidden />
    </section>
  );
}
