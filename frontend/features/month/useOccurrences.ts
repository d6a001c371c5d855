import { useEffect, useMemo, useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import type { Task } from '@/features/tasks/board';
import { dayIn } from '@/features/tasks/zone';
import { ask } from '@/graphql/ask';
import { graphql } from '@/graphql/generated';

/** Enough for two months of something daily. */
const OCCURRENCES = graphql(`
  query Occurrences {
    tasks(first: 100, filter: { recurring: true, completed: false }) {
      nodes { id recurrence { upcoming(first: 62) } }
    }
  }
`);

/** The series that come again on each day of the zone, as the server reckons; none while it can't be asked. */
export function useOccurrences(tasks: readonly Task[], zone: string): ReadonlyMap<string, readonly Task[]> {
  const { session } = useHere();
  const [known, setKnown] = useState<ReadonlyMap<string, readonly string[]>>(new Map());
  const series = tasks.filter(({ recurrence }) => recurrence !== null);
  const key = series.map(({ id, version }) => `${id} ${version}`).join();

  useEffect(() => {
    if (!key) return;
    let stale = false;
    ask((query, variables) => session.run(query, variables), OCCURRENCES, {}).then(
      ({ tasks }) => {
        if (!stale) setKnown(new Map(tasks.nodes.map(({ id, recurrence }) => [id, recurrence?.upcoming ?? []])));
      },
      () => {}, // what is there already is shown all the same
    );
    return () => {
      stale = true;
    };
  }, [session, key]);

  return useMemo(() => {
    const days = new Map<string, Task[]>();
    for (const task of series) {
      const own = task.allDay ? (task.recurrence?.timeZone ?? task.timeZone) : zone;
      for (const at of known.get(task.id) ?? []) {
        const day = dayIn(own, new Date(at));
        days.set(day, [...(days.get(day) ?? []), task]);
      }
    }
    return days;
  }, [known, series, zone]);
}
