import { CornerDownRight, Repeat } from 'lucide-react';
import type { Task } from '@/features/tasks/board';
import type { When } from '@/features/tasks/when';
import { frameOf } from './repeats';
import { TEXT } from './text';
import { shortText } from './words';

interface Props {
  task: Task;
  /** The one that it was spawned from, where that is known. */
  series: Task | undefined;
  when: When;
}

/** On a task: how it recurs and what is next, or what it comes from. */
export function RecurrenceFact({ task, series, when }: Props) {
  const { recurrence, spawnedFrom } = task;
  if (recurrence) {
    const next = recurrence.nextOccurrence;
    return (
      <span className="inline-flex items-start gap-1">
        <Repeat aria-hidden className="mt-px size-3.5 shrink-0" />
        <span>
          {recurrence.summary || TEXT.repeats}
          {next && ` · ${TEXT.nextOn(shortText(next, frameOf(task, task.dueOn ?? task.dueDate), when))}`}
        </span>
      </span>
    );
  }
  if (!spawnedFrom) return null;
  return (
    <span className="inline-flex min-w-0 items-center gap-1">
      <CornerDownRight aria-hidden className="size-3.5 shrink-0" />
      <span className="truncate">{TEXT.fromSeries(series?.title)}</span>
    </span>
  );
}
