import type { Task } from '@/features/tasks/board';
import { useTaskChanges } from '@/features/tasks/changes';
import { type Draft, fieldsOf, touch } from '@/features/tasks/draft';
import { dayText } from '@/features/tasks/due';
import { useWhen } from '@/features/tasks/when';
import { announce } from '@/ui/announce';
import { offerUndo } from '@/ui/undo';
import { daysBetween, dueLater } from './month';
import { TEXT } from './text';

/** Moves a task from the day that it is shown on to another one; it can be undone. What others changed of its date
 * meanwhile is left to the editor. */
export function useMoveDue(onClash: (task: Task, draft: Draft) => void) {
  const changes = useTaskChanges();
  const when = useWhen();

  async function save(task: Task, was: string | null, mine: string | null) {
    const left = await changes.save(task, touch({}, 'due', mine, { ...fieldsOf(task), due: was }));
    if (left) onClash(task, left);
  }

  return (task: Task, from: string, to: string) => {
    const { due } = fieldsOf(task);
    const next = dueLater(task, daysBetween(from, to));
    if (from === to || next === null) return;
    void save(task, due, next);
    const said = TEXT.moved(task.title, dayText(to, when));
    announce(said);
    offerUndo(said, () => void save(task, next, due), { id: `due ${task.id}` });
  };
}
