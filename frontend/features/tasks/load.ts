/** Loading everything: at the start, and again where the log can't be followed any further. */

import type { ApolloCache } from '@apollo/client';
import type { DocumentNode } from 'graphql';
import type { Versioned, Versions } from '@/features/live/apply';
import { withNewestReminders } from '@/features/reminders/keep';
import type { LoadQuery, MoreProjectsQuery, MoreTasksQuery } from '@/graphql/generated/graphql';
import { type Answer, Unreachable } from '@/graphql/http';
import { textOf } from '@/graphql/text';
import { BOARD, LOAD, MORE_PROJECTS, MORE_TASKS } from './board';

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
  const nodes = { tasks: once(taskNodes), projects: once(projectNodes) };
  if (lost) versions.forget();
  const known = cache.readQuery({ query: BOARD });
  const newest = <Thing extends Versioned>(
    things: readonly Thing[],
    here: readonly Thing[] | null | undefined,
  ): Thing[] =>
    things.flatMap((thing) => {
      if (versions.admit(thing)) return [thing];
      return here?.filter(({ id }) => id === thing.id) ?? [];
    });
  const whole = { hasNextPage: false, endCursor: null, __typename: 'PageInfo' as const };
  cache.writeQuery({
    query: BOARD,
    data: {
      viewer: newest([board.viewer], known && [known.viewer])[0] ?? board.viewer,
      labels: newest(board.labels, known?.labels),
      tasks: {
        ...tasks,
        nodes: newest(nodes.tasks, known?.tasks.nodes).map((task) => withNewestReminders(cache, versions, task)),
        pageInfo: whole,
      },
      projects: { ...projects, nodes: newest(nodes.projects, known?.projects.nodes), pageInfo: whole },
    },
  });
  return cursor;
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
  if (!data) throw new Unreachable(errors?.[0]?.message ?? 'The server gave no answer.');
  return data;
}
