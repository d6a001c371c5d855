import { clsx } from 'clsx';
import { Check } from 'lucide-react';
import { TEXT as BULK } from '@/features/bulk/text';
import { isShownHere } from '@/features/views/shownHere';
import { isFirst } from '@/ui/isFirst';
import type { Task } from './board';
import { useTaskChanges } from './changes';
import { TEXT } from './text';
import type { When } from './when';

interface Props {
  task: Task;
  when: When;
  /** Whether it is chosen, while tasks are. */
  chosen: boolean | undefined;
  onChoose: (range: boolean) => void;
}

/** Ticks a task off; while tasks are chosen, chooses it. It stays the same element, and so keeps the focus. */
export function RowCheckbox({ task, when, chosen, onChoose }: Props) {
  const changes = useTaskChanges();
  const choosing = chosen !== undefined;
  const done = task.completed ? TEXT.markOpen(task.title) : TEXT.markDone(task.title);
  return (
    <span className="relative grid size-6 shrink-0 place-items-center">
      <input
        type="checkbox"
        checked={choosing ? chosen : task.completed}
        aria-label={choosing ? BULK.choose(task.title) : done}
        onChange={(event) => {
          const click = event.nativeEvent as MouseEvent;
          if (choosing) onChoose(click.shiftKey);
          else if (isFirst(click)) void changes.tick(task, !isShownHere(ticked(task), when));
        }}
        className={clsx(
          'peer cursor-pointer appearance-none border-2 border-soft transition checked:border-accent checked:bg-accent hover:border-accent',
          choosing ? 'size-5 rounded-md' : 'size-6 rounded-full',
        )}
      />
      <Check
        aria-hidden
        className={clsx(
          'pointer-events-none absolute hidden text-accent-ink peer-checked:block',
          choosing ? 'size-3.5' : 'size-4',
        )}
        strokeWidth={3}
      />
    </span>
  );
}

/** As it is going to be. */
function ticked(task: Task): Task {
  return { ...task, completed: !task.completed, completedAt: task.completed ? null : new Date().toISOString() };
}
