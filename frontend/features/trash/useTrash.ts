import { useApolloClient } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { putTask } from '@/features/live/apply';
import { useLive } from '@/features/live/useLive';
import { useHere } from '@/features/session/SignedIn';
import { ask } from '@/graphql/ask';
import { boardOf } from '@/graphql/cache';
import { graphql } from '@/graphql/generated';
import type { TrashQuery } from '@/graphql/generated/graphql';

const TRASH = graphql(`
  query Trash($after: String) {
    tasks(first: 100, after: $after, filter: { deleted: true }, orderBy: UPDATED_AT_DESC) {
      nodes { ...TaskFields }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export type Known = 'loading' | 'all' | 'some';

/** Puts what was deleted before beside what this tab knows of: from then on events keep it. */
export function useTrash(): Known {
  const { session } = useHere();
  const live = useLive();
  const client = useApolloClient();
  const [known, setKnown] = useState<Known>('loading');

  // Again with each connection: what is loaded anew has no deleted tasks in it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is when to ask, and not what
  useEffect(() => {
    let stale = false;
    const run: typeof session.run = (query, variables) => session.run(query, variables);

    async function load() {
      for (let after: string | null = null; !stale; ) {
        const { nodes, pageInfo }: TrashQuery['tasks'] = (await ask(run, TRASH, { after })).tasks;
        if (stale) return;
        // What is here is as new, or newer.
        const here = boardOf(client.cache);
        client.cache.batch({
          update(cache) {
            for (const task of nodes) if (!here.task(task.id)) putTask(cache, task);
          },
        });
        if (!pageInfo.hasNextPage) break;
        after = pageInfo.endCursor;
      }
      if (!stale) setKnown('all');
    }

    load().catch(() => !stale && setKnown('some'));
    return () => {
      stale = true;
    };
  }, [session, client, live]);

  return known;
}
