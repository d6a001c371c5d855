'use client';

import { TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import { useHere } from '@/features/session/SignedIn';
import { useSubject } from '@/ui/useSubject';
import { nameOf } from './names';
import { TEXT } from './text';

/** Says where nothing arrives any more, and leads to what can be done about it. */
export function FailingChannels() {
  const { store } = useHere();
  const failing = useSubject(store.channels.known$)?.channels.filter(({ failedAt }) => failedAt !== null) ?? [];
  return (
    <div aria-live="polite" className="contents">
      {failing.length > 0 && (
        <Link
          href="/settings/"
          className="inline-flex min-h-9 items-center gap-1.5 rounded-lg px-2 text-sm font-medium text-danger hover:bg-line/60"
        >
          <TriangleAlert aria-hidden className="size-4 shrink-0" />
          <span className="sr-only sm:not-sr-only">{TEXT.fails(failing.map(nameOf))}</span>
        </Link>
      )}
    </div>
  );
}
