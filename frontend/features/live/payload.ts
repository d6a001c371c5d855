import type { Reminder } from '@/features/reminders/fragment';
import type { Board, Label, Project, Task } from '@/features/tasks/board';

/** What mutations of this app answer: null where it is old news. */
export type Payload = {
  task?: Task | null;
  tasks?: (Task | null)[];
  reminder?: Reminder | null;
  project?: Project | null;
  label?: Label | null;
  user?: Board['viewer'] | null;
  errors?: { message: string }[];
} | null;
