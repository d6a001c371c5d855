'use client';

import { NamedList } from '@/features/named/NamedList';
import type { Project } from '@/features/tasks/board';
import { Dot } from '@/ui/NavItem';
import { useProjectChanges } from './changes';
import { TEXT } from './text';

interface Props {
  projects: readonly Project[];
  /** Open tasks, by the project's id. */
  counts: ReadonlyMap<string, number>;
  selected: string | null;
  onSelect: (id: string) => void;
}

export function ProjectList({ projects, ...props }: Props) {
  const changes = useProjectChanges();
  const sorted = [...projects].sort((one, other) => (one.position < other.position ? -1 : 1));
  return (
    <NamedList
      {...props}
      text={TEXT}
      things={sorted.filter(({ archived }) => !archived)}
      archived={sorted.filter(({ archived }) => archived)}
      icon={(color) => <Dot color={color} />}
      onCreate={({ name, color }) => changes.create(name, color)}
    />
  );
}
