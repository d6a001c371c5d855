import { useEffect, useRef } from 'react';
import { usePushed } from '@/features/channels/usePushed';
import type { Task } from '@/features/tasks/board';
import { dueText } from '@/features/tasks/due';
import type { When } from '@/features/tasks/when';
import { closePushed, notify } from './notification';
import { type Ring, reminderOf } from './rings';
import { TEXT } from './text';

/** Tells each ring by the system too, once over all tabs; those that were there as the page came are told by the page.
 *
 * Where the server pushes them to this browser, it tells them. Either way what tells of a ring goes with it.
 */
export function useSystemNotifications(rings: readonly Ring[], when: When, onOpen: (task: Task) => void) {
  const pushed = usePushed();
  const open = useRef(onOpen);
  open.current = onOpen;
  /** What takes away what this page told of each, if it did. */
  const told = useRef<Map<string, (() => void) | null> | null>(null);

  useEffect(() => {
    const first = told.current === null;
    told.current ??= new Map();
    const known = told.current;
    for (const { key, task, reminder } of rings) {
      if (known.has(key)) continue;
      const body = dueText(task, when);
      const options = { tag: reminder.id, ...(body && { body: TEXT.due(body) }) };
      known.set(key, first || pushed ? null : notify(task.title, options, () => open.current(task)));
    }
    for (const [key, takeAway] of known) {
      if (rings.some((ring) => ring.key === key)) continue;
      takeAway?.();
      if (pushed) void closePushed(reminderOf(key)).catch(() => {});
      known.delete(key);
    }
  }, [rings, pushed, when]);

  useEffect(
    () => () => {
      for (const takeAway of told.current?.values() ?? []) takeAway?.();
    },
    [],
  );
}
