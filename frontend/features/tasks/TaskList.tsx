'use client';

import { clsx } from 'clsx';
import { type ReactNode, type RefObject, useMemo, useRef, useState } from 'react';
import type { Choosing } from '@/features/bulk/useChosen';
import { useStable } from '@/ui/useStable';
import { type Drawn, useWindowed } from '@/ui/useWindowed';
import type { Task } from './board';
import { dayText } from './due';
import type { Listed, ListedGroup } from './listed';
import { TaskRow } from './TaskRow';
import { TEXT } from './text';
import { useKeptFocus } from './useKeptFocus';
import { useListKeys } from './useListKeys';
import { useReveal } from './useReveal';
import type { When } from './when';

interface Props {
  list: RefObject<HTMLElement | null>;
  listed: Listed;
  /** Of each task, whether shown here or not. */
  subtasks: ReadonlyMap<string, readonly Task[]>;
  /** What tasks were spawned from, by id. */
  series: ReadonlyMap<string, Task>;
  when: When;
  /** Where no task is open. */
  empty: ReactNode;
  showProject: boolean;
  choosing: Choosing;
  onEdit: (task: Task) => void;
}

/** What stands in the list one after the other: the names of groups, and tasks with what is below them. */
interface Item {
  key: string;
  group: ListedGroup;
  /** None is the group's name. */
  task?: Task;
  /** Where it is in its group, from 1. */
  place: number;
}

const KEYS = 'X Shift+ArrowUp Shift+ArrowDown Alt+ArrowUp Alt+ArrowDown';
/** Of a task whose title fits into a line. */
const HEIGHT_PX = 58;

const NONE: readonly Task[] = [];

export function TaskList({ list, listed, subtasks, series, when, empty, showProject, choosing, onEdit }: Props) {
  const start = useRef<HTMLDivElement>(null);
  const [doneOpen, setDoneOpen] = useState(true);
  const items = useMemo(() => itemsOf(listed, doneOpen), [listed, doneOpen]);
  const keys = useMemo(() => items.map(({ key }) => key), [items]);
  const names = useMemo(() => namesOf(items), [items]);
  const places = useMemo(() => new Map(keys.map((key, index) => [key, index])), [keys]);
  const { held, reveal } = useReveal(list, listed);
  const { drawn, rest, measure } = useWindowed(start, keys, HEIGHT_PX, (near) => {
    const first = near.length > 0 ? [0] : []; // where a key goes that leads to the list
    const kept = held === null ? undefined : places.get(listed.topOf.get(held) ?? '');
    return [...first, ...(kept === undefined ? [] : [kept]), ...near.flatMap((index) => names.get(index) ?? [])];
  });
  useKeptFocus(list, listed.order);
  useListKeys(list, choosing, listed.order, reveal);
  const onChoose = useStable(choosing.choose);
  const edit = useStable(onEdit);

  const branch = (task: Task, { group }: Item, isTop: boolean) => (
    <>
      <TaskRow
        task={task}
        subtasks={subtasks.get(task.id) ?? NONE}
        series={task.spawnedFrom ? series.get(task.spawnedFrom.id) : undefined}
        when={when}
        day={isDay(group) ? group.key : null}
        showProject={showProject && isTop}
        chosen={choosing.on ? choosing.has(task.id) : undefined}
        onChoose={onChoose}
        ordered={group.key === 'open'}
        onEdit={edit}
      />
      {group.below.has(task.id) && (
        <ul className="grid gap-2 pl-5 sm:pl-9">
          {group.below.get(task.id)?.map((each) => (
            <li key={each.id} className="grid grid-cols-[minmax(0,1fr)] gap-2">
              {branch(each, { group, key: '', place: 0 }, false)}
            </li>
          ))}
        </ul>
      )}
    </>
  );

  const row = ({ index, gap }: Drawn) => {
    const item = items[index];
    if (!item?.task) return null;
    return (
      <li
        key={item.key}
        ref={measure}
        data-index={index}
        aria-setsize={item.group.tops.length}
        aria-posinset={item.place}
        style={gap > 0 ? { marginTop: gap } : undefined}
        className="grid grid-cols-[minmax(0,1fr)] gap-2 pb-2"
      >
        {branch(item.task, item, true)}
      </li>
    );
  };

  /** A group's name, as an item of the list. */
  const name = ({ index, gap }: Drawn) => ({
    ref: measure,
    'data-index': index,
    style: gap > 0 ? { marginTop: gap } : undefined,
  });

  return (
    <section ref={list} aria-label={TEXT.list} aria-keyshortcuts={KEYS} tabIndex={-1} className="pt-4">
      {listed.groups.every(({ key }) => key === 'done') && empty}
      <div ref={start} className="[overflow-anchor:none]" style={{ paddingBottom: rest }}>
        {[...inGroups(items, drawn)].map(([group, [first, ...others]]) => {
          if (!first) return null;
          if (group.key === 'open') {
            return (
              <section key="open" data-ordered className="flow-root">
                <ul>{[first, ...others].map(row)}</ul>
              </section>
            );
          }
          if (group.key === 'done') {
            return (
              <details key="done" open={doneOpen} onToggle={({ currentTarget }) => setDoneOpen(currentTarget.open)}>
                <summary {...name(first)} className="cursor-pointer pt-6 pb-3 text-sm font-medium text-soft">
                  {TEXT.completed} · {group.count}
                </summary>
                <ul>{others.map(row)}</ul>
              </details>
            );
          }
          const title = group.key === 'overdue' ? TEXT.late : dayText(group.key, when);
          return (
            <section key={group.key} aria-labelledby={`group-${group.key}`} className="flow-root">
              <h2
                {...name(first)}
                id={`group-${group.key}`}
                className={clsx(
                  'flex items-baseline gap-2 pb-2 text-sm font-semibold',
                  first.index > 0 && 'pt-4',
                  group.key === 'overdue' && 'text-danger',
                )}
              >
                {title}
                <span className="text-xs font-normal text-soft tabular-nums">{group.count}</span>
              </h2>
              <ul>{others.map(row)}</ul>
            </section>
          );
        })}
      </div>
    </section>
  );
}

function isDay({ key }: ListedGroup): boolean {
  return key !== 'open' && key !== 'overdue' && key !== 'done';
}

function itemsOf({ groups }: Listed, doneOpen: boolean): Item[] {
  return groups.flatMap((group) => {
    const tasks = group.key === 'done' && !doneOpen ? NONE : group.tops;
    const rows = tasks.map((task, index): Item => ({ key: task.id, group, task, place: index + 1 }));
    return group.key === 'open' ? rows : [{ key: `name ${group.key}`, group, place: 0 }, ...rows];
  });
}

/** Of each item, where the name of its group stands. */
function namesOf(items: readonly Item[]): ReadonlyMap<number, number> {
  const names = new Map<number, number>();
  let name: number | undefined;
  for (const [index, { task, group }] of items.entries()) {
    if (!task) name = index;
    else if (group.key === 'open') name = undefined;
    if (name !== undefined) names.set(index, name);
  }
  return names;
}

function inGroups(items: readonly Item[], drawn: readonly Drawn[]): Map<ListedGroup, Drawn[]> {
  const groups = new Map<ListedGroup, Drawn[]>();
  for (const each of drawn) {
    const group = items[each.index]?.group;
    if (!group) continue;
    const those = groups.get(group);
    if (those) those.push(each);
    else groups.set(group, [each]);
  }
  return groups;
}
