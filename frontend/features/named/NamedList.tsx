'use client';

import { Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { IconButton } from '@/ui/Button';
import { later } from '@/ui/later';
import { NavItem } from '@/ui/NavItem';
import { nextColor } from './colors';
import type { Named } from './NamedDialog';

const NamedDialog = later(() => import('./NamedDialog').then(({ NamedDialog }) => NamedDialog));

interface Thing extends Named {
  id: string;
}

interface Props {
  text: { heading: string; add: string; none: string; archived?: string };
  /** In their order. */
  things: readonly Thing[];
  /** Those that are out of the way. */
  archived?: readonly Thing[];
  icon: (color: string) => ReactNode;
  /** Open tasks, by id. */
  counts: ReadonlyMap<string, number>;
  selected: string | null;
  onSelect: (id: string) => void;
  onCreate: (named: Named) => Thing;
}

/** Beside the tasks: the projects or the labels that there are, and a way to a new one. */
export function NamedList({ text, things, archived = [], icon, counts, selected, onSelect, onCreate }: Props) {
  const [naming, setNaming] = useState(false);
  const all = [...things, ...archived];
  const list = (some: readonly Thing[]) => (
    <ul className="grid grid-cols-[minmax(0,1fr)] gap-0.5">
      {some.map(({ id, name, color }) => (
        <li key={id}>
          <NavItem
            icon={icon(color)}
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
        <h2 className="text-xs font-semibold tracking-wide text-soft uppercase">{text.heading}</h2>
        <IconButton label={text.add} className="size-8 min-h-8" onClick={() => setNaming(true)}>
          <Plus aria-hidden className="size-4" />
        </IconButton>
      </div>
      {all.length === 0 && <p className="px-2 text-xs text-soft">{text.none}</p>}
      {list(things)}
      {archived.length > 0 && (
        <details className="mt-1">
          <summary className="cursor-pointer rounded-lg px-2 py-1.5 text-sm text-soft">
            {text.archived} · {archived.length}
          </summary>
          {list(archived)}
        </details>
      )}
      {naming && (
        <NamedDialog
          title={text.add}
          named={{ name: '', color: nextColor(all.map(({ color }) => color)) }}
          onClose={() => setNaming(false)}
          onSave={(named) => onSelect(onCreate(named).id)}
        />
      )}
    </section>
  );
}
