'use client';

import { clsx } from 'clsx';
import { CalendarDays, Check, GripVertical, ListChecks, Pencil, Trash2, Undo2 } from 'lucide-react';
import { memo } from 'react';
import { LabelTag } from '@/features/labels/LabelTag';
import { RecurrenceFact } from '@/features/recurrence/RecurrenceFact';
import { NextRing } from '@/features/reminders/NextRing';
import { IconButton } from '@/ui/Button';
import { isFirst } from '@/ui/isFirst';
import { Swipeable } from '@/ui/Swipeable';
import type { Task } from './board';
import { useTaskChanges } from './changes';
import { dueText, dueTextOn, isOverdue } from './due';
import { RowCheckbox } from './RowCheckbox';
import { TEXT } from './text';
import type { When } from './when';

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
  when: When;
  /** The day that it stands below, where it does. */
  day: string | null;
  showProject: boolean;
  /** Whether it is chosen, while tasks are. */
  chosen: boolean | undefined;
  /** Whether it can be dragged to another place. */
  ordered: boolean;
  onChoose: (id: string, range: boolean) => void;
  onEdit: (task: Task) => void;
}

/** Drawn anew only where something of it is new: a list may have thousands. */
export const TaskRow = memo(function TaskRow({
  task,
  subtasks,
  series,
  when,
  day,
  showProject,
  chosen,
  ordered,
  onChoose,
  onEdit,
}: Props) {
  const changes = useTaskChanges();
  const due = day === null ? dueText(task, when) : dueTextOn(task, day, when);
  const late = isOverdue(task, when);
  const done = subtasks.filter(({ completed }) => completed).length;
  return (
    <Swipeable
      off={chosen !== undefined}
      right={{
        label: task.completed ? TEXT.reopenIt : TEXT.completeIt,
        icon: task.completed ? <Undo2 className="size-5" /> : <Check className="size-5" />,
        color: task.completed ? 'bg-warn' : 'bg-good',
        act: () => void changes.tick(task, true),
      }}
      left={{
        label: TEXT.deleteIt,
        icon: <Trash2 className="size-5" />,
        color: 'bg-danger',
        act: () => void changes.remove(task),
      }}
    >
      <div
        data-testid="task-row"
        data-task-id={task.id}
        className={clsx(
          'group relative flex items-center gap-3 rounded-xl border px-3 py-1.5 shadow-sm',
          chosen ? 'border-accent bg-accent/10' : 'border-line bg-card',
        )}
      >
        {ordered && (
          <span
            aria-hidden
            data-handle
            title={TEXT.drag}
            className="absolute inset-y-0 -left-4 grid w-4 cursor-grab print:hidden touch-none items-center text-soft/70 transition pointer-coarse:w-7 sm:opacity-0 sm:group-hover:opacity-100"
          >
            <GripVertical className="size-3.5" />
          </span>
        )}
        <RowCheckbox task={task} when={when} chosen={chosen} onChoose={(range) => onChoose(task.id, range)} />
        <div className="min-w-0 flex-1">
          <p dir="auto" className={clsx('wrap-anywhere', task.completed && 'text-soft line-through')}>
            {task.title}
          </p>
          <p className="flex flex-wrap items-center gap-x-3 text-xs text-soft empty:hidden">
            {due && (
              <span className={clsx('inline-flex items-center gap-1', late && 'font-medium text-danger')}>
                <CalendarDays aria-hidden className="size-3.5" />
                {due}
                {late && <span className="sr-only">, {TEXT.overdue}</span>}
              </span>
            )}
            <RecurrenceFact task={task} series={series} when={when} />
            <NextRing reminders={task.reminders} when={when} />
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
              <span className="inline-flex min-w-0 items-center gap-1">
                <span aria-hidden className="size-2 shrink-0 rounded-full" style={{ background: task.project.color }} />
                <span dir="auto" className="truncate">
                  {task.project.name}
                </span>
              </span>
            )}
            {task.labels.map((label) => (
              <LabelTag key={label.id} label={label} />
            ))}
            {task.version === 0 && <span className="text-warn">{TEXT.waiting}</span>}
          </p>
        </div>
        <div className="flex shrink-0 transition-opacity sm:gap-1 pointer-fine:not-group-hover:not-group-focus-within:opacity-0">
          <IconButton data-key="e" label={TEXT.edit(task.title)} onClick={() => onEdit(task)}>
            <Pencil aria-hidden className="size-4" />
          </IconButton>
          <IconButton
            data-key="Delete"
            label={TEXT.remove(task.title)}
            onClick={(event) => isFirst(event) && void changes.remove(task)}
            className="max-sm:pointer-coarse:not-focus-visible:sr-only"
          >
            <Trash2 aria-hidden className="size-4" />
          </IconButton>
        </div>
      </div>
    </Swipeable>
  );
});
