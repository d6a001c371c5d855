'use client';

import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type FocusEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Task } from '@/features/tasks/board';
import type { Draft } from '@/features/tasks/draft';
import type { When } from '@/features/tasks/when';
import { dayIn } from '@/features/tasks/zone';
import { Button, IconButton } from '@/ui/Button';
import { AddDialog } from './AddDialog';
import { format, longDay, MonthDay } from './MonthDay';
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
  /** The task that has the focus, or shall have it. */
  const held = useRef<string | null>(null);
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
  const lastDay = weeks.at(-1)?.at(-1) ?? '';

  const { until } = occurrences;
  const unknown = until === null ? TEXT.notAsked : until && until < lastDay ? TEXT.unknown(longDay(until)) : null;

  function moveTo(task: Task, from: string, to: string) {
    held.current = task.id;
    setFull(to);
    move(task, from, to);
    if (!weeks.some((week) => week.includes(to))) onMonth(to.slice(0, 7));
  }

  function hold({ target }: FocusEvent<HTMLElement>) {
    held.current = target.dataset.taskId ?? null;
  }

  /** An element that is taken away says goodbye as well. */
  function release({ target }: FocusEvent<HTMLElement>) {
    const { taskId } = target.dataset;
    queueMicrotask(() => {
      if (taskId === held.current && target.isConnected && document.activeElement !== target) held.current = null;
    });
  }

  // On another day it is another element.
  useLayoutEffect(() => {
    if (held.current === null || document.activeElement !== document.body) return;
    const task = table.current?.querySelector<HTMLElement>(`[data-task-id="${CSS.escape(held.current)}"]`);
    task?.focus(); // else it comes with the next rendering
  });

  return (
    <div className="mt-4">
      <div className="mb-2 flex items-center gap-1">
        <h2 className="mr-auto font-semibold" aria-live="polite">
          {name}
        </h2>
        {month !== today.slice(0, 7) && (
          <Button kind="quiet" className="print:hidden" onClick={() => onMonth(null)}>
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
      <table
        ref={table}
        onFocus={hold}
        onBlur={release}
        aria-label={TEXT.calendar(name)}
        className="w-full table-fixed border-collapse"
      >
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
                    ...(occurrences.days.get(day) ?? []).map((task) => (
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
      <p className="mt-2 text-xs text-soft print:hidden">{TEXT.hint}</p>
      <p role="status" className="mt-1 text-xs text-soft empty:hidden">
        {unknown}
      </p>
      {adding && <AddDialog day={adding} onClose={() => setAdding(null)} />}
    </div>
  );
}
