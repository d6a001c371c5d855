/** What one tab holds for whoever is signed in: a cache, an outbox, a live feed and their channels. It ends as they leave. */

import { type ApolloCache, ApolloClient, ApolloLink, InMemoryCache } from '@apollo/client';
import { filter, map, skip } from 'rxjs';
import { Channels } from '@/features/channels/channels';
import { PushHere } from '@/features/channels/push';
import { applyEvent, type Versioned, Versions } from '@/features/live/apply';
import { Feed } from '@/features/live/feed';
import { eventsAfter } from '@/features/live/poll';
import { withNewestReminders } from '@/features/reminders/keep';
import type { Task } from '@/features/tasks/board';
import { loadBoard } from '@/features/tasks/load';
import { socketUrl } from './http';
import { OutboxLink } from './outbox';
import { Left, type Session } from './session';

export interface Store {
  client: ApolloClient;
  outbox: OutboxLink;
  feed: Feed;
  channels: Channels;
  push: PushHere;
  /** Nothing goes out or comes in any more; changes that wait are refused. */
  close: () => void;
}

export function openStore(session: Session): Store {
  const versions = new Versions();
  const leaving = new AbortController();
  const run: Session['run'] = async (query, variables) => {
    leaving.signal.throwIfAborted();
    return session.run(query, variables);
  };
  const outbox = new OutboxLink(run);
  const cache = new InMemoryCache({
    typePolicies: {
      Query: {
        fields: {
          tasks: { keyArgs: false, merge: (_, incoming) => incoming },
          projects: { keyArgs: false, merge: (_, incoming) => incoming },
          labels: { merge: (_, incoming) => incoming },
        },
      },
      // What it was is of no interest.
      Task: {
        fields: {
          labels: { merge: (_, incoming) => incoming },
          reminders: { merge: (_, incoming) => incoming },
          recurrence: { merge: (_, incoming) => incoming },
        },
      },
    },
  });
  const client = new ApolloClient({ cache, link: ApolloLink.from([new StaleAnswers(versions, cache), outbox]) });
  const feed = new Feed({
    url: socketUrl,
    token: () => session.token,
    renewalMs: () => session.renewalMs,
    refresh: () => session.refresh(),
    load: () => loadBoard(run, cache, versions),
    poll: (after) => eventsAfter(run, after),
    apply: (event) => applyEvent(cache, versions, event),
  });
  const channels = new Channels(run);
  const unfollow = channels.follow(feed.state$.pipe(filter((state) => state === 'live' || state === 'polling')));
  const push = new PushHere(channels, session.userId$.value ?? '');
  const close = () => {
    watching.unsubscribe();
    unfollow();
    leaving.abort(new Left());
    outbox.stop(new Left());
    feed.stop();
  };
  // At once, and not when the page is drawn anew: no change of one person's may find the next one's token.
  const watching = session.userId$.pipe(skip(1)).subscribe(close);
  return { client, outbox, feed, channels, push, close };
}

/** A mutation's answer may come after its own event, and after newer ones: what it holds is old news then, objects
 * beside it included, and is left out. */
export class StaleAnswers extends ApolloLink {
  constructor(
    private readonly versions: Versions,
    private readonly cache: ApolloCache,
  ) {
    super();
  }

  override request(operation: ApolloLink.Operation, forward: ApolloLink.ForwardFunction) {
    return forward(operation).pipe(
      map((result) => (result.data ? { ...result, data: this.without(result.data) } : result)),
    );
  }

  private without(data: Record<string, unknown>) {
    const payloads = Object.entries(data).map(([name, payload]) => [name, this.payload(payload)]);
    return Object.fromEntries(payloads);
  }

  private payload(payload: unknown) {
    if (!isObject(payload)) return payload;
    return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, this.news(value)]));
  }

  /** A task's reminders have versions of their own. */
  private news(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.news(one)).filter((one) => one !== null);
    if (!isVersioned(value)) return value;
    if (!this.versions.isNews(value)) return null;
    return isTask(value) ? withNewestReminders(this.cache, this.versions, value) : value;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTask(value: Versioned): value is Task {
  return value.__typename === 'Task';
}

function isVersioned(value: unknown): value is Versioned {
  return isObject(value) && typeof value.version === 'number' && typeof value.id === 'string';
}
