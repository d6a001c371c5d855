'use client';

import { SquareCheck } from 'lucide-react';
import { useDeferredValue, useMemo, useRef } from 'react';
import { TEXT as BULK } from '@/features/bulk/text';
import { useChosen } from '@/features/bulk/useChosen';
import { ShiftButtons } from '@/features/order/ShiftButtons';
import { useOrder } from '@/features/order/useOrder';
import { QuickAdd } from '@/features/quickadd/QuickAdd';
import type { Board, Task } from '@/features/tasks/board';
import type { Draft } from '@/features/tasks/draft';
import { listed, siblingsOf } from '@/features/tasks/listed';
import { TaskList } from '@/features/tasks/TaskList';
import { TEXT as TASKS } from '@/features/tasks/text';
import type { When } from '@/features/tasks/when';
import { dayIn } from '@/features/tasks/zone';
import { IconButton } from '@/ui/Button';
import { later } from '@/ui/later';
import { useTitle } from '@/ui/useTitle';
import { EmptyView } from './EmptyView';
import { Filters } from './Filters';
import { ALL, isOfOne, type Place } from './place';
import { goesByDays, select } from './select';
import { TEXT } from './text';

const BulkBar = later(() => import('@/features/bulk/BulkBar').then(({ BulkBar }) => BulkBar));
const LabelActions = later(() => import('@/features/labels/LabelActions').then(({ LabelActions }) => LabelActions));
const MonthView = later(() => import('@/features/month/MonthView').then(({ MonthView }) => MonthView));
const ProjectActions = later(() =>
  import('@/features/projects/ProjectActions').then(({ ProjectActions }) => ProjectActions),
);

interface Props {
  /** Not there before it is loaded. */
  board: Board | undefined;
  /** Those that are not deleted. */
  tasks: readonly Task[];
  subtasks: ReadonlyMap<string, readonly Task[]>;
  series: ReadonlyMap<string, Task>;
  place: Place;
  when: When;
  onEdit: (task: Task, draft?: Draft) => void;
  /** Other filters of the same view. */
  onAdjust: (place: Place) => void;
  onGo: (place: Place) => void;
}

/** One view: its name, what can be done to it, and its tasks. */
export function ViewPage({ board, tasks, subtasks, series, place: asked, when, onEdit, onAdjust, onGo }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const project = board?.projects.nodes.find(({ id }) => asked.view === 'project' && id === asked.id) ?? null;
  const label = board?.labels.find(({ id }) => asked.view === 'label' && id === asked.id) ?? null;
  const one = project ?? label;
  // A project that is gone leaves its tasks, which are among all.
  const place = useMemo(() => (asked.id && !one ? { ...asked, view: ALL.view, id: null } : asked), [asked, one]);
  // What is typed or pressed is seen before the list that it leads to, which may take longer.
  const placeShown = useDeferredValue(place);
  const selection = useMemo(() => select(tasks, placeShown, when), [tasks, placeShown, when]);
  const { groups, done } = selection;
  const list = useMemo(() => listed(selection), [selection]);
  const page = useRef<HTMLElement>(null);
  const shown = useMemo(() => [...groups.flatMap(({ tasks }) => tasks), ...done], [groups, done]);
  const element = useRef<HTMLElement>(null);
  const choosing = useChosen(shown, list.order, `${place.view} ${place.id}`);
  const order = useOrder(page, tasks, (id) =>
    siblingsOf(
      list,
      shown.find((task) => task.id === id),
    ),
  );
  const [chosen, ...others] = choosing.tasks;
  const coming = !board && asked.id !== null;
  const title = coming ? TEXT.loading : one ? one.name : TEXT.views[isOfOne(place.view) ? 'all' : place.view];
  useTitle(title);
  const today = place.view === 'today' ? dayIn(when.zone, when.now) : null;
  // Once the dialog, which keeps the focus to itself, is gone.
  const focusHeading = () => setTimeout(() => heading.current?.focus());

  function endChoosing() {
    choosing.end();
    element.current?.focus();
  }

  return (
    <main ref={page} className="min-w-0">
      <div className="mb-3 flex min-h-9 items-center gap-1">
        <h1
          ref={heading}
          dir="auto"
          tabIndex={-1}
          className="mr-auto min-w-0 text-2xl font-semibold tracking-tight wrap-anywhere"
        >
          {coming && <span aria-hidden className="block h-7 w-40 animate-pulse rounded-lg bg-line/50" />}
          <span className={coming ? 'sr-only' : undefined}>{title}</span>
        </h1>
        {project && (
          <ProjectActions
            key={project.id}
            project={project}
            tasks={tasks.filter((task) => task.project?.id === project.id).length}
            onRemoved={focusHeading}
          />
        )}
        {label && (
          <LabelActions
            key={label.id}
            label={label}
            tasks={tasks.filter(({ labels }) => labels.some(({ id }) => id === label.id)).length}
            onRemoved={focusHeading}
          />
        )}
      </div>
      <QuickAdd
        ready={board !== undefined}
        project={project}
        projects={board?.projects.nodes ?? []}
        labels={board?.labels ?? []}
        allDayTime={board?.viewer.allDayReminderTime ?? ''}
        also={{ due: today, labels: label ? [label] : [] }}
      />
      <Filters place={place} labels={board?.labels ?? []} onChange={onAdjust}>
        {place.view !== 'month' && (
          <IconButton
            label={BULK.start}
            aria-pressed={choosing.on}
            kind="outline"
            onClick={choosing.on ? choosing.end : choosing.start}
          >
            <SquareCheck aria-hidden className="size-4" />
          </IconButton>
        )}
      </Filters>
      {board && placeShown.view === 'month' && (
        <MonthView
          tasks={shown}
          month={placeShown.month}
          when={when}
          onMonth={(month) => onGo({ ...place, month })}
          onEdit={onEdit}
        />
      )}
      {board && placeShown.view !== 'month' && (
        <TaskList
          list={element}
          listed={list}
          subtasks={subtasks}
          series={series}
          when={when}
          empty={<EmptyView place={placeShown} hasDone={done.length > 0} />}
          showProject={!project}
          choosing={choosing}
          onEdit={onEdit}
        />
      )}
      {!board && (
        <output aria-label={TASKS.loading} className="mt-6 grid gap-2">
          {['a', 'b', 'c'].map((key) => (
            <span key={key} className="h-14 animate-pulse rounded-xl bg-line/50" />
          ))}
        </output>
      )}
      {board && choosing.on && (
        <BulkBar choosing={choosing} projects={board.projects.nodes} labels={board.labels} onEnd={endChoosing}>
          {chosen && others.length === 0 && !goesByDays(place) && <ShiftButtons task={chosen} order={order} />}
        </BulkBar>
      )}
    </main>
  );
}
