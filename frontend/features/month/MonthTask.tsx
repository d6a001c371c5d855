import { clsx } from 'clsx';
import { Repeat } from 'lucide-react';
import type { Task } from '@/features/tasks/board';
import { isOverdue, timeText } from '@/features/tasks/due';
import type { When } from '@/features/tasks/when';
import { plusDays } from '@/features/tasks/zone';
import { carry } from './carry';
import { TEXT } from './text';

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const LOOK =
  'flex w-full items-center gap-1 rounded-md px-1 py-0.5 text-left text-[0.625rem] leading-4 sm:px-1.5 sm:text-xs';

interface Props {
  task: Task;
  day: string;
  when: When;
  onOpen: () => void;
  onMove: (to: string) => void;
}

/** A task on its day. */
export function MonthTask({ task, day, when, onOpen, onMove }: Props) {
  const time = task.dueOn === null && task.dueDate !== null ? timeText(new Date(task.dueDate), when.zone) : null;
  const color = task.project?.color;
  return (
    <button
      type="button"
      data-testid="month-task"
      data-task-id={task.id}
      title={task.title}
      aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight Alt+ArrowUp Alt+ArrowDown"
      onClick={onOpen}
      onPointerDown={(event) => {
        if (event.button === 0 && event.isPrimary) carry(event.nativeEvent, event.currentTarget, onMove);
      }}
      onKeyDown={(event) => {
        const days = STEPS[event.key];
        if (!event.altKey || !days) return;
        event.preventDefault();
        onMove(plusDays(day, days));
      }}
      className={clsx(
        LOOK,
        'cursor-grab rounded-l-sm border border-l-[3px] border-line bg-card shadow-xs hover:bg-line/40 data-carried:opacity-40',
        'touch-manipulation select-none [-webkit-touch-callout:none]',
        task.completed && 'text-soft line-through',
        isOverdue(task, when) && 'text-danger',
      )}
      style={color ? { borderLeftColor: color } : {}}
    >
      {time && <span className="hidden shrink-0 text-soft tabular-nums sm:inline">{time}</span>}
      <span dir="auto" className="min-w-0 truncate">
        {task.title}
      </span>
      {task.completed && <span className="sr-only">, {TEXT.done}</span>}
    </button>
  );
}

/** Where a series will come again. */
export function MonthOccurrence({ task, onOpen }: { task: Task; onOpen: () => void }) {
  return (
    <button
      type="button"
      aria-label={TEXT.occurrence(task.title)}
      title={TEXT.occurrence(task.title)}
      onClick={onOpen}
      className={clsx(LOOK, 'border border-dashed border-line text-soft hover:bg-line/40')}
    >
      <Repeat aria-hidden className="hidden size-3 shrink-0 sm:block" />
      <span dir="auto" className="min-w-0 truncate">
        {task.title}
      </span>
    </button>
  );
}
