'use client';

import { ApolloProvider } from '@apollo/client/react';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { skip } from 'rxjs';
import { endPushOfOthers } from '@/features/channels/push';
import { backoff, pause } from '@/graphql/backoff';
import { Database, lastOwner } from '@/graphql/kept/database';
import { Session } from '@/graphql/session';
import { openStore, type Store } from '@/graphql/store';
import { loadRestWhenIdle } from '@/ui/later';
import { forgetUndo } from '@/ui/undo';
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

/** Whoever left a copy here last is shown it at once, offline as well; the server is asked meanwhile. */
async function restore(session: Session, signal: AbortSignal) {
  const last = await lastOwner();
  if (signal.aborted) return;
  if (last !== null) session.assume(last);
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
    let opened: Store | undefined;
    const leaving = new AbortController();
    void open(session, leaving.signal).then((store) => {
      if (leaving.signal.aborted) store?.close();
      if (!store || leaving.signal.aborted) return;
      opened = store;
      setStore(store);
      void store.feed.run();
      void store.push.start().catch(() => {}); // where a browser won't, its channel is added by hand
    });
    // What can be undone is theirs as well.
    const left = session.userId$.pipe(skip(1)).subscribe(forgetUndo);
    return () => {
      leaving.abort();
      left.unsubscribe();
      opened?.close();
    };
  }, [session]);

  useEffect(() => {
    if (!store) return;
    const leaving = new AbortController();
    loadRestWhenIdle(leaving.signal);
    return () => leaving.abort();
  }, [store]);

  if (!store) return null;
  return (
    <HereContext value={{ session, store }}>
      <ApolloProvider client={store.client}>{children}</ApolloProvider>
      <AskBeforeLeaving outbox={store.outbox} />
    </HereContext>
  );
}

/** A store that goes on from what is on this device; undefined where its owner has left meanwhile. */
async function open(session: Session, signal: AbortSignal): Promise<Store | undefined> {
  const userId = session.userId$.value;
  if (!userId) return;
  const database = await Database.open(userId);
  const left = () => signal.aborted || session.userId$.value !== userId;
  if (left()) {
    database?.close();
    return;
  }
  const store = openStore(session, database);
  signal.addEventListener('abort', () => database?.close());
  await store.restore();
  if (left()) {
    store.close();
    return;
  }
  return store;
}

/** What is neither saved nor on the device is lost with the tab. */
function AskBeforeLeaving({ outbox }: Pick<Store, 'outbox'>) {
  useBeforeUnload(useSubject(outbox.unkept$) > 0);
  return null;
}
