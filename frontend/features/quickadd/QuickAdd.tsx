'use client';

import { Plus } from 'lucide-react';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useLabelChanges } from '@/features/labels/changes';
import { useProjectChanges } from '@/features/projects/changes';
import { NextOccurrences } from '@/features/recurrence/NextOccurrences';
import { frameOf } from '@/features/recurrence/repeats';
import { usePreview } from '@/features/recurrence/usePreview';
import type { Label, Project } from '@/features/tasks/board';
import { useTaskChanges } from '@/features/tasks/changes';
import { newTask } from '@/features/tasks/newTask';
import { sayWhere } from '@/features/views/sayWhere';
import { Chips } from './Chips';
import { Help } from './Help';
import type { Named } from './names';
import type { Reading } from './readings';
import { TEXT } from './text';
import { useLine } from './useLine';

/** As long as a title may be. */
const LONGEST = 500;

interface Props {
  /** Whether it is known what there is. A line that is sent off before waits: the names in it may be taken. */
  ready: boolean;
  /** Where a task goes that names no other project. */
  project: Project | null;
  projects: readonly Project[];
  labels: readonly Label[];
  /** When all-day tasks remind. */
  allDayTime: string;
  /** What a task gets as well, from where it is added, unless the line says otherwise. */
  also?: { due: string | null; labels: readonly Label[] };
}

/** One line for a new task. What is understood of it shows before it is saved, and can be taken back. */
export function QuickAdd({ ready, project, projects, labels, allDayTime, also }: Props) {
  const labelChanges = useLabelChanges();
  const tasks = useTaskChanges();
  const projectChanges = useProjectChanges();
  const line = useLine(projects, labels);
  const [held, setHeld] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const { title, due, repeats } = line.parsed;
  const readings = line.parsed.readings.filter(({ named }) => ready || !named);
  const task = newTask({ title, project, due }, line.when.zone);
  const preview = usePreview(task, repeats, due);
  const tooLong = title.length > LONGEST ? TEXT.tooLong(title.length, LONGEST) : null;
  const refused = preview.state === 'refused' ? TEXT.refused(preview.message) : tooLong;

  useEffect(() => {
    if (!ready || !held) return;
    setHeld(false);
    add();
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (ready) add();
    else setHeld(title !== '');
  }

  function add() {
    const { title, due, repeats, priority, reminders, ...names } = line.readNow();
    if (!title || refused !== null) return;
    line.clear();
    const made = tasks.create({
      title,
      due: due ?? (repeats ? null : (also?.due ?? null)),
      repeats,
      priority: priority ?? 'NONE',
      project: names.project ? projectOf(names.project) : project,
      labels: [...new Set([...names.labels.map(labelOf), ...(also?.labels ?? [])])],
      reminders,
      allDayTime,
    });
    sayWhere(made, line.when);
  }

  /** It is made before its task, where there is none of that name. */
  function projectOf({ id, name }: Named): Project {
    return projects.find((known) => known.id === id) ?? projectChanges.create(name);
  }

  function labelOf({ id, name }: Named): Label {
    return labels.find((known) => known.id === id) ?? labelChanges.create(name);
  }

  function unread(reading: Reading) {
    line.unread(reading);
    field.current?.focus(); // the button is gone with its chip
  }

  return (
    <form
      onSubmit={submit}
      className="rounded-xl border border-line bg-card shadow-sm print:hidden has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-accent"
    >
      <div className="flex items-center gap-2 pr-1.5 pl-3">
        <Plus aria-hidden className="size-5 shrink-0 text-soft" />
        <input
          ref={field}
          id="new-task"
          data-testid="new-task"
          aria-label={TEXT.add}
          aria-describedby={refused === null ? `${id}-chips` : `${id}-refused`}
          aria-invalid={refused !== null}
          placeholder={TEXT.hint}
          value={line.text}
          autoComplete="off"
          dir="auto"
          enterKeyHint="done"
          onChange={(event) => {
            setHeld(false);
            line.type(event.target.value);
          }}
          className="h-12 w-full min-w-0 bg-transparent text-ellipsis placeholder:text-soft focus-visible:outline-none"
        />
        <Help />
      </div>
      {readings.length > 0 && (
        <p data-testid="new-title" className="px-3 pb-2 text-sm wrap-anywhere">
          <span className="text-soft">{TEXT.title}</span> <bdi>{title}</bdi>
        </p>
      )}
      <Chips id={`${id}-chips`} parsed={{ ...line.parsed, readings }} when={line.when} onUnread={unread} />
      {refused !== null && (
        <p id={`${id}-refused`} role="alert" className="px-3 pb-3 text-sm text-danger">
          {refused}
        </p>
      )}
      {held && <output className="block px-3 pb-3 text-sm text-soft">{TEXT.held}</output>}
      {repeats && (
        <div className="px-3 pb-3 empty:hidden">
          <NextOccurrences preview={preview} repeats={repeats} frame={frameOf(task, due)} saved={false} />
        </div>
      )}
    </form>
  );
}
