'use client';

import { ChevronRight } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import type { Label, Project, Task } from '@/features/tasks/board';
import { instantText } from '@/features/tasks/due';
import { useWhen } from '@/features/tasks/when';
import { type Happened, historyOf } from './operations';
import { type Change, storyOf } from './story';
import { TEXT } from './text';

interface Props {
  task: Task;
  projects: readonly Project[];
  labels: readonly Label[];
}

/** In the editor: what happened to a task, read from the log once somebody wants to know. */
export function History({ task, projects, labels }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details className="group/history text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="flex w-fit cursor-pointer list-none items-center gap-1 rounded-md text-soft hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 transition group-open/history:rotate-90" />
        {TEXT.ask}
      </summary>
      {open && <Story task={task} projects={projects} labels={labels} />}
    </details>
  );
}

function Story({ task: { id, version }, projects, labels }: Props) {
  const { session } = useHere();
  const when = useWhen();
  const [happened, setHappened] = useState<readonly Happened[] | 'loading' | 'failed'>('loading');

  // biome-ignore lint/correctness/useExhaustiveDependencies: with each version there is more to tell
  useEffect(() => {
    let stale = false;
    const run: typeof session.run = (query, variables) => session.run(query, variables);
    historyOf(run, id).then(
      (all) => !stale && setHappened(all),
      () => !stale && setHappened('failed'),
    );
    return () => {
      stale = true;
    };
  }, [session, id, version]);

  const entries = useMemo(() => {
    if (typeof happened === 'string') return [];
    const names = (things: readonly { id: string; name: string }[]) =>
      new Map(things.map(({ id, name }) => [id, name]));
    return storyOf(happened, { projects: names(projects), labels: names(labels) }, when);
  }, [happened, projects, labels, when]);

  // Mostly it is below the fold.
  const list = useRef<HTMLOListElement>(null);
  const isThere = entries.length > 0;
  useEffect(() => {
    if (isThere) list.current?.scrollIntoView({ block: 'nearest' });
  }, [isThere]);

  if (happened === 'loading') return <output className="mt-2 block animate-pulse text-soft">{TEXT.loading} …</output>;
  if (happened === 'failed') return <p className="mt-2 text-danger">{TEXT.failed}</p>;
  if (entries.length === 0) return <p className="mt-2 text-soft">{TEXT.nothing}</p>;
  return (
    <ol ref={list} aria-label={TEXT.ask} className="scroll-mb-24 mt-2 ml-2 grid gap-2.5 border-l border-line pl-4">
      {entries.map(({ id, at, what, changes }) => (
        <li key={id} className="relative">
          <span
            aria-hidden
            className="absolute top-1.5 -left-[1.3125rem] size-2 rounded-full bg-soft ring-4 ring-card"
          />
          <p className="flex flex-wrap items-baseline justify-between gap-x-3">
            <span className="font-medium">{what}</span>
            <time dateTime={at.toISOString()} className="text-xs text-soft">
              {instantText(at, when)}
            </time>
          </p>
          {changes.map((change) => (
            <ChangeLine key={change.field} {...change} />
          ))}
        </li>
      ))}
    </ol>
  );
}

function ChangeLine({ field, was, is }: Change) {
  return (
    <p dir="auto" className="text-xs text-soft wrap-anywhere">
      {field}
      {was !== null && (
        <>
          {': '}
          <span className="sr-only">{TEXT.from} </span>
          <del>{was || TEXT.empty}</del>
          <span aria-hidden> → </span>
          <span className="sr-only">, {TEXT.to} </span>
          <span className="text-ink">{is || TEXT.empty}</span>
        </>
      )}
    </p>
  );
}
