'use client';

import { useMemo } from 'react';
import { Header } from '@/features/frame/Header';
import { Rings } from '@/features/reminders/Rings';
import { BottomBar } from '@/features/views/BottomBar';
import { ALL } from '@/features/views/place';
import { Sidebar } from '@/features/views/Sidebar';
import { countsOf } from '@/features/views/select';
import { adjust, go, usePlace } from '@/features/views/usePlace';
import { ViewPage } from '@/features/views/ViewPage';
import { Announcements } from '@/ui/announce';
import { later } from '@/ui/later';
import { EditedTask } from './EditedTask';
import { seriesOf, subtasksOf, there } from './tree';
import { useBoard } from './useBoard';
import { useEdits } from './useEdits';
import { useWanted } from './useWanted';
import { sought$ } from './wanted';
import { useWhen } from './when';

const TrashPage = later(() => import('@/features/trash/TrashPage').then(({ TrashPage }) => TrashPage));

/** The page of all tasks: around it what stands beside every view. */
export function Board() {
  const data = useBoard();
  const place = usePlace();
  const edits = useEdits();
  const when = useWhen();
  const all = data?.tasks.nodes;
  const tasks = useMemo(() => there(all ?? []), [all]);
  const below = useMemo(() => ({ subtasks: subtasksOf(tasks), series: seriesOf(tasks) }), [tasks]);
  const counts = useMemo(() => countsOf(tasks, when), [tasks, when]);
  const lists = { place, counts, projects: data?.projects.nodes ?? [], labels: data?.labels ?? [], onGo: go };

  useWanted(data && tasks, (task) => {
    go(ALL);
    edits.look(task);
    sought$.next(task.id); // where it is, once the editor is closed
  });

  return (
    <div className="mx-auto grid min-h-dvh max-w-5xl grid-rows-[auto_1fr] overflow-x-clip px-4 pb-44 sm:pb-24 print:block print:max-w-none print:pb-0">
      <Header />
      <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-6 sm:grid-cols-[13rem_minmax(0,1fr)] print:block">
        <div className="hidden print:hidden! sm:sticky sm:top-0 sm:block sm:max-h-dvh sm:-mt-1 sm:self-start sm:overflow-y-auto sm:py-1">
          <Sidebar {...lists} />
        </div>
        {place.view === 'trash' && data ? (
          <TrashPage tasks={data.tasks.nodes} when={when} />
        ) : (
          <ViewPage
            board={data}
            tasks={tasks}
            {...below}
            place={place}
            when={when}
            onEdit={edits.open}
            onAdjust={adjust}
            onGo={go}
          />
        )}
      </div>
      <BottomBar {...lists} />
      <Announcements />
      {data && <Rings tasks={tasks} when={when} onOpen={edits.look} />}
      {data && <EditedTask board={data} {...below} edits={edits} />}
    </div>
  );
}
