'use client';

import { clsx } from 'clsx';
import { useHere } from '@/features/session/SignedIn';
import { useLasting } from '@/ui/useLasting';
import { useSubject } from '@/ui/useSubject';
import { hears } from './feed';
import { TEXT } from './text';

const DOTS = {
  live: 'bg-good',
  polling: 'bg-good',
  connecting: 'bg-warn animate-pulse',
  reconnecting: 'bg-warn animate-pulse',
  offline: 'bg-danger',
} as const;

/** How long a change may take before it is told that it is not saved. */
const SLOW_MS = 2_000;

/** Whether what is on screen is how things are now, and whether everything made here is saved. */
export function Connection() {
  const { store } = useHere();
  const state = useSubject(store.feed.state$);
  const waiting = useSubject(store.outbox.waiting$);
  const slow = useLasting(waiting > 0, SLOW_MS);
  const unkept = useLasting(useSubject(store.outbox.unkept$) > 0, SLOW_MS);
  return (
    <output
      aria-live="polite"
      data-testid="connection-state"
      data-state={state}
      data-waiting={waiting}
      className="flex flex-wrap items-center justify-end gap-x-2 text-sm whitespace-nowrap text-soft"
    >
      <span aria-hidden className={clsx('size-2 rounded-full', DOTS[state])} />
      {TEXT[state]}
      {waiting > 0 && (slow || !hears(state)) && <span className="text-warn">· {TEXT.waiting(waiting)}</span>}
      {unkept && <span className="text-danger">· {TEXT.unkept}</span>}
    </output>
  );
}
