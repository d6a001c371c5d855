'use client';

import { Settings } from 'lucide-react';
import Link from 'next/link';
import type { MouseEvent } from 'react';
import { Connection } from '@/features/live/Connection';
import { LogOutButton } from '@/features/session/LogOutButton';
import { useBoard } from '@/features/tasks/useBoard';
import { ALL } from '@/features/views/place';
import { go } from '@/features/views/usePlace';
import { Logo } from '@/ui/Logo';
import { later } from '@/ui/later';
import { TEXT } from './text';

const FailingChannels = later(() =>
  import('@/features/channels/FailingChannels').then(({ FailingChannels }) => FailingChannels),
);

/** From one view to another the page stays, and so does what is typed in it. */
function goHome(event: MouseEvent) {
  if (location.pathname !== '/' || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(ALL);
}

/** Above every page of whoever is signed in. */
export function Header() {
  const board = useBoard();
  return (
    <header className="flex h-16 items-center gap-3 print:hidden">
      <Link href="/" onClick={goHome} className="flex items-center gap-3 rounded-lg">
        <Logo className="size-8" />
        <span className="text-lg font-semibold tracking-tight">TaskFlow</span>
      </Link>
      <div className="ml-auto flex items-center gap-1.5 sm:gap-3">
        <FailingChannels />
        <Connection />
        {board && <span className="hidden text-sm text-soft sm:inline">{board.viewer.name || board.viewer.email}</span>}
        <Link
          href="/settings/"
          aria-label={TEXT.settings}
          title={TEXT.settings}
          className="inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-soft transition hover:bg-line/60 hover:text-ink"
        >
          <Settings aria-hidden className="size-4" />
        </Link>
        <LogOutButton />
      </div>
    </header>
  );
}
