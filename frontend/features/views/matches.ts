import type { Task } from '@/features/tasks/board';
import { caseless } from '@/ui/caseless';

type Texts = Pick<Task, 'title' | 'description'>;

/** Of thousands of tasks it takes longer than a letter is typed. */
const known = new WeakMap<Texts, string>();

/** A test whether every word stands in the title or the notes, case and accents aside. */
export function matching(words: string): (task: Texts) => boolean {
  const wanted = caseless(words).split(/\s+/);
  return (task) => {
    const text = known.get(task) ?? caseless(`${task.title}\n${task.description}`);
    known.set(task, text);
    return wanted.every((word) => text.includes(word));
  };
}
