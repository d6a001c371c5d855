import type { Task } from '@/features/tasks/board';

type Texts = Pick<Task, 'title' | 'description'>;

/** Of thousands of tasks it takes longer than a letter is typed. */
const known = new WeakMap<Texts, string>();

/** A test whether every word stands in the title or the notes, case and accents aside. */
export function matching(words: string): (task: Texts) => boolean {
  const wanted = folded(words).split(/\s+/);
  return (task) => {
    const text = known.get(task) ?? folded(`${task.title}\n${task.description}`);
    known.set(task, text);
    return wanted.every((word) => text.includes(word));
  };
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
