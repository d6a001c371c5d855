'use client';

import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Task } from '@/features/tasks/board';
import type { Draft } from '@/features/tasks/draft';
import type { When } from '@/features/tasks/when';
import { dayIn } from '@/features/tasks/zone';
import { Button, IconButton } from '@/ui/Button';
import { AddDialog } from './AddDialog';
import { format, MonthDay } from './MonthDay';
import { MonthOccurrence, MonthTask } from './MonthTask';
import { byDays, firstDayOf, plusMonths, weeksOf } from './month';
import { TEXT } from './text';
import { useMoveDue } from './useMoveDue';
import { useOccurrences } from './useOccurrences';

interface Props {
  tasks: readonly Task[];
  /** The one that holds today where none is chosen. */
  month: string | null;
  when: When;
  onMonth: (month: string | null) => void;
  onEdit: (task: Task, draft?: Draft) => void;
}

/** A month of tasks on their days, as the clocks of the account have them. */
export function MonthView({ tasks, month: chosen, when, onMonth, onEdit }: Props) {
  const { now, zone } = when;
  const table = useRef<HTMLTableElement>(null);
  const moved = useRef<string | null>(null);
  /** A day that shows all it has: something was moved there. */
  const [full, setFull] = useState<string | null>(null);
  const [adding, setAdding] = useState<string | null>(null);
  const move = useMoveDue(onEdit);
  const today = dayIn(zone, now);
  const month = chosen ?? today.slice(0, 7);
  const name = format(`${month}-01`, { month: 'long', year: 'numeric' });
  const weeks = useMemo(() => weeksOf(month, firstDayOf(navigator.language)), [month]);
  const days = useMemo(() => byDays(tasks, zone), [tasks, zone]);
  const occurrences = useOccurrences(tasks, zone);

  function moveTo(task: Task, from: string, to: string) {
    moved.current = task.id;
    setFull(to);
    move(task, from, to);
    if (!weeks.some((week) => week.includes(to))) onMonth(to.slice(0, 7));
  }

  // On another day it is another element.
  useLayoutEffect(() => {
    if (moved.current === null || document.activeElement !== document.body) return;
    const task = table.current?.querySelector<HTMLElement>(`[data-task-id="${CSS.escape(moved.current)}"]`);
    if (!task) return; // it comes with the next rendering
    task.focus();
    moved.current = null;
  });

  return (
    <div className="mt-4">
      <div className="mb-2 flex items-center gap-1">
        <h2 className="mr-auto font-semibold" aria-live="polite">
          {name}
        </h2>
        {month !== today.slice(0, 7) && (
          <Button kind="quiet" onClick={() => onMonth(null)}>
            {TEXT.thisMonth}
          </Button>
        )}
        <IconButton label={TEXT.previous} onClick={() => onMonth(plusMonths(month, -1))}>
          <ChevronLeft aria-hidden className="size-4" />
        </IconButton>
        <IconButton label={TEXT.next} onClick={() => onMonth(plusMonths(month, 1))}>
          <ChevronRight aria-hidden className="size-4" />
        </IconButton>
      </div>
      <table ref={table} aria-label={TEXT.calendar(name)} className="w-full table-fixed border-collapse">
        <thead>
          <tr>
            {weeks[0]?.map((day) => (
              <th key={day} scope="col" className="py-1 text-xs font-medium text-soft">
                {format(day, { weekday: 'short' })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]}>
              {week.map((day) => (
                <MonthDay
                  key={day}
                  day={day}
                  isToday={day === today}
                  beside={!day.startsWith(month)}
                  full={day === full}
                  onAdd={() => setAdding(day)}
                >
                  {[
                    ...(days.get(day) ?? []).map((task) => (
                      <li key={task.id}>
                        <MonthTask
                          task={task}
                          day={day}
                          when={when}
                          onOpen={() => onEdit(task)}
                          onMove={(to) => moveTo(task, day, to)}
                        />
                      </li>
                    )),
                    ...(occurrences.get(day) ?? []).map((task) => (
                      <li key={`again ${task.id}`}>
                        <MonthOccurrence task={task} onOpen={() => onEdit(task)} />
                      </li>
                    )),
                  ]}
                </MonthDay>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 text-xs text-soft">{TEXT.hint}</p>
      {adding && <AddDialog day={adding} onClose={() => setAdding(null)} />}
    </div>
  );
}
