import { toast } from 'sonner';
import type { Task } from '@/features/tasks/board';
import { wanted$ } from '@/features/tasks/wanted';
import type { When } from '@/features/tasks/when';
import { OFFER_MS } from '@/ui/undo';
import { isShownHere } from './shownHere';
import { TEXT } from './text';

/** Says where a new task is, and leads there, unless it is seen in the place that is open. */
export function sayWhere({ task, saved }: { task: Task; saved: Promise<boolean> }, when: When) {
  if (isShownHere(task, when)) return;
  const said = toast(TEXT.added(task.title, task.project?.name ?? TEXT.views.all), {
    action: { label: TEXT.show, onClick: () => wanted$.next(task.id) },
    duration: OFFER_MS,
  });
  void saved.then((well) => well || toast.dismiss(said));
}
