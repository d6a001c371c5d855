'use client';

import { RotateCcw, Trash2 } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { toast } from 'sonner';
import type { Task } from '@/features/tasks/board';
import { useTaskChanges } from '@/features/tasks/changes';
import { instantText } from '@/features/tasks/due';
import { useKeptFocus } from '@/features/tasks/useKeptFocus';
import type { When } from '@/features/tasks/when';
import { Button } from '@/ui/Button';
import { Empty } from '@/ui/Empty';
import { isFirst } from '@/ui/isFirst';
import { useTitle } from '@/ui/useTitle';
import { TEXT } from './text';
import { trashOf } from './trash';
import { useTrash } from './useTrash';

interface Props {
  /** All that are known, deleted ones among them. */
  tasks: readonly Task[];
  when: When;
}

/** What was deleted, and the way back. */
export function TrashPage({ tasks, when }: Props) {
  useTitle(TEXT.title);
  const changes = useTaskChanges();
  const known = useTrash();
  const list = useRef<HTMLElement>(null);
  const thrown = useMemo(() => trashOf(tasks, when.now), [tasks, when]);
  const order = useMemo(() => thrown.map(({ task }) => task.id), [thrown]);
  useKeptFocus(list, order);

  async function restore(task: Task) {
    if (await changes.restore(task)) toast(TEXT.restored(task.title));
  }

  return (
    <main className="min-w-0">
      <h1 className="min-h-9 text-2xl font-semibold tracking-tight">{TEXT.title}</h1>
      <p className="mt-1 text-sm text-soft">{known === 'some' ? TEXT.unreachable : TEXT.about}</p>
      <section ref={list} aria-label={TEXT.list} tabIndex={-1}>
        {known === 'loading' && <output className="mt-6 block animate-pulse text-soft">{TEXT.loading} …</output>}
        {known !== 'loading' && thrown.length === 0 && <Empty icon={Trash2} {...TEXT.empty} />}
        <ul className="mt-4 grid gap-2">
          {thrown.map(({ task, below, daysLeft }) => (
            <li
              key={task.id}
              data-testid="trash-row"
              data-task-id={task.id}
              className="flex items-center gap-3 rounded-xl border border-line bg-card px-3 py-2 shadow-sm"
            >
              <div className="min-w-0 flex-1">
                <p dir="auto" className="wrap-anywhere">
                  {task.title}
                </p>
                <p className="text-xs text-soft">
                  {TEXT.deleted(instantText(new Date(task.deletedAt ?? ''), when))} · {TEXT.daysLeft(daysLeft)}
                  {below > 0 && ` · ${TEXT.with(below)}`}
                </p>
              </div>
              <Button
                kind="outline"
                aria-label={TEXT.restore(task.title)}
                onClick={(event) => isFirst(event) && void restore(task)}
              >
                <RotateCcw aria-hidden className="size-4" />
                {TEXT.restoreIt}
              </Button>
            </li>
          ))}
        </ul>
      </section>
    </main>
  );
}
