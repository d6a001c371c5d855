'use client';

import { clsx } from 'clsx';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Project, Task } from '@/features/tasks/board';
import { Button } from '@/ui/Button';
import { useProjectChanges } from './changes';
import { NameDialog } from './NameDialog';
import { TEXT } from './text';

/** On a phone one row, which scrolls. */
const ROW = '-mx-4 flex gap-1 overflow-x-auto px-4 py-1 sm:mx-0 sm:block sm:overflow-visible sm:p-0';

interface Props {
  projects: readonly Project[];
  tasks: readonly Task[];
  selected: Project | null;
  onSelect: (id: string | null) => void;
}

export function ProjectList({ projects, tasks, selected, onSelect }: Props) {
  const changes = useProjectChanges();
  const [naming, setNaming] = useState(false);
  const sorted = [...projects].sort((one, other) => (one.position < other.position ? -1 : 1));
  const archived = sorted.filter((project) => project.archived);
  const open = (project: Project | null) =>
    tasks.filter((task) => !task.completed && (!project || task.project?.id === project.id)).length;
  const item = (project: Project | null) => (
    <button
      type="button"
      aria-current={selected?.id === project?.id ? 'page' : undefined}
      onClick={() => onSelect(project?.id ?? null)}
      className={clsx(
        'flex min-h-9 max-w-56 items-center gap-2 rounded-lg px-2 text-left text-sm sm:w-full sm:max-w-none',
        selected?.id === project?.id ? 'bg-line/70 font-medium' : 'hover:bg-line/40',
      )}
    >
      <span
        aria-hidden
        className="size-2.5 shrink-0 rounded-full border border-soft"
        style={project ? { background: project.color, borderColor: project.color } : {}}
      />
      <span className="min-w-0 flex-1 truncate">{project ? project.name : TEXT.all}</span>
      <span className="text-xs text-soft">{open(project) || ''}</span>
    </button>
  );
  const list = (some: readonly Project[]) => (
    <ul className="flex gap-1 sm:mt-1 sm:grid sm:grid-cols-[minmax(0,1fr)]">
      {some.map((project) => (
        <li key={project.id}>{item(project)}</li>
      ))}
    </ul>
  );

  return (
    <nav aria-label={TEXT.heading} className="min-w-0">
      <div className={ROW}>
        {item(null)}
        {list(sorted.filter((project) => !project.archived))}
        <Button kind="quiet" className="shrink-0 justify-start px-2! sm:mt-1 sm:w-full" onClick={() => setNaming(true)}>
          <Plus aria-hidden className="size-4" />
          {TEXT.add}
        </Button>
      </div>
      {archived.length > 0 && (
        <details className="mt-2">
          <summary className="cursor-pointer rounded-lg px-2 py-1.5 text-sm text-soft">
            {TEXT.archived} · {archived.length}
          </summary>
          <div className={ROW}>{list(archived)}</div>
        </details>
      )}
      {naming && (
        <NameDialog
          title={TEXT.add}
          name=""
          onClose={() => setNaming(false)}
          onName={(name) => onSelect(changes.create(name, projects.length))}
        />
      )}
    </nav>
  );
}
