/** Loading everything: at the start, and again where the log can't be followed any further. */

import type { ApolloCache, Reference } from '@apollo/client';
import type { DocumentNode } from 'graphql';
import type { Versioned, Versions } from '@/features/live/apply';
import { withNewestReminders } from '@/features/reminders/keep';
import { boardOf } from '@/graphql/cache';
import { textOf } from '@/graphql/document';
import type { LoadQuery, MoreProjectsQuery, MoreTasksQuery } from '@/graphql/generated/graphql';
import { type Answer, Unreachable } from '@/graphql/http';
import { inSlices } from '@/graphql/slices';
import { TEXT as GRAPHQL } from '@/graphql/text';
import { BOARD, LOAD, MORE_PROJECTS, MORE_TASKS, TASK_FIELDS, type Task } from './board';

type Run = <Data>(query: string, variables: Record<string, unknown>) => Promise<Answer<Data>>;

/** The cursor that the copy stands at. It is read before any list, so following it from there misses nothing. What was
 * seen here meanwhile is newer than the lists, unless the log was lost: then the server may have been put back to an
 * earlier state, and only what it says now counts.
 *
 * Throws Unreachable. */
export async function loadBoard(run: Run, cache: ApolloCache, versions: Versions, lost = false): Promise<string> {
  const { cursor, ...board } = await answered<LoadQuery>(run, LOAD, {});
  const { tasks, projects } = board;
  const taskNodes = [...tasks.nodes];
  for (let page = tasks.pageInfo; page.hasNextPage; ) {
    const more = (await answered<MoreTasksQuery>(run, MORE_TASKS, { after: page.endCursor })).tasks;
    taskNodes.push(...more.nodes);
    page = more.pageInfo;
  }
  const projectNodes = [...projects.nodes];
  for (let page = projects.pageInfo; page.hasNextPage; ) {
    const more = (await answered<MoreProjectsQuery>(run, MORE_PROJECTS, { after: page.endCursor })).projects;
    projectNodes.push(...more.nodes);
    page = more.pageInfo;
  }
  if (lost) versions.forget();
  const known = boardOf(cache).board$.value;
  const newest = <Thing extends Versioned>(things: readonly Thing[], here: readonly Thing[] = []): Thing[] =>
    things.flatMap((thing) => (versions.admit(thing) ? [thing] : here.filter(({ id }) => id === thing.id)));
  const rows = await taskRows(cache, versions, once(taskNodes));
  const whole = { hasNextPage: false, endCursor: null, __typename: 'PageInfo' as const };
  cache.batch({
    update(cache) {
      cache.writeQuery({
        query: BOARD,
        data: {
          viewer: newest([board.viewer], known ? [known.viewer] : [])[0] ?? board.viewer,
          labels: newest(board.labels, known?.labels),
          tasks: { ...tasks, nodes: [], pageInfo: whole },
          projects: { ...projects, nodes: newest(once(projectNodes), known?.projects.nodes), pageInfo: whole },
        },
      });
      cache.modify<{ tasks: { nodes: readonly Reference[] } }>({
        fields: { tasks: (list) => ('nodes' in list ? { ...list, nodes: rows } : list) },
      });
    },
  });
  for (const { __ref: id } of rows) boardOf(cache).release(id); // the list holds them now
  return cursor;
}

/** Puts thousands of tasks into the cache while the page goes on; they are seen once a list has them. */
async function taskRows(cache: ApolloCache, versions: Versions, tasks: readonly Task[]): Promise<Reference[]> {
  const rows: Reference[] = [];
  const write = (task: Task) => {
    const row = versions.admit(task)
      ? cache.writeFragment({
          fragment: TASK_FIELDS,
          fragmentName: 'TaskFields',
          data: withNewestReminders(cache, versions, task),
          broadcast: false,
        })
      : boardOf(cache).task(task.id) && { __ref: cache.identify(task) ?? '' };
    if (row) rows.push(row);
  };
  await inSlices(tasks, write);
  return rows;
}

/** Each thing once: what moves from one page to another while both are read comes twice, and what belongs to it is as
 * it was last. */
function once<Node extends { id: string; version: number }>(nodes: readonly Node[]): Node[] {
  const newest = new Map<string, Node>();
  for (const node of nodes) {
    const known = newest.get(node.id);
    if (!known || known.version <= node.version) newest.set(node.id, node);
  }
  return [...newest.values()];
}

async function answered<Data>(run: Run, query: DocumentNode, variables: Record<string, unknown>): Promise<Data> {
  const { data, errors } = await run<Data>(textOf(query), variables);
  if (!data) throw new Unreachable(errors?.[0]?.message ?? GRAPHQL.noAnswer);
  return data;
}
