import type { Board } from '@/features/tasks/board';
import type { Refused } from '@/graphql/outbox/change';
import type { OutboxLink } from '@/graphql/outbox/outbox';
import { RefusedChange } from './RefusedChange';
import { RefusedEdit } from './RefusedEdit';
import { TEXT } from './text';

interface Props {
  refused: readonly Refused[];
  board: Board;
  outbox: OutboxLink;
}

export function RefusedList({ refused, board, outbox }: Props) {
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
              <RefusedEdit refused={each} left={each.left} board={board} onDecided={() => outbox.decide(each.id)} />
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
