/** Which tasks a place shows, in which groups and order. */

import type { Task } from '@/features/tasks/board';
import { byPosition, topOf } from '@/features/tasks/tree';
import type { When } from '@/features/tasks/when';
import { dayIn, plusDays, startOfDay } from '@/features/tasks/zone';
import { matching } from './matches';
import type { Place } from './place';

/** A day, or one of these. */
export type GroupKey = 'open' | 'overdue' | (string & {});

export interface Group {
  key: GroupKey;
  tasks: Task[];
}

export interface Selection {
  /** Open tasks, in their order, with what is below them; none of the groups is empty. */
  groups: Group[];
  /** Those that are done, the last one first. */
  done: Task[];
}

export interface Counts {
  today: number;
  upcoming: number;
  all: number;
  /** By id. */
  projects: ReadonlyMap<string, number>;
  labels: ReadonlyMap<string, number>;
}

export function select(tasks: readonly Task[], place: Place, when: When): Selection {
  const shown = tasks.filter(shows(place, when));
  const isDone = goesByDays(place) ? ({ completed }: Task) => completed : doneAbove(shown);
  const open = shown.filter((task) => !isDone(task));
  const done = shown.filter(isDone).sort(lastDoneFirst);
  return { groups: grouped(open, place, when), done };
}

/** A test whether a place shows a task, in any month of the calendar. */
export function shows(place: Place, when: When): (task: Task) => boolean {
  const inView = tester(place, when);
  const passes = filter(place);
  return (task) => inView(task) && passes(task);
}

/** How many open tasks there are in each view. */
export function countsOf(tasks: readonly Task[], when: When): Counts {
  const isToday = tester({ view: 'today', id: null }, when);
  const counts = { today: 0, upcoming: 0, all: 0, projects: new Map<string, number>(), labels: new Map() };
  const more = (map: Map<string, number>, id: string) => map.set(id, (map.get(id) ?? 0) + 1);
  for (const task of tasks) {
    if (task.completed) continue;
    counts.all += 1;
    if (task.dueDate !== null) counts.upcoming += 1;
    if (isToday(task)) counts.today += 1;
    if (task.project) more(counts.projects, task.project.id);
    for (const { id } of task.labels) more(counts.labels, id);
  }
  return counts;
}

type Due = Pick<Task, 'dueOn' | 'dueDate'>;

/** Zones are slow, and the same tasks are asked for again and again. */
const days = new WeakMap<Due, { zone: string; day: string }>();

/** The day a task is due in a zone. An all-day task is of its day everywhere. */
export function dayOf(task: Due, zone: string): string | null {
  if (task.dueOn !== null) return task.dueOn;
  if (task.dueDate === null) return null;
  const known = days.get(task);
  if (known?.zone === zone) return known.day;
  const day = dayIn(zone, new Date(task.dueDate));
  days.set(task, { zone, day });
  return day;
}

/** By time, as it is in a zone: those of the whole day before its hours. */
export function sortedByDue(tasks: readonly Task[], zone: string): Task[] {
  const keyed = tasks.map((task) => ({
    task,
    day: dayOf(task, zone) ?? '',
    at: task.dueOn !== null || task.dueDate === null ? 0 : Date.parse(task.dueDate),
  }));
  keyed.sort((one, other) => {
    if (one.day !== other.day) return one.day < other.day ? -1 : 1;
    return one.at - other.at || byPosition(one.task, other.task);
  });
  return keyed.map(({ task }) => task);
}

/** A test that reckons with zones once, and not for each of many tasks. */
function tester({ view, id }: Pick<Place, 'view' | 'id'>, { now, zone }: When): (task: Task) => boolean {
  const today = dayIn(zone, now);
  const begins = startOfDay(today, zone).getTime();
  const ends = startOfDay(plusDays(today, 1), zone).getTime();
  const isBefore = (task: Task, day: string, at: number) =>
    task.dueOn !== null ? task.dueOn < day : task.dueDate !== null && Date.parse(task.dueDate) < at;
  switch (view) {
    case 'all':
      return () => true;
    case 'trash':
      return () => false;
    case 'project':
      return (task) => task.project?.id === id;
    case 'label':
      return (task) => task.labels.some((label) => label.id === id);
    case 'month':
      return (task) => task.dueDate !== null;
    case 'today':
      return (task) => {
        if (!task.completed) return isBefore(task, plusDays(today, 1), ends);
        const at = Date.parse(task.completedAt ?? '');
        return at >= begins && at < ends;
      };
    case 'upcoming':
      return (task) => task.dueDate !== null && (!task.completed || !isBefore(task, today, begins));
  }
}

export function goesByDays({ view }: Pick<Place, 'view'>): boolean {
  return view === 'today' || view === 'upcoming';
}

/** A subtask stands where the task above it stands, as far as that is shown. */
function doneAbove(shown: readonly Task[]): (task: Task) => boolean {
  const byId = new Map(shown.map((task) => [task.id, task]));
  return (task) => topOf(task, byId).completed;
}

/** A test of all filters. */
function filter({ words, labels, priorities, state }: Place): (task: Task) => boolean {
  const matches = words ? matching(words) : () => true;
  return (task) =>
    (priorities.length === 0 || priorities.includes(task.priority)) &&
    labels.every((id) => task.labels.some((label) => label.id === id)) &&
    (state === null || task.completed === (state === 'done')) &&
    matches(task);
}

function grouped(open: Task[], place: Place, { now, zone }: When): Group[] {
  if (!goesByDays(place)) {
    return open.length > 0 ? [{ key: 'open', tasks: open.sort(byPosition) }] : [];
  }
  const today = dayIn(zone, now);
  const groups = new Map<GroupKey, Task[]>();
  for (const task of open) {
    const day = dayOf(task, zone) ?? today;
    const key = day < today ? 'overdue' : day;
    const group = groups.get(key);
    if (group) group.push(task);
    else groups.set(key, [task]);
  }
  const sortKey = (key: GroupKey) => (key === 'overdue' ? '' : key);
  return [...groups]
    .sort(([one], [other]) => (sortKey(one) < sortKey(other) ? -1 : 1))
    .map(([key, tasks]) => ({ key, tasks: sortedByDue(tasks, zone) }));
}

function lastDoneFirst(one: Task, other: Task): number {
  return (one.completedAt ?? '') < (other.completedAt ?? '') ? 1 : -1;
}
