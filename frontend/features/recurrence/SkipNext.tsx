import { SkipForward } from 'lucide-react';
import type { Task } from '@/features/tasks/board';
import { useWhen } from '@/features/tasks/when';
import { Button } from '@/ui/Button';
import { useRecurrenceChanges } from './changes';
import { frameOf } from './repeats';
import { TEXT } from './text';
import { shortText } from './words';

/** Leaves out the next occurrence, at once. `then` is the one after it, as far as that is known. */
export function SkipNext({ task, then }: { task: Task; then: string | null }) {
  const changes = useRecurrenceChanges();
  const when = useWhen();
  const next = task.recurrence?.nextOccurrence;
  if (!next) return null;
  const frame = frameOf(task, task.dueOn ?? task.dueDate);
  return (
    <Button kind="outline" className="justify-self-start" onClick={() => void changes.skip(task, next, then)}>
      <SkipForward aria-hidden className="size-4" />
      {TEXT.skip(shortText(next, frame, when))}
    </Button>
  );
}
