/** What is being written and is not saved, apart from what shows it: a form that goes without being closed, with the
 * page it is on or as its owner is signed out elsewhere, is there again as they come back to it in this tab. */

import { hasEdits, NO_EDITS, type ReminderEdits } from '@/features/reminders/edits';
import type { OwnMoment } from '@/features/reminders/own';
import { NOTHING_OWN } from '@/features/reminders/own';
import type { Task } from './board';
import { type Draft, isEmpty } from './draft';

/** All that was done to a task in an editor. */
export interface Unsaved {
  draft: Draft;
  reminders: ReminderEdits;
  /** What was typed to be added to it, and was not yet. */
  subtask: string;
  label: string;
  reminder: OwnMoment;
}

export interface Begun {
  task: Task;
  unsaved: Unsaved;
}

/** The line of a new task. */
export interface Line {
  text: string;
  /** What of it is to be plain words. */
  plain: readonly string[];
}

interface Kept {
  userId: string;
  /** The last that was written in comes last. */
  edits: readonly Begun[];
  line: Line;
}

export const UNTOUCHED: Unsaved = { draft: {}, reminders: NO_EDITS, subtask: '', label: '', reminder: NOTHING_OWN };
export const NO_LINE: Line = { text: '', plain: [] };
/** Counts up with every change of the form. */
const KEY = 'taskflow-drafts-1';

export function isUntouched({ draft, reminders, subtask, label, reminder }: Unsaved): boolean {
  const typed = subtask.trim() || label.trim() || reminder.wall || reminder.amount !== null;
  return isEmpty(draft) && !hasEdits(reminders) && !typed;
}

export class Drafts {
  private kept: Kept;

  constructor(userId: string) {
    const kept = read();
    this.kept = kept?.userId === userId ? kept : { userId, edits: [], line: NO_LINE };
    if (kept !== this.kept) this.clear(); // it may be another person's
  }

  get line(): Line {
    return this.kept.line;
  }

  set line(line: Line) {
    this.write({ ...this.kept, line });
  }

  of(taskId: string): Unsaved | undefined {
    return this.kept.edits.find(({ task }) => task.id === taskId)?.unsaved;
  }

  latest(): Begun | undefined {
    return this.kept.edits.at(-1);
  }

  keep(task: Task, unsaved: Unsaved) {
    const others = this.kept.edits.filter((other) => other.task.id !== task.id);
    this.write({ ...this.kept, edits: isUntouched(unsaved) ? others : [...others, { task, unsaved }] });
  }

  drop(taskId: string) {
    if (this.of(taskId)) this.write({ ...this.kept, edits: this.kept.edits.filter(({ task }) => task.id !== taskId) });
  }

  clear() {
    this.write({ ...this.kept, edits: [], line: NO_LINE });
  }

  private write(kept: Kept) {
    this.kept = kept;
    try {
      if (kept.edits.length === 0 && kept.line.text === '') sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // It stays as long as the page does.
    }
  }
}

function read(): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Kept | null;
  } catch {
    return null;
  }
}
