'use client';

import { ListFilter, Search, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Label } from '@/features/tasks/board';
import { TEXT as TASKS } from '@/features/tasks/text';
import { Button } from '@/ui/Button';
import { Popover } from '@/ui/Popover';
import { FilterChoices } from './FilterChoices';
import { filtersOf, type Place, toggled } from './place';
import { TEXT } from './text';

interface Props {
  place: Place;
  labels: readonly Label[];
  onChange: (place: Place) => void;
  /** What stands beside them. */
  children?: ReactNode;
}

/** The search, the filters, and those that are chosen. */
export function Filters({ place, labels, onChange, children }: Props) {
  const count = filtersOf(place);
  return (
    <div className="mt-3 grid gap-2 print:hidden">
      <div className="flex gap-2">
        <div className="relative min-w-0 flex-1">
          <Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-4 text-soft" />
          <input
            id="search"
            type="search"
            dir="auto"
            aria-label={TEXT.search}
            placeholder={TEXT.search}
            value={place.words}
            onChange={(event) => onChange({ ...place, words: event.target.value })}
            className="h-9 w-full rounded-lg border border-line bg-transparent pr-3 pl-9 text-sm placeholder:text-soft"
          />
        </div>
        <Popover
          label={TEXT.filter}
          trigger={
            <Button kind="outline">
              <ListFilter aria-hidden className="size-4" />
              {TEXT.filter}
              {count > 0 && (
                <span className="rounded-full bg-accent px-1.5 text-xs leading-5 text-accent-ink">
                  {count}
                  <span className="sr-only"> {TEXT.filtersChosen}</span>
                </span>
              )}
            </Button>
          }
        >
          <FilterChoices place={place} labels={labels} onChange={onChange} />
        </Popover>
        {children}
      </div>
      {count > 0 && (
        <ul className="flex flex-wrap items-center gap-1.5">
          {chosen(place, labels).map(({ name, color, without }) => (
            <li key={name}>
              <button
                type="button"
                aria-label={TEXT.takeAway(name)}
                onClick={() => onChange(without)}
                className="inline-flex min-h-7 items-center gap-1.5 rounded-full border border-line bg-card px-2.5 text-xs hover:bg-line/40"
              >
                {color && <span aria-hidden className="size-2 rounded-full" style={{ background: color }} />}
                {name}
                <X aria-hidden className="size-3 text-soft" />
              </button>
            </li>
          ))}
          <li>
            <button
              type="button"
              onClick={() => onChange({ ...place, labels: [], priorities: [], state: null })}
              className="min-h-7 rounded-full px-2 text-xs text-soft hover:text-ink hover:underline"
            >
              {TEXT.clearFilters}
            </button>
          </li>
        </ul>
      )}
    </div>
  );
}

interface Chosen {
  name: string;
  color?: string;
  /** The place without it. */
  without: Place;
}

function chosen(place: Place, labels: readonly Label[]): Chosen[] {
  return [
    ...place.priorities.map((priority) => ({
      name: priority === 'NONE' ? TEXT.noPriority : TASKS.priorities[priority],
      without: { ...place, priorities: toggled(place.priorities, priority) },
    })),
    ...labels
      .filter(({ id }) => place.labels.includes(id))
      .map(({ id, name, color }) => ({ name, color, without: { ...place, labels: toggled(place.labels, id) } })),
    ...(place.state ? [{ name: TEXT.states[place.state], without: { ...place, state: null } }] : []),
  ];
}
