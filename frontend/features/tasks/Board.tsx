'use client';

import { useQuery } from '@apollo/client/react';
import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Connection } from '@/features/live/Connection';
import { ProjectList } from '@/features/projects/ProjectList';
import { useHere } from '@/features/session/SignedIn';
import { TEXT as SESSION } from '@/features/session/text';
import { IconButton } from '@/ui/Button';
import { Logo } from '@/ui/Logo';
import { BOARD, type Task } from './board';
import { NewTaskField } from './NewTaskField';
import { TaskEditor } from './TaskEditor';
import { TaskList } from './TaskList';
import { TEXT } from './text';

export function Board() {
  const { session } = useHere();
  const { data } = useQuery(BOARD, { fetchPolicy: 'cache-only' });
  const [projectId, setProjectId] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  const [editing, setEditing] = useState<Task | null>(null);

  const projects = data?.projects.nodes ?? [];
  const project = projects.find(({ id }) => id === projectId) ?? null;
  const there = (data?.tasks.nodes ?? []).filter((task) => task.deletedAt === null);
  const shown = there.filter((task) => (!project || task.project?.id === project.id) && matches(task, search));

  return (
    <div className="mx-auto grid min-h-dvh max-w-5xl grid-rows-[auto_1fr] px-4 pb-24">
      <header className="flex h-16 items-center gap-3">
        <Logo className="size-8" />
        <span className="text-lg font-semibold tracking-tight">TaskFlow</span>
        <div className="ml-auto flex items-center gap-3">
          <Connection />
          {data && <span className="hidden text-sm text-soft sm:inline">{data.viewer.name || data.viewer.email}</span>}
          <IconButton
            label={SESSION.logOut}
            onClick={() => session.logOut().catch(() => toast.error(SESSION.unreachable))}
          >
            <LogOut aria-hidden className="size-4" />
          </IconButton>
        </div>
      </header>
      <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-6 sm:grid-cols-[13rem_minmax(0,1fr)]">
        <ProjectList projects={projects} tasks={there} selected={project} onSelect={setProjectId} />
        <main className="min-w-0">
          <h1 className="mb-3 text-2xl font-semibold tracking-tight">{project ? project.name : TEXT.all}</h1>
          <NewTaskField project={project} />
          <input
            type="search"
            aria-label={TEXT.search}
            placeholder={TEXT.search}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            className="mt-3 h-9 w-full rounded-lg border border-line bg-transparent px-3 text-sm placeholder:text-soft"
          />
          {data ? (
            <TaskList
              tasks={shown}
              empty={search ? TEXT.emptySearch : project ? TEXT.emptyProject : TEXT.empty}
              showProject={!project}
              onEdit={setEditing}
            />
          ) : (
            <output aria-label={TEXT.loading} className="mt-6 grid gap-2">
              {['a', 'b', 'c'].map((key) => (
                <span key={key} className="h-14 animate-pulse rounded-xl bg-line/50" />
              ))}
            </output>
          )}
        </main>
      </div>
      {editing && <TaskEditor task={editing} projects={projects} onClose={() => setEditing(null)} />}
    </div>
  );
}

/** Whether every word stands in the title or the notes, case and accents aside. */
function matches(task: Task, search: string): boolean {
  const text = folded(`${task.title}\n${task.description}`);
  return folded(search)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
