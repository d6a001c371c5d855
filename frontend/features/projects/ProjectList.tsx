'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Project } from '@/features/tasks/board';
import { IconButton } from '@/ui/Button';
import { Dot, NavItem } from '@/ui/NavItem';
import { useProjectChanges } from './changes';
import { NameDialog } from './NameDialog';
import { TEXT } from './text';

interface Props {
  projects: readonly Project[];
  /** Open tasks, by the project's id. */
  counts: ReadonlyMap<string, number>;
  selected: string | null;
  onSelect: (id: string) => void;
}

export function ProjectList({ projects, counts, selected, onSelect }: Props) {
  const changes = useProjectChanges();
  const [naming, setNaming] = useState(false);
  const sorted = [...projects].sort((one, other) => (one.position < other.position ? -1 : 1));
  const archived = sorted.filter((project) => project.archived);
  const list = (some: readonly Project[]) => (
    <ul className="grid grid-cols-[minmax(0,1fr)] gap-0.5">
      {some.map(({ id, name, color }) => (
        <li key={id}>
          <NavItem
            icon={<Dot color={color} />}
            label={name}
            count={counts.get(id)}
            current={selected === id}
            onClick={() => onSelect(id)}
          />
        </li>
      ))}
    </ul>
  );

  return (
    <section>
      <div className="mb-0.5 flex items-center justify-between pl-2">
        <h2 className="text-xs font-semibold tracking-wide text-soft uppercase">{TEXT.heading}</h2>
        <IconButton label={TEXT.add} className="size-8 min-h-8" onClick={() => setNaming(true)}>
          <Plus aria-hidden className="size-4" />
        </IconButton>
      </div>
      {projects.length === 0 && <p className="px-2 text-xs text-soft">{TEXT.none}</p>}
      {list(sorted.filter((project) => !project.archived))}
      {archived.length > 0 && (
        <details className="mt-1">
          <summary className="cursor-pointer rounded-lg px-2 py-1.5 text-sm text-soft">
            {TEXT.archived} · {archived.length}
          </summary>
          {list(archived)}
        </details>
      )}
      {naming && (
        <NameDialog
          title={TEXT.add}
          name=""
          onClose={() => setNaming(false)}
          onName={(name) => onSelect(changes.create(name, projects.length).id)}
        />
      )}
    </section>
  );
}
