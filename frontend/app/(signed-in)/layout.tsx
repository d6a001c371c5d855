import type { ReactNode } from 'react';
import { TimeZoneQuestion } from '@/features/account/TimeZoneQuestion';
import { Commands } from '@/features/commands/Commands';
import { ShowTask } from '@/features/frame/ShowTask';
import { News } from '@/features/live/News';
import { RefusedChanges } from '@/features/refused/RefusedChanges';
import { SignedIn } from '@/features/session/SignedIn';

/** What is held for whoever is signed in stays as they go from page to page. */
export default function SignedInLayout({ children }: { children: ReactNode }) {
  return (
    <SignedIn>
      <ShowTask />
      <News />
      <TimeZoneQuestion />
      <RefusedChanges />
      {children}
      <Commands />
    </SignedIn>
  );
}
