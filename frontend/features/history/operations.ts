import type { Run } from '@/graphql/ask';
import { ask } from '@/graphql/ask';
import { graphql } from '@/graphql/generated';
import type { HistoryQuery } from '@/graphql/generated/graphql';

const HISTORY = graphql(`
  query History($id: ID!, $after: Cursor) {
    events(first: 100, aggregateId: $id, after: $after) {
      nodes { id type timestamp data }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export type Happened = HistoryQuery['events']['nodes'][number];

/** All that the log has of a task, oldest first. Throws what `ask` throws. */
export async function historyOf(run: Run, id: string): Promise<Happened[]> {
  const all: Happened[] = [];
  for (let after: string | null = null; ; ) {
    const { nodes, pageInfo }: HistoryQuery['events'] = (await ask(run, HISTORY, { id, after })).events;
    all.push(...nodes);
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
}
