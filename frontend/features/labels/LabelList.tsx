'use client';

import { Plus, Tag } from 'lucide-react';
import { useState } from 'react';
import type { Label } from '@/features/tasks/board';
import { IconButton } from '@/ui/Button';
import { NavItem } from '@/ui/NavItem';
import { useLabelChanges } from './changes';
import { nextColor } from './colors';
import { LabelDialog } from './LabelDialog';
import { byName } from './order';
import { TEXT } from './text';

interface Props {
  labels: readonly Label[];
  /** Open tasks, by the label's id. */
  counts: ReadonlyMap<string, number>;
  selected: string | null;
  onSelect: (id: string) => void;
}

export function LabelList({ labels, counts, selected, onSelect }: Props) {
  const changes = useLabelChanges();
  const [naming, setNaming] = useState(false);
  return (
    <section>
      <div className="mb-0.5 flex items-center justify-between pl-2">
        <h2 className="text-xs font-semibold tracking-wide text-soft uppercase">{TEXT.heading}</h2>
        <IconButton label={TEXT.add} className="size-8 min-h-8" onClick={() => setNaming(true)}>
          <Plus aria-hidden className="size-4" />
        </IconButton>
      </div>
      {labels.length === 0 && <p className="px-2 text-xs text-soft">{TEXT.none}</p>}
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-0.5">
        {[...labels].sort(byName).map(({ id, name, color }) => (
          <li key={id}>
            <NavItem
              icon={<Tag className="size-4" style={{ color }} />}
              label={name}
              count={counts.get(id)}
              current={selected === id}
              onClick={() => onSelect(id)}
            />
          </li>
        ))}
      </ul>
      {naming && (
        <LabelDialog
          title={TEXT.add}
          label={{ name: '', color: nextColor(labels.map(({ color }) => color)) }}
          onClose={() => setNaming(false)}
          onLabel={({ name, color }) => onSelect(changes.create(name, color).id)}
        />
      )}
    </section>
  );
}
