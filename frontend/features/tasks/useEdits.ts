import { useState } from 'react';
import { flushSync } from 'react-dom';
import { toast } from 'sonner';
import { decide, leftOf, taskIdOf } from '@/features/refused/refused';
import { useReminderChanges } from '@/features/reminders/changes';
import type { Counting } from '@/features/reminders/edits';
import { useHere } from '@/features/session/SignedIn';
import { newId } from '@/graphql/ids';
import { isOccupied } from '@/ui/isTyping';
import type { Task } from './board';
import { useTaskChanges } from './changes';
import { type Begun, UNTOUCHED } from './drafts';
import { TEXT } from './text';

/** What opens by itself does so while its maker is still there. */
const SOON_MS = 3_000;
/** How long what was given up can be had back. */
const UNDO_MS = 10_000;

/** A task as it was when its editing began, and what was changed of it by then. */
interface Edit extends Begun {
  key: string;
}

/** What is in the editor. */
export function useEdits() {
  const { outbox, drafts } = useHere().store;
  const changes = useTaskChanges();
  const reminders = useReminderChanges();
  /** What is still being written: where the page went meanwhile, or another task was opened. */
  const unfinished = (): Edit | null => {
    const begun = drafts.latest();
    return begun ? { key: newId(), ...begun } : null;
  };
  const [edit, setEdit] = useState(unfinished);

  /** What could not be saved of it, and what was being written, is in the editor at once. */
  const begunOn = (task: Task): Begun => {
    const kept = drafts.of(task.id) ?? UNTOUCHED;
    return { task, unsaved: { ...kept, draft: { ...leftOf(outbox.refused$.value, task.id), ...kept.draft } } };
  };
  const begin = (begun: Begun) => setEdit({ key: newId(), ...begun });
  const open = (task: Task) => begin(begunOn(task));

  return {
    edit,
    open,

    /** Gives up what was written, which can be had back for a while. */
    close() {
      const unsaved = edit && drafts.of(edit.task.id);
      if (edit) drafts.drop(edit.task.id);
      setEdit(unfinished());
      if (!edit || !unsaved) return;
      const begun = { task: edit.task, unsaved };
      toast(TEXT.givenUp(edit.task.title), {
        duration: UNDO_MS,
        action: { label: TEXT.keepEditing, onClick: () => begin(begun) },
      });
    },

    /** Opens a task that is not open already. */
    look(task: Task) {
      if (edit?.task.id !== task.id) open(task);
    },

    remove(task: Task) {
      drafts.drop(task.id);
      flushSync(() => setEdit(unfinished()));
      decide(outbox, task.id);
      // Once the focus is back on its row: from there the list keeps it.
      setTimeout(() => void changes.remove(task));
    },

    async save(task: Task, { draft, reminders: edits, subtask }: Begun['unsaved'], counting: Counting) {
      const began = Date.now();
      drafts.drop(task.id);
      setEdit(unfinished());
      decide(outbox, task.id); // it was part of the draft
      if (task.deletedAt !== null) void changes.restore(task);
      const saving = changes.save(task, draft);
      reminders.save(task.id, task.reminders, edits, counting); // after the due date that they are counted from
      if (subtask.trim()) void changes.create({ title: subtask.trim(), project: task.project, parent: task });
      const left = await saving;
      if (!left) return;
      // What was sent is above the list until it is decided; it does not get into the way of what is done meanwhile.
      const told = outbox.refused$.value.some(({ change }) => taskIdOf(change) === task.id);
      if (!told || (Date.now() - began < SOON_MS && !isOccupied()))
        begin({ task, unsaved: { ...UNTOUCHED, draft: left } });
    },
  };
}

export type Edits = ReturnType<typeof useEdits>;
