'use client';

import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Project } from './board';
import { type NewTask, useTaskChanges } from './changes';
import { TEXT } from './text';

interface Props {
  project: Project | null;
  /** What a task gets as well, from where it is added. */
  with?: Pick<NewTask, 'dueOn' | 'labels'>;
}

export function NewTaskField({ project, with: also }: Props) {
  const [title, setTitle] = useState('');
  const changes = useTaskChanges();

  function submit(event: FormEvent) {
    event.preventDefault();
    const trimmed = title.trim();
    if (!trimmed) return;
    void changes.create({ title: trimmed, project, ...also });
    setTitle('');
  }

  return (
    <form
      onSubmit={submit}
      className="flex items-center gap-2 rounded-xl border border-line bg-card px-3 shadow-sm focus-within:outline-2 focus-within:outline-accent"
    >
      <Plus aria-hidden className="size-5 text-soft" />
      <input
        data-testid="new-task"
        aria-label={TEXT.add}
        placeholder={TEXT.addHint}
        value={title}
        maxLength={500}
        onChange={(event) => setTitle(event.target.value)}
        className="h-12 w-full bg-transparent placeholder:text-soft focus-visible:outline-none"
      />
    </form>
  );
}
