/** Where a person is, and what of it they want to see: it stands in the address, so that it can be gone back to. */

import type { Task } from '@/features/tasks/board';

export const PRIORITIES = ['URGENT', 'HIGH', 'MEDIUM', 'LOW', 'NONE'] as const;
const VIEWS = ['all', 'today', 'upcoming', 'month', 'project', 'label', 'trash'] as const;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const STATES = ['open', 'done'] as const;

export type ViewName = (typeof VIEWS)[number];

export interface Place {
  readonly view: ViewName;
  /** Of a view of a project or a label: which one. */
  readonly id: string | null;
  /** Of the calendar, `YYYY-MM`; null is the one that holds today. */
  readonly month: string | null;
  readonly words: string;
  /** Those that a task must all have. */
  readonly labels: readonly string[];
  /** Those that a task must have one of; none is any. */
  readonly priorities: readonly Task['priority'][];
  readonly state: (typeof STATES)[number] | null;
}

export const ALL: Place = { view: 'all', id: null, month: null, words: '', labels: [], priorities: [], state: null };

/** A view without any filter. */
export function viewOf(view: ViewName, id: string | null = null): Place {
  return { ...ALL, view, id };
}

/** What is not understood is left out. */
export function placeOf(search: string): Place {
  const query = new URLSearchParams(search);
  const named = VIEWS.find((name) => name === query.get('view')) ?? 'all';
  const id = query.get('id');
  const view = isOfOne(named) && !id ? 'all' : named;
  return {
    view,
    id: isOfOne(view) ? id : null,
    month: view === 'month' && MONTH.test(query.get('month') ?? '') ? query.get('month') : null,
    words: query.get('q') ?? '',
    labels: query.getAll('label'),
    priorities: PRIORITIES.filter((priority) => query.getAll('priority').includes(priority.toLowerCase())),
    state: STATES.find((state) => state === query.get('state')) ?? null,
  };
}

export function addressOf({ view, id, month, words, labels, priorities, state }: Place): string {
  const query = new URLSearchParams();
  if (view !== 'all') query.set('view', view);
  if (id) query.set('id', id);
  if (month) query.set('month', month);
  for (const label of labels) query.append('label', label);
  for (const priority of priorities) query.append('priority', priority.toLowerCase());
  if (state) query.set('state', state);
  if (words) query.set('q', words);
  const text = query.toString();
  return text ? `/?${text}` : '/';
}

/** How many filters there are, beside the words. */
export function filtersOf({ labels, priorities, state }: Place): number {
  return labels.length + priorities.length + (state ? 1 : 0);
}

/** With the filter, or without it where it was there. */
export function toggled<Value>(values: readonly Value[], value: Value): Value[] {
  return values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
}

/** Whether a view is of one project or label. */
export function isOfOne(view: ViewName): view is 'project' | 'label' {
  return view === 'project' || view === 'label';
}
