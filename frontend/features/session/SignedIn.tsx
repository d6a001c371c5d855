'use client';

import { ApolloProvider } from '@apollo/client/react';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { backoff, pause } from '@/graphql/backoff';
import { Session } from '@/graphql/session';
import { openStore, type Store } from '@/graphql/store';
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
  const state = useSubject(session.state$);

  useEffect(() => {
    const leaving = new AbortController();
    void restore(session, leaving.signal);
    return () => leaving.abort();
  }, [session]);

  if (state === 'signed-out') return <AuthForm session={session} />;
  if (state === 'signed-in') return <WithStore session={session}>{children}</WithStore>;
  return <output className="grid min-h-dvh place-items-center text-soft">{TEXT.restoring} …</output>;
}

async function restore(session: Session, signal: AbortSignal) {
  for (let tries = 0; !signal.aborted && session.state$.value === 'restoring'; tries++) {
    try {
      await session.refresh();
      return;
    } catch {
      await pause(backoff(tries), signal); // the server is away
    }
  }
}

function WithStore({ session, children }: { session: Session; children: ReactNode }) {
  const [store, setStore] = useState<Store | null>(null);

  useEffect(() => {
    const opened = openStore(session);
    setStore(opened);
    void opened.feed.run();
    return () => opened.feed.stop();
  }, [session]);

  if (!store) return null;
  return (
    <HereContext value={{ session, store }}>
      <ApolloProvider client={store.client}>{children}</ApolloProvider>
    </HereContext>
  );
}
