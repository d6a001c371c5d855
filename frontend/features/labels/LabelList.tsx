'use client';

import { Tag } from 'lucide-react';
import { NamedList } from '@/features/named/NamedList';
import type { Label } from '@/features/tasks/board';
import { useLabelChanges } from './changes';
import { byName } from './order';
import { TEXT } from './text';

interface Props {
  labels: readonly Label[];
  /** Open tasks, by the label's id. */
  counts: ReadonlyMap<string, number>;
  selected: string | null;
  onSelect: (id: string) => void;
}

export function LabelList({ labels, ...props }: Props) {
  const changes = useLabelChanges();
  return (
    <NamedList
      {...props}
      text={TEXT}
      things={[...labels].sort(byName)}
      icon={(color) => <Tag className="size-4" style={{ color }} />}
      onCreate={({ name, color }) => changes.create(name, color)}
    />
  );
}
