'use client';

import { clsx } from 'clsx';
import { CalendarDays, Check, ListChecks, Pencil, Trash2 } from 'lucide-react';
import { LabelTag } from '@/features/labels/LabelTag';
import { RecurrenceFact } from '@/features/recurrence/RecurrenceFact';
import { NextRing } from '@/features/reminders/NextRing';
import { IconButton } from '@/ui/Button';
import type { Task } from './board';
import { useTaskChanges } from './changes';
import { dueText, isOverdue } from './due';
import { TEXT } from './text';

const PRIORITY_LOOKS = {
  NONE: '',
  LOW: 'text-good',
  MEDIUM: 'text-warn',
  HIGH: 'text-danger',
  URGENT: 'text-danger font-semibold',
} as const;

interface Props {
  task: Task;
  subtasks: readonly Task[];
  series: Task | undefined;
  now: Date;
  showProject: boolean;
  onEdit: (task: Task) => void;
}

export function TaskRow({ task, subtasks, series, now, showProject, onEdit }: Props) {
  const changes = useTaskChanges();
  const due = dueText(task, now);
  const late = isOverdue(task, now);
  const done = subtasks.filter(({ completed }) => completed).length;
  return (
    <div
      data-testid="task-row"
      data-task-id={task.id}
      className="group flex items-center gap-3 rounded-xl border border-line bg-card px-3 py-2 shadow-sm"
    >
      <span className="relative grid size-6 shrink-0 place-items-center">
        <input
          type="checkbox"
          checked={task.completed}
          aria-label={task.completed ? TEXT.markOpen(task.title) : TEXT.markDone(task.title)}
          onChange={() => void changes.setCompleted(task, !task.completed)}
          className="peer size-6 cursor-pointer appearance-none rounded-full border-2 border-soft transition checked:border-accent checked:bg-accent hover:border-accent"
        />
        <Check
          aria-hidden
          className="pointer-events-none absolute hidden size-4 text-accent-ink peer-checked:block"
          strokeWidth={3}
        />
      </span>
      <div className="min-w-0 flex-1">
        <p className={clsx('wrap-anywhere', task.completed && 'text-soft line-through')}>{task.title}</p>
        <p className="flex flex-wrap items-center gap-x-3 text-xs text-soft empty:hidden">
          {due && (
            <span className={clsx('inline-flex items-center gap-1', late && 'font-medium text-danger')}>
              <CalendarDays aria-hidden className="size-3.5" />
              {due}
              {late && <span className="sr-only">, {TEXT.overdue}</span>}
            </span>
          )}
          <RecurrenceFact task={task} series={series} now={now} />
          <NextRing reminders={task.reminders} now={now} />
          {task.priority !== 'NONE' && (
            <span className={PRIORITY_LOOKS[task.priority]}>{TEXT.priorities[task.priority]}</span>
          )}
          {subtasks.length > 0 && (
            <span className="inline-flex items-center gap-1">
              <ListChecks aria-hidden className="size-3.5" />
              <span aria-hidden>
                {done}/{subtasks.length}
              </span>
              <span className="sr-only">{TEXT.subtasksDone(done, subtasks.length)}</span>
            </span>
          )}
          {showProject && task.project && (
            <span className="inline-flex items-center gap-1">
              <span aria-hidden className="size-2 shrink-0 rounded-full" style={{ background: task.project.color }} />
              {task.project.name}
            </span>
          )}
          {task.labels.map((label) => (
            <LabelTag key={label.id} label={label} />
          ))}
          {task.version === 0 && <span className="text-warn">{TEXT.waiting}</span>}
        </p>
      </div>
      <div className="flex shrink-0 sm:gap-2">
        <IconButton label={TEXT.edit(task.title)} onClick={() => onEdit(task)}>
          <Pencil aria-hidden className="size-4" />
        </IconButton>
        <IconButton label={TEXT.remove(task.title)} onClick={() => void changes.remove(task)}>
          <Trash2 aria-hidden className="size-4" />
        </IconButton>
      </div>
    </div>
  );
}
