'use client';

import { Trash2 } from 'lucide-react';
import { LabelList } from '@/features/labels/LabelList';
import { ProjectList } from '@/features/projects/ProjectList';
import type { Label, Project } from '@/features/tasks/board';
import { NavItem } from '@/ui/NavItem';
import { type Place, viewOf } from './place';
import type { Counts } from './select';
import { TEXT } from './text';
import { VIEW_ICONS, VIEWS } from './views';

export interface Lists {
  place: Place;
  counts: Counts;
  projects: readonly Project[];
  labels: readonly Label[];
  onGo: (place: Place) => void;
}

/** Every place there is to go to. */
export function Sidebar({ place, counts, projects, labels, onGo }: Lists) {
  return (
    <nav aria-label={TEXT.nav} className="grid grid-cols-[minmax(0,1fr)] content-start gap-5">
      <ul className="grid gap-0.5">
        {VIEWS.map((view) => {
          const Icon = VIEW_ICONS[view];
          return (
            <li key={view}>
              <NavItem
                icon={<Icon className="size-4" />}
                label={TEXT.views[view]}
                count={view === 'month' ? undefined : counts[view]}
                current={place.view === view}
                onClick={() => onGo(viewOf(view))}
              />
            </li>
          );
        })}
      </ul>
      <ProjectList
        projects={projects}
        counts={counts.projects}
        selected={place.view === 'project' ? place.id : null}
        onSelect={(id) => onGo(viewOf('project', id))}
      />
      <LabelList
        labels={labels}
        counts={counts.labels}
        selected={place.view === 'label' ? place.id : null}
        onSelect={(id) => onGo(viewOf('label', id))}
      />
      <NavItem
        icon={<Trash2 className="size-4" />}
        label={TEXT.views.trash}
        current={place.view === 'trash'}
        onClick={() => onGo(viewOf('trash'))}
      />
    </nav>
  );
}
