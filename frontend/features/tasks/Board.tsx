'use client';

import { useQuery } from '@apollo/client/react';
import { useRef, useState } from 'react';
import { Header } from '@/features/frame/Header';
import { ProjectActions } from '@/features/projects/ProjectActions';
import { ProjectList } from '@/features/projects/ProjectList';
import { useReminderChanges } from '@/features/reminders/changes';
import type { Counting, ReminderEdits } from '@/features/reminders/edits';
import { Rings } from '@/features/reminders/Rings';
import { newId } from '@/graphql/ids';
import { BOARD, type Task } from './board';
import { useTaskChanges } from './changes';
import type { Draft } from './draft';
import { NewTaskField } from './NewTaskField';
import { TaskEditor } from './TaskEditor';
import { TaskList } from './TaskList';
import { TEXT } from './text';
import { seriesOf, subtasksOf, there } from './tree';
import { useWanted } from './useWanted';

/** A task as it was when its editing began, and what is changed of it. */
interface Edit {
  key: string;
  task: Task;
  draft: Draft;
}

export function Board() {
  const changes = useTaskChanges();
  const reminders = useReminderChanges();
  const { data } = useQuery(BOARD, { fetchPolicy: 'cache-only' });
  const [projectId, setProjectId] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  /** The first is open; the others are what could not be saved meanwhile. */
  const [edits, setEdits] = useState<Edit[]>([]);
  const heading = useRef<HTMLHeadingElement>(null);

  const projects = data?.projects.nodes ?? [];
  const project = projects.find(({ id }) => id === projectId) ?? null;
  const all = data?.tasks.nodes ?? [];
  const tasks = there(all);
  const subtasks = subtasksOf(tasks);
  const series = seriesOf(tasks);
  const inProject = tasks.filter((task) => !project || task.project?.id === project.id);
  const shown = inProject.filter((task) => matches(task, search));
  const [edit] = edits;
  const edited = edit && (all.find(({ id }) => id === edit.task.id) ?? gone(edit.task));

  const open = (task: Task, draft: Draft = {}) => setEdits((edits) => [...edits, { key: newId(), task, draft }]);
  const close = () => setEdits(([, ...waiting]) => waiting);

  /** Opens a task that is not open already. */
  const look = (task: Task) => {
    if (!edits.some((edit) => edit.task.id === task.id)) open(task);
  };

  useWanted(data && tasks, (task) => {
    setProjectId(null);
    setSearch('');
    look(task);
    // Where it is, once the editor is closed; a frame later every task is shown.
    requestAnimationFrame(() =>
      document.querySelector(`[data-task-id="${CSS.escape(task.id)}"]`)?.scrollIntoView({ block: 'center' }),
    );
  });

  async function save(task: Task, draft: Draft, edits: ReminderEdits, counting: Counting) {
    close();
    if (task.deletedAt !== null) void changes.restore(task);
    const saving = changes.save(task, draft);
    reminders.save(task.id, task.reminders, edits, counting); // after the due date that they are counted from
    const left = await saving;
    if (left) open(task, left);
  }

  return (
    <div className="mx-auto grid min-h-dvh max-w-5xl grid-rows-[auto_1fr] px-4 pb-24">
      <Header />
      <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-6 sm:grid-cols-[13rem_minmax(0,1fr)]">
        <ProjectList projects={projects} tasks={tasks} selected={project} onSelect={setProjectId} />
        <main className="min-w-0">
          <div className="mb-3 flex items-center gap-1">
            <h1
              ref={heading}
              tabIndex={-1}
              className="mr-auto min-w-0 text-2xl font-semibold tracking-tight wrap-anywhere"
            >
              {project ? project.name : TEXT.all}
            </h1>
            {project && (
              <ProjectActions
                key={project.id}
                project={project}
                tasks={inProject.length}
                // Once the dialog, which keeps the focus to itself, is gone.
                onRemoved={() => setTimeout(() => heading.current?.focus())}
              />
            )}
          </div>
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
              subtasks={subtasks}
              series={series}
              empty={search ? TEXT.emptySearch : project ? TEXT.emptyProject : TEXT.empty}
              showProject={!project}
              onEdit={(task) => open(task)}
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
      {data && <Rings tasks={tasks} onOpen={look} />}
      {edit && edited && (
        <TaskEditor
          key={edit.key}
          task={edited}
          begun={edit.draft}
          projects={projects}
          subtasks={subtasks.get(edited.id) ?? []}
          series={edited.spawnedFrom ? series.get(edited.spawnedFrom.id) : undefined}
          allDayTime={data?.viewer.allDayReminderTime ?? ''}
          onSave={(draft, reminders, counting) => void save(edited, draft, reminders, counting)}
          onOpen={(task) => {
            close();
            open(task);
          }}
          onClose={close}
        />
      )}
    </div>
  );
}

/** A task of which there is no trace any more. */
function gone(task: Task): Task {
  return { ...task, deletedAt: task.updatedAt };
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
