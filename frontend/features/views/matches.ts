import type { Task } from '@/features/tasks/board';

/** Whether every word stands in the title or the notes, case and accents aside. */
export function matches(task: Pick<Task, 'title' | 'description'>, words: string): boolean {
  const text = folded(`${task.title}\n${task.description}`);
  return folded(words)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
