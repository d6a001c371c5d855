'use client';

import { useRef } from 'react';
import { useMinute } from '@/ui/useMinute';
import type { Task } from './board';
import { TaskRow } from './TaskRow';
import { TEXT } from './text';
import { byPosition, subtasksOf } from './tree';
import { useKeptFocus } from './useKeptFocus';

interface Props {
  tasks: readonly Task[];
  /** Of each task, whether shown here or not. */
  subtasks: ReadonlyMap<string, readonly Task[]>;
  /** What tasks were spawned from, by id. */
  series: ReadonlyMap<string, Task>;
  empty: string;
  showProject: boolean;
  onEdit: (task: Task) => void;
}

export function TaskList({ tasks, subtasks, series, empty, showProject, onEdit }: Props) {
  const now = useMinute();
  const list = useRef<HTMLElement>(null);
  useKeptFocus(list);
  const shown = new Set(tasks.map(({ id }) => id));
  const below = subtasksOf(tasks);
  const top = tasks.filter(({ parent }) => !parent || !shown.has(parent.id));
  const open = top.filter((task) => !task.completed).sort(byPosition);
  const done = top.filter((task) => task.completed).sort(lastDoneFirst);
  const branch = (task: Task) => (
    <li key={task.id} className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <TaskRow
        task={task}
        subtasks={subtasks.get(task.id) ?? []}
        series={task.spawnedFrom ? series.get(task.spawnedFrom.id) : undefined}
        now={now}
        showProject={showProject && !(task.parent && shown.has(task.parent.id))}
        onEdit={onEdit}
      />
      {below.has(task.id) && <ul className="grid gap-2 pl-5 sm:pl-9">{below.get(task.id)?.map(branch)}</ul>}
    </li>
  );
  return (
    <section ref={list} aria-label={TEXT.list} tabIndex={-1}>
      {open.length === 0 && <p className="mt-10 text-center text-soft">{empty}</p>}
      <ul className="mt-4 grid gap-2">{open.map(branch)}</ul>
      {done.length > 0 && (
        <details className="mt-8" open>
          <summary className="cursor-pointer text-sm font-medium text-soft">
            {TEXT.completed} · {done.length}
          </summary>
          <ul className="mt-3 grid gap-2">{done.map(branch)}</ul>
        </details>
      )}
    </section>
  );
}

function lastDoneFirst(one: Task, other: Task): number {
  return (one.completedAt ?? '') < (other.completedAt ?? '') ? 1 : -1;
}
