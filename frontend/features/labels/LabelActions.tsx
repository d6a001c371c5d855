'use client';

import { Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { NamedDialog } from '@/features/named/NamedDialog';
import type { Label } from '@/features/tasks/board';
import { IconButton } from '@/ui/Button';
import { Confirm } from '@/ui/Confirm';
import { useLabelChanges } from './changes';
import { TEXT } from './text';

interface Props {
  label: Label;
  /** How many tasks have it. */
  tasks: number;
  onRemoved: () => void;
}

/** What can be done to a label, beside its name. */
export function LabelActions({ label, tasks, onRemoved }: Props) {
  const changes = useLabelChanges();
  const [asking, setAsking] = useState<'fields' | 'delete' | null>(null);
  const close = () => setAsking(null);
  return (
    <>
      <IconButton label={TEXT.edit(label.name)} onClick={() => setAsking('fields')}>
        <Pencil aria-hidden className="size-4" />
      </IconButton>
      <IconButton label={TEXT.remove(label.name)} onClick={() => setAsking('delete')}>
        <Trash2 aria-hidden className="size-4" />
      </IconButton>
      {asking === 'fields' && (
        <NamedDialog
          title={TEXT.editing}
          named={label}
          onClose={close}
          onSave={(fields) => changes.update(label, fields)}
        />
      )}
      {asking === 'delete' && (
        <Confirm
          title={TEXT.removing(label.name)}
          action={TEXT.removeIt}
          cancel={TEXT.cancel}
          onClose={close}
          onConfirm={() => {
            void changes.remove(label);
            onRemoved();
          }}
        >
          {TEXT.removed(tasks)}
        </Confirm>
      )}
    </>
  );
}
