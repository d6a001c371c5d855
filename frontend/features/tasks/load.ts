/** Loading everything: at the start, and again where the log can't be followed any further. */

import type { ApolloCache } from '@apollo/client';
import type { DocumentNode } from 'graphql';
import type { Versions } from '@/features/live/apply';
import type { LoadQuery, MoreProjectsQuery, MoreTasksQuery } from '@/graphql/generated/graphql';
import { type Answer, Unreachable } from '@/graphql/http';
import { textOf } from '@/graphql/text';
import { BOARD, LOAD, MORE_PROJECTS, MORE_TASKS } from './board';

type Run = <Data>(query: string, variables: Record<string, unknown>) => Promise<Answer<Data>>;

/** The cursor that the copy stands at. It is read before any list, so following it from there misses nothing.
 *
 * Throws Unreachable. */
export async function loadBoard(run: Run, cache: ApolloCache, versions: Versions): Promise<string> {
  const { cursor, ...board } = await answered<LoadQuery>(run, LOAD, {});
  const { tasks, projects } = board;
  const nodes = [...tasks.nodes];
  for (let page = tasks.pageInfo; page.hasNextPage; ) {
    const more = (await answered<MoreTasksQuery>(run, MORE_TASKS, { after: page.endCursor })).tasks;
    nodes.push(...more.nodes);
    page = more.pageInfo;
  }
  const projectNodes = [...projects.nodes];
  for (let page = projects.pageInfo; page.hasNextPage; ) {
    const more = (await answered<MoreProjectsQuery>(run, MORE_PROJECTS, { after: page.endCursor })).projects;
    projectNodes.push(...more.nodes);
    page = more.pageInfo;
  }
  versions.forget(); // the server may have been put back to an earlier state
  for (const thing of [...nodes, ...projectNodes, ...board.labels, board.viewer]) versions.admit(thing);
  const whole = { hasNextPage: false, endCursor: null, __typename: 'PageInfo' as const };
  cache.writeQuery({
    query: BOARD,
    data: {
      ...board,
      tasks: { ...tasks, nodes, pageInfo: whole },
      projects: { ...projects, nodes: projectNodes, pageInfo: whole },
    },
  });
  return cursor;
}

async function answered<Data>(run: Run, query: DocumentNode, variables: Record<string, unknown>): Promise<Data> {
  const { data, errors } = await run<Data>(textOf(query), variables);
  if (!data) throw new Unreachable(errors?.[0]?.message ?? 'The server gave no answer.');
  return data;
}
