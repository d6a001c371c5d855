'use client';

import { Archive, ArchiveRestore, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { NamedDialog } from '@/features/named/NamedDialog';
import type { Project } from '@/features/tasks/board';
import { IconButton } from '@/ui/Button';
import { Confirm } from '@/ui/Confirm';
import { useProjectChanges } from './changes';
import { TEXT } from './text';

interface Props {
  project: Project;
  /** How many tasks it holds. */
  tasks: number;
  onRemoved: () => void;
}

/** What can be done to a project, beside its name. */
export function ProjectActions({ project, tasks, onRemoved }: Props) {
  const changes = useProjectChanges();
  const [asking, setAsking] = useState<'fields' | 'delete' | null>(null);
  const close = () => setAsking(null);
  return (
    <>
      <IconButton label={TEXT.edit(project.name)} onClick={() => setAsking('fields')}>
        <Pencil aria-hidden className="size-4" />
      </IconButton>
      <IconButton
        label={project.archived ? TEXT.unarchive(project.name) : TEXT.archive(project.name)}
        onClick={() => changes.setArchived(project, !project.archived)}
      >
        {project.archived ? (
          <ArchiveRestore aria-hidden className="size-4" />
        ) : (
          <Archive aria-hidden className="size-4" />
        )}
      </IconButton>
      <IconButton label={TEXT.remove(project.name)} onClick={() => setAsking('delete')}>
        <Trash2 aria-hidden className="size-4" />
      </IconButton>
      {asking === 'fields' && (
        <NamedDialog
          title={TEXT.editing}
          named={project}
          onClose={close}
          onSave={(fields) => changes.edit(project, fields)}
        />
      )}
      {asking === 'delete' && (
        <Confirm
          title={TEXT.removing(project.name)}
          action={TEXT.removeIt}
          cancel={TEXT.cancel}
          onClose={close}
          onConfirm={() => {
            changes.remove(project);
            onRemoved();
          }}
        >
          {TEXT.removed(tasks)}
        </Confirm>
      )}
    </>
  );
}
