'use client';

import { ApolloProvider } from '@apollo/client/react';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { skip } from 'rxjs';
import { toast } from 'sonner';
import { endPushOfOthers } from '@/features/channels/push';
import { backoff, pause } from '@/graphql/backoff';
import { Session } from '@/graphql/session';
import { openStore, type Store } from '@/graphql/store';
import { useBeforeUnload } from '@/ui/useBeforeUnload';
import { useSubject } from '@/ui/useSubject';
import { AuthForm } from './AuthForm';
import { TEXT } from './text';

interface Here {
  session: Session;
  store: Store;
}

const HereContext = createContext<Here | null>(null);

/** The session and the store of whoever is signed in. Only below SignedIn. */
export function useHere(): Here {
  const here = useContext(HereContext);
  if (!here) throw new Error('useHere is for what SignedIn holds');
  return here;
}

/** Shows its children to who is signed in, and the form to who is not. */
export function SignedIn({ children }: { children: ReactNode }) {
  const [session] = useState(() => new Session());
  const userId = useSubject(session.userId$);

  useEffect(() => {
    const leaving = new AbortController();
    void restore(session, leaving.signal);
    return () => leaving.abort();
  }, [session]);

  useEffect(() => {
    if (userId !== undefined) void endPushOfOthers(userId).catch(() => {});
  }, [userId]);

  if (userId === undefined) {
    return <output className="grid min-h-dvh place-items-center text-soft">{TEXT.restoring} …</output>;
  }
  if (userId === null) return <AuthForm session={session} />;
  return (
    <WithStore key={userId} session={session}>
      {children}
    </WithStore>
  );
}

async function restore(session: Session, signal: AbortSignal) {
  for (let tries = 0; !signal.aborted && session.userId$.value === undefined; tries++) {
    try {
      await session.refresh();
      return;
    } catch {
      await pause(backoff(tries), signal); // the server is away
    }
  }
}

/** For one person, from their coming to their leaving: nothing here may be found by the next one. */
function WithStore({ session, children }: { session: Session; children: ReactNode }) {
  const [store, setStore] = useState<Store | null>(null);

  useEffect(() => {
    const opened = openStore(session);
    setStore(opened);
    void opened.feed.run();
    void opened.push.start().catch(() => {}); // where a browser won't, its channel is added by hand
    // What the toasts offer to undo is theirs as well.
    const leaving = session.userId$.pipe(skip(1)).subscribe(() => toast.dismiss());
    return () => {
      leaving.unsubscribe();
      opened.close();
    };
  }, [session]);

  if (!store) return null;
  return (
    <HereContext value={{ session, store }}>
      <ApolloProvider client={store.client}>{children}</ApolloProvider>
      <AskBeforeLeaving outbox={store.outbox} />
    </HereContext>
  );
}

/** What is not saved yet is lost with the tab. */
function AskBeforeLeaving({ outbox }: Pick<Store, 'outbox'>) {
  useBeforeUnload(useSubject(outbox.waiting$) > 0);
  return null;
}
