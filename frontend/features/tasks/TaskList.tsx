'use client';

import { useEffect, useState } from 'react';
import type { Task } from './board';
import { TaskRow } from './TaskRow';
import { TEXT } from './text';

const MINUTE_MS = 60_000;

interface Props {
  tasks: readonly Task[];
  empty: string;
  showProject: boolean;
  onEdit: (task: Task) => void;
}

export function TaskList({ tasks, empty, showProject, onEdit }: Props) {
  const now = useMinute();
  const open = tasks.filter((task) => !task.completed).sort(byPosition);
  const done = tasks.filter((task) => task.completed).sort(lastDoneFirst);
  const row = (task: Task) => <TaskRow key={task.id} task={task} now={now} showProject={showProject} onEdit={onEdit} />;
  return (
    <>
      {open.length === 0 && <p className="mt-10 text-center text-soft">{empty}</p>}
      <ul className="mt-4 grid gap-2">{open.map(row)}</ul>
      {done.length > 0 && (
        <details className="mt-8" open>
          <summary className="cursor-pointer text-sm font-medium text-soft">
            {TEXT.completed} · {done.length}
          </summary>
          <ul className="mt-3 grid gap-2">{done.map(row)}</ul>
        </details>
      )}
    </>
  );
}

/** Ranks sort as bytes, which no locale's comparison does. */
function byPosition(one: Task, other: Task): number {
  if (one.position !== other.position) return one.position < other.position ? -1 : 1;
  return one.createdAt < other.createdAt ? -1 : 1;
}

function lastDoneFirst(one: Task, other: Task): number {
  return (one.completedAt ?? '') < (other.completedAt ?? '') ? 1 : -1;
}

function useMinute(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
