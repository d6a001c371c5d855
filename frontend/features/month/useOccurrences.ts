import { useEffect, useMemo, useState } from 'react';
import { useLive } from '@/features/live/useLive';
import { useHere } from '@/features/session/SignedIn';
import type { Task } from '@/features/tasks/board';
import { dayIn } from '@/features/tasks/zone';
import { ask } from '@/graphql/ask';
import { graphql } from '@/graphql/generated';
import type { OccurrencesQuery } from '@/graphql/generated/graphql';

/** As many as the server tells of a series. */
const MOST = 100;

// A series comes again whether its first task is done or not.
const OCCURRENCES = graphql(`
  query Occurrences($after: String) {
    tasks(first: 100, after: $after, filter: { recurring: true }) {
      nodes { id recurrence { upcoming(first: 100) } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

type Known = ReadonlyMap<string, readonly string[]>;

export interface Occurrences {
  /** The series that come again on each day. */
  days: ReadonlyMap<string, readonly Task[]>;
  /** The last day up to which all of them are known; undefined where all are, null where the server can't be asked. */
  until: string | null | undefined;
}

/** Where series come again, by the days of the zone, as the server reckons. What could be asked before stays. */
export function useOccurrences(tasks: readonly Task[], zone: string): Occurrences {
  const { session } = useHere();
  const live = useLive();
  const [known, setKnown] = useState<Known | null>(null);
  const series = useMemo(() => tasks.filter(({ recurrence }) => recurrence !== null), [tasks]);
  const key = series.map(({ id, version }) => `${id} ${version}`).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `live` and `key` are when to ask, and not what
  useEffect(() => {
    if (!key) return;
    let stale = false;
    const run = session.run.bind(session);

    async function load() {
      const found = new Map<string, readonly string[]>();
      for (let after: string | null = null; ; ) {
        const { nodes, pageInfo }: OccurrencesQuery['tasks'] = (await ask(run, OCCURRENCES, { after })).tasks;
        if (stale) return;
        for (const { id, recurrence } of nodes) found.set(id, recurrence?.upcoming ?? []);
        if (!pageInfo.hasNextPage) break;
        after = pageInfo.endCursor;
      }
      setKnown(found);
    }

    load().catch(() => {}); // again with the next connection
    return () => {
      stale = true;
    };
  }, [session, live, key]);

  return useMemo(() => {
    const days = new Map<string, Task[]>();
    let until: Occurrences['until'] = known || live || series.length === 0 ? undefined : null;
    for (const task of series) {
      const own = task.allDay ? (task.recurrence?.timeZone ?? task.timeZone) : zone;
      const upcoming = known?.get(task.id) ?? [];
      for (const at of upcoming) {
        const day = dayIn(own, new Date(at));
        days.set(day, [...(days.get(day) ?? []), task]);
      }
      const last = upcoming.length < MOST ? undefined : dayIn(own, new Date(upcoming.at(-1) ?? ''));
      if (last && (!until || last < until)) until = last;
    }
    return { days, until };
  }, [known, live, series, zone]);
}
