'use client';

import { useQuery } from '@apollo/client/react';
import { useHere } from '@/features/session/SignedIn';
import { BOARD } from '@/features/tasks/board';
import { useSubject } from '@/ui/useSubject';
import { RefusedChange } from './RefusedChange';
import { RefusedEdit } from './RefusedEdit';
import { TEXT } from './text';

/** What could not be saved, also of an earlier day: it stays until its maker has decided. */
export function RefusedChanges() {
  const { outbox } = useHere().store;
  const refused = useSubject(outbox.refused$);
  const { data } = useQuery(BOARD, { fetchPolicy: 'cache-only' });
  if (refused.length === 0 || !data) return null;
  return (
    <section aria-label={TEXT.title} className="mx-auto max-w-5xl px-4 pt-4">
      <ul aria-live="polite" className="grid gap-2">
        {refused.map((each) => (
          <li
            key={each.id}
            data-testid="refused"
            className="grid gap-2 rounded-xl border border-warn bg-card px-4 py-3 text-sm"
          >
            {each.left ? (
              <RefusedEdit refused={each} left={each.left} board={data} onDecided={() => outbox.decide(each.id)} />
            ) : (
              <RefusedChange
                refused={each}
                onRetry={() => outbox.retry(each)}
                onDismiss={() => outbox.decide(each.id)}
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
