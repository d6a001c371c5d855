/** What one tab holds for whoever is signed in: a cache, an outbox, a live feed and their channels. It ends as they leave. */

import { ApolloClient, ApolloLink } from '@apollo/client';
import { filter, type Observable, Subject, skip } from 'rxjs';
import { Channels } from '@/features/channels/channels';
import { PushHere } from '@/features/channels/push';
import { applyEvent, Versions } from '@/features/live/apply';
import type { LiveEvent } from '@/features/live/events';
import { Feed, hears } from '@/features/live/feed';
import { Shown } from '@/features/live/shown';
import { again, refusalOf } from '@/features/tasks/aim';
import { BOARD } from '@/features/tasks/board';
import { Drafts } from '@/features/tasks/drafts';
import { loadBoard } from '@/features/tasks/load';
import { BoardCache } from './cache';
import { textOf } from './document';
import { socketUrl } from './http';
import { Copy } from './kept/copy';
import type { Database } from './kept/database';
import { Ledger } from './kept/ledger';
import { isFrom } from './origin';
import { OutboxLink } from './outbox/outbox';
import { Tabs } from './outbox/tabs';
import { Left, type Session } from './session';
import { StaleAnswers } from './stale';

export interface Store {
  client: ApolloClient;
  outbox: OutboxLink;
  feed: Feed;
  channels: Channels;
  push: PushHere;
  drafts: Drafts;
  /** Events of what was asked for elsewhere, and of what the server does by itself. */
  elsewhere$: Observable<LiveEvent>;
  /** Shows what an earlier page left on this device; the feed goes on from there. */
  restore: () => Promise<void>;
  /** Nothing of them stays on this device. */
  forget: () => Promise<void>;
  /** Nothing goes out or comes in any more. Changes that wait are refused, or stay on the device. */
  close: () => void;
}

export function openStore(session: Session, database: Database | null = null): Store {
  const userId = session.userId$.value ?? '';
  const versions = new Versions();
  const leaving = new AbortController();
  const run: Session['run'] = async (query, variables) => {
    leaving.signal.throwIfAborted();
    return session.run(query, variables);
  };
  const cache = new BoardCache();
  const copy = database && new Copy(database, cache, versions, textOf(BOARD));
  const stale = new StaleAnswers(versions, cache);
  const shown = new Shown(cache, (data) => stale.without(data));
  const outbox = new OutboxLink({
    send: run,
    ledger: new Ledger(database),
    tabs: new Tabs(userId, database !== null),
    again,
    refusal: refusalOf,
    show: (change) => shown.show(change),
    left: () => {
      session.loggedOut = true; // which they did for all tabs
      void session.refresh().catch(() => undefined);
    },
    answered: (change, { data }) => shown.answered(change, data),
    settled: () => copy?.changed(), // its event may be long in coming, and until then it is nowhere else
  });
  const client = new ApolloClient({ cache, link: ApolloLink.from([stale, outbox]) });
  const elsewhere$ = new Subject<LiveEvent>();
  const feed = new Feed({
    url: socketUrl,
    token: () => session.token,
    renewalMs: () => session.renewalMs,
    refresh: () => session.refresh(),
    ask: run,
    load: async (lost) => {
      const cursor = await loadBoard(run, cache, versions, lost);
      copy?.standsAt(cursor);
      outbox.showAgain();
      return cursor;
    },
    apply: (event) => {
      applyEvent(cache, versions, event);
      copy?.standsAt(event.cursor);
      if (!isFrom(session.token, event.correlationId)) elsewhere$.next(event);
    },
  });
  const channels = new Channels(run);
  const unfollow = channels.follow(feed.state$.pipe(filter(hears)));
  const push = new PushHere(channels, userId);
  const drafts = new Drafts(userId);
  const save = () => {
    if (document.visibilityState === 'hidden') void copy?.save();
  };
  document.addEventListener('visibilitychange', save);
  const restore = async () => {
    const cursor = (await copy?.restore()) ?? null;
    if (cursor !== null) feed.resume(cursor);
    await outbox.restore();
  };
  const close = () => {
    watching.unsubscribe();
    unfollow();
    document.removeEventListener('visibilitychange', save);
    copy?.close();
    const waits = database !== null && session.userId$.value === null && !session.loggedOut;
    leaving.abort(new Left(waits));
    outbox.stop(new Left(waits));
    feed.stop();
  };
  // At once, and not when the page is drawn anew: no change of one person's may find the next one's token.
  const watching = session.userId$.pipe(skip(1)).subscribe((next) => {
    if (session.loggedOut) outbox.leave();
    close();
    if (next !== null) return;
    if (session.loggedOut) drafts.clear();
    const gone = session.loggedOut ? database?.clear() : database?.clearCopy();
    void gone?.catch(() => undefined);
  });
  const forget = async () => {
    copy?.close();
    drafts.clear();
    await database?.clear().catch(() => undefined);
  };
  return { client, outbox, feed, channels, push, drafts, elsewhere$, restore, forget, close };
}
