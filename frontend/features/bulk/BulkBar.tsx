'use client';

import { CheckCheck, Folder, ListChecks, RotateCcw, Tag, Trash2, X } from 'lucide-react';
import { type ComponentProps, type ReactNode, useEffect } from 'react';
import type { Label, Project } from '@/features/tasks/board';
import { Button, IconButton } from '@/ui/Button';
import { takeFoot } from '@/ui/foot';
import { Menu, MenuItem } from '@/ui/Menu';
import { Dot } from '@/ui/NavItem';
import { useBulkChanges } from './changes';
import { TEXT } from './text';
import type { Choosing } from './useChosen';

interface Props {
  choosing: Choosing;
  projects: readonly Project[];
  labels: readonly Label[];
  /** Once something was done, or nothing shall be. */
  onEnd: () => void;
  /** More that can be done. */
  children?: ReactNode;
}

/** What can be done to the tasks that are chosen, over the foot of the page. */
export function BulkBar({ choosing, projects, labels, onEnd, children }: Props) {
  const changes = useBulkChanges();
  const { tasks } = choosing;
  useEffect(takeFoot, []);
  const none = tasks.length === 0;
  const reopen = !none && tasks.every(({ completed }) => completed);
  const act = (work: Promise<void>) => {
    void work;
    onEnd();
  };
  return (
    <div
      role="toolbar"
      aria-label={TEXT.toolbar}
      className="fixed inset-x-3 print:hidden bottom-[calc(4.25rem+env(safe-area-inset-bottom))] z-10 flex flex-wrap items-center justify-center gap-1 rounded-2xl border border-line bg-card p-1.5 shadow-xl sm:inset-x-auto sm:flex-nowrap sm:bottom-5 sm:left-1/2 sm:-translate-x-1/2"
    >
      <span className="px-2 text-sm font-medium whitespace-nowrap tabular-nums">{TEXT.chosen(tasks.length)}</span>
      <Button kind="quiet" disabled={none} onClick={() => act(changes.setCompleted(tasks, !reopen))}>
        {reopen ? <RotateCcw aria-hidden className="size-4" /> : <CheckCheck aria-hidden className="size-4" />}
        <span className="sr-only sm:not-sr-only">{reopen ? TEXT.reopen : TEXT.complete}</span>
      </Button>
      <Menu trigger={<BarButton icon={Folder} label={TEXT.move} disabled={none} />}>
        {projects
          .filter(({ archived }) => !archived)
          .map((project) => (
            <MenuItem key={project.id} onSelect={() => act(changes.move(tasks, project))}>
              <Dot color={project.color} />
              {project.name}
            </MenuItem>
          ))}
        <MenuItem onSelect={() => act(changes.move(tasks, null))}>
          <span className="size-2.5 rounded-full border border-soft" />
          {TEXT.noProject}
        </MenuItem>
      </Menu>
      {labels.length > 0 && (
        <Menu trigger={<BarButton icon={Tag} label={TEXT.label} disabled={none} />}>
          {labels.map((label) => (
            <MenuItem key={label.id} onSelect={() => act(changes.label(tasks, label))}>
              <Tag aria-hidden className="size-4" style={{ color: label.color }} />
              {label.name}
            </MenuItem>
          ))}
        </Menu>
      )}
      {children}
      <Button kind="quiet" disabled={none} className="text-danger!" onClick={() => act(changes.remove(tasks))}>
        <Trash2 aria-hidden className="size-4" />
        <span className="sr-only sm:not-sr-only">{TEXT.remove}</span>
      </Button>
      <span aria-hidden className="mx-0.5 h-6 w-px shrink-0 bg-line" />
      <IconButton label={TEXT.all} onClick={choosing.all}>
        <ListChecks aria-hidden className="size-4" />
      </IconButton>
      <IconButton label={TEXT.clear} onClick={onEnd}>
        <X aria-hidden className="size-4" />
      </IconButton>
    </div>
  );
}

type BarButtonProps = ComponentProps<typeof Button> & { icon: typeof Tag; label: string };

function BarButton({ icon: Icon, label, ...props }: BarButtonProps) {
  return (
    <Button kind="quiet" {...props}>
      <Icon aria-hidden className="size-4" />
      <span className="sr-only sm:not-sr-only">{label}</span>
    </Button>
  );
}
