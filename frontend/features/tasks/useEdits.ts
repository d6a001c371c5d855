import { useState } from 'react';
import { flushSync } from 'react-dom';
import { decide, leftOf } from '@/features/refused/refused';
import { useReminderChanges } from '@/features/reminders/changes';
import type { Counting, ReminderEdits } from '@/features/reminders/edits';
import { useHere } from '@/features/session/SignedIn';
import { newId } from '@/graphql/ids';
import type { Task } from './board';
import { useTaskChanges } from './changes';
import type { Draft } from './draft';

/** A task as it was when its editing began, and what is changed of it. */
export interface Edit {
  key: string;
  task: Task;
  draft: Draft;
}

/** What is in the editor, and what waits to be. */
export function useEdits() {
  const { outbox } = useHere().store;
  const changes = useTaskChanges();
  const reminders = useReminderChanges();
  /** The first is open; the others are what could not be saved meanwhile. */
  const [edits, setEdits] = useState<Edit[]>([]);

  const open = (task: Task, draft: Draft = leftOf(outbox.refused$.value, task.id)) =>
    setEdits((edits) => [...edits, { key: newId(), task, draft }]);
  const close = () => setEdits(([, ...waiting]) => waiting);

  return {
    edit: edits[0],
    open,
    close,

    /** Opens a task that is not open already. */
    look(task: Task) {
      if (!edits.some((edit) => edit.task.id === task.id)) open(task);
    },

    /** Opens a task in the place of the one that is open. */
    openInstead(task: Task) {
      close();
      open(task);
    },

    remove(task: Task) {
      flushSync(close);
      decide(outbox, task.id);
      // Once the focus is back on its row: from there the list keeps it.
      setTimeout(() => void changes.remove(task));
    },

    async save(task: Task, draft: Draft, edits: ReminderEdits, counting: Counting) {
      close();
      decide(outbox, task.id); // it was part of the draft
      if (task.deletedAt !== null) void changes.restore(task);
      const saving = changes.save(task, draft);
      reminders.save(task.id, task.reminders, edits, counting); // after the due date that they are counted from
      const left = await saving;
      if (left) open(task, left);
    },
  };
}

export type Edits = ReturnType<typeof useEdits>;
