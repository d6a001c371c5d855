'use client';

import { clsx } from 'clsx';
import { Pencil, Plus, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Project, Task } from '@/features/tasks/board';
import { Button, IconButton } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import { useProjectChanges } from './changes';
import { TEXT } from './text';

interface Props {
  projects: readonly Project[];
  tasks: readonly Task[];
  selected: Project | null;
  onSelect: (id: string | null) => void;
}

export function ProjectList({ projects, tasks, selected, onSelect }: Props) {
  const changes = useProjectChanges();
  const [naming, setNaming] = useState<Project | 'new' | null>(null);
  const open = (project: Project | null) =>
    tasks.filter((task) => !task.completed && (!project || task.project?.id === project.id)).length;
  const item = (project: Project | null) => (
    <button
      type="button"
      aria-current={selected?.id === project?.id ? 'page' : undefined}
      onClick={() => onSelect(project?.id ?? null)}
      className={clsx(
        'flex min-h-9 w-full items-center gap-2 rounded-lg px-2 text-left text-sm',
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

  return (
    <nav aria-label={TEXT.heading}>
      {item(null)}
      <ul className="mt-1 grid gap-1">
        {[...projects]
          .sort((one, other) => (one.position < other.position ? -1 : 1))
          .map((project) => (
            <li key={project.id} className="flex items-center">
              {item(project)}
              {selected?.id === project.id && (
                <>
                  <IconButton label={TEXT.rename(project.name)} onClick={() => setNaming(project)}>
                    <Pencil aria-hidden className="size-3.5" />
                  </IconButton>
                  <IconButton
                    label={TEXT.remove(project.name)}
                    title={TEXT.deleteHint}
                    onClick={() => changes.remove(project)}
                  >
                    <Trash2 aria-hidden className="size-3.5" />
                  </IconButton>
                </>
              )}
            </li>
          ))}
      </ul>
      <Button kind="quiet" className="mt-1 w-full justify-start px-2" onClick={() => setNaming('new')}>
        <Plus aria-hidden className="size-4" />
        {TEXT.add}
      </Button>
      {naming && (
        <NameDialog
          title={naming === 'new' ? TEXT.add : TEXT.renaming}
          name={naming === 'new' ? '' : naming.name}
          onClose={() => setNaming(null)}
          onName={(name) => {
            if (naming === 'new') onSelect(changes.create(name, projects.length));
            else changes.rename(naming, name);
          }}
        />
      )}
    </nav>
  );
}

interface NameProps {
  title: string;
  name: string;
  onName: (name: string) => void;
  onClose: () => void;
}

function NameDialog({ title, name: known, onName, onClose }: NameProps) {
  const [name, setName] = useState(known);

  function submit(event: FormEvent) {
    event.preventDefault();
    onName(name.trim());
    onClose();
  }

  return (
    <Modal title={title} closeLabel={TEXT.cancel} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <TextField
          label={TEXT.name}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
          pattern=".*\S.*"
          maxLength={100}
        />
        <Button type="submit" className="justify-self-end">
          {TEXT.save}
        </Button>
      </form>
    </Modal>
  );
}
