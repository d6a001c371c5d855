'use client';

import type { ReactNode, RefObject } from 'react';
import type { Choosing } from '@/features/bulk/useChosen';
import type { Group } from '@/features/views/select';
import type { Task } from './board';
import { dayText } from './due';
import { TaskRow } from './TaskRow';
import { TEXT } from './text';
import { subtasksOf } from './tree';
import { useKeptFocus } from './useKeptFocus';
import { useListKeys } from './useListKeys';

interface Props {
  list: RefObject<HTMLElement | null>;
  /** Open tasks, in their order. */
  groups: readonly Group[];
  done: readonly Task[];
  /** Of each task, whether shown here or not. */
  subtasks: ReadonlyMap<string, readonly Task[]>;
  /** What tasks were spawned from, by id. */
  series: ReadonlyMap<string, Task>;
  now: Date;
  /** Where no task is open. */
  empty: ReactNode;
  showProject: boolean;
  choosing: Choosing;
  onEdit: (task: Task) => void;
}

const KEYS = 'X Shift+ArrowUp Shift+ArrowDown Alt+ArrowUp Alt+ArrowDown';

export function TaskList({ list, groups, done, subtasks, series, now, empty, showProject, choosing, onEdit }: Props) {
  useKeptFocus(list);
  useListKeys(list, choosing);

  /** With what is below them, as far as it is here too. */
  const branches = (tasks: readonly Task[], ordered: boolean, day: string | null) => {
    const shown = new Set(tasks.map(({ id }) => id));
    const below = subtasksOf(tasks);
    const branch = (task: Task) => (
      <li key={task.id} className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <TaskRow
          task={task}
          subtasks={subtasks.get(task.id) ?? []}
          series={task.spawnedFrom ? series.get(task.spawnedFrom.id) : undefined}
          now={now}
          day={day}
          showProject={showProject && !(task.parent && shown.has(task.parent.id))}
          chosen={choosing.on ? choosing.has(task.id) : undefined}
          onChoose={(range) => choosing.choose(task.id, range)}
          ordered={ordered}
          onEdit={onEdit}
        />
        {below.has(task.id) && <ul className="grid gap-2 pl-5 sm:pl-9">{below.get(task.id)?.map(branch)}</ul>}
      </li>
    );
    return tasks.filter(({ parent }) => !parent || !shown.has(parent.id)).map(branch);
  };

  return (
    <section ref={list} aria-label={TEXT.list} aria-keyshortcuts={KEYS} tabIndex={-1}>
      {groups.length === 0 && empty}
      {groups.map(({ key, tasks }) => (
        <section
          key={key}
          data-ordered={key === 'open' || undefined}
          aria-labelledby={key === 'open' ? undefined : `group-${key}`}
        >
          {key !== 'open' && (
            <h2
              id={`group-${key}`}
              className={`mt-6 flex items-baseline gap-2 text-sm font-semibold ${key === 'overdue' ? 'text-danger' : ''}`}
            >
              {key === 'overdue' ? TEXT.late : dayText(key, now)}
              <span className="text-xs font-normal text-soft tabular-nums">{tasks.length}</span>
            </h2>
          )}
          <ul className={`${key === 'open' ? 'mt-4' : 'mt-2'} grid gap-2`}>
            {branches(tasks, key === 'open', key === 'open' || key === 'overdue' ? null : key)}
          </ul>
        </section>
      ))}
      {done.length > 0 && (
        <details className="mt-8" open>
          <summary className="cursor-pointer text-sm font-medium text-soft">
            {TEXT.completed} · {done.length}
          </summary>
          <ul className="mt-3 grid gap-2">{branches(done, false, null)}</ul>
        </details>
      )}
    </section>
  );
}
