import { useEffect, useRef } from 'react';
import type { Task } from '@/features/tasks/board';
import { dueText } from '@/features/tasks/due';
import { notify } from './notification';
import type { Ring } from './rings';
import { TEXT } from './text';

/** Tells each ring by the system too, once over all tabs; those that were there as the page came are told by the page. */
export function useSystemNotifications(rings: readonly Ring[], onOpen: (task: Task) => void) {
  const open = useRef(onOpen);
  open.current = onOpen;
  /** What takes each of them away. */
  const told = useRef<Map<string, () => void> | null>(null);

  useEffect(() => {
    const first = told.current === null;
    told.current ??= new Map();
    const known = told.current;
    for (const { key, task, reminder } of rings) {
      if (known.has(key)) continue;
      const body = dueText(task, new Date());
      const options = { tag: reminder.id, ...(body && { body: TEXT.due(body) }) };
      known.set(key, first ? () => {} : notify(task.title, options, () => open.current(task)));
    }
    for (const [key, takeAway] of known) {
      if (rings.some((ring) => ring.key === key)) continue;
      takeAway();
      known.delete(key);
    }
  }, [rings]);

  useEffect(
    () => () => {
      for (const takeAway of told.current?.values() ?? []) takeAway();
    },
    [],
  );
}
