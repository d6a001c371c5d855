import { useEffect } from 'react';
import { toast } from 'sonner';
import { useLive } from '@/features/live/useLive';
import { useSubject } from '@/ui/useSubject';
import type { Task } from './board';
import { TEXT } from './text';
import { takeFromAddress, wanted$ } from './wanted';

/** Calls `onFound` with the task that something elsewhere leads to, once it is known. */
export function useWanted(tasks: readonly Task[] | undefined, onFound: (task: Task) => void) {
  const live = useLive();
  const id = useSubject(wanted$);

  useEffect(takeFromAddress, []);

  useEffect(() => {
    if (id === null || !tasks) return;
    const task = tasks.find((task) => task.id === id);
    if (task) onFound(task);
    else if (live) toast(TEXT.gone, { id: TEXT.gone });
    else return; // it may come
    wanted$.next(null);
  });
}
