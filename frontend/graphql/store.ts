/** One signed-in tab: its cache, its outbox and its live feed. */

import { ApolloClient, ApolloLink, InMemoryCache } from '@apollo/client';
import { map } from 'rxjs';
import { applyEvent, Versions } from '@/features/live/apply';
import { Feed } from '@/features/live/feed';
import { loadBoard } from '@/features/tasks/load';
import { socketUrl } from './http';
import { OutboxLink } from './outbox';
import type { Session } from './session';

export interface Store {
  client: ApolloClient;
  outbox: OutboxLink;
  feed: Feed;
}

export function openStore(session: Session): Store {
  const versions = new Versions();
  const outbox = new OutboxLink((query, variables) => session.run(query, variables));
  const cache = new InMemoryCache({
    typePolicies: {
      Query: {
        fields: {
          tasks: { keyArgs: false, merge: (_, incoming) => incoming },
          projects: { keyArgs: false, merge: (_, incoming) => incoming },
          labels: { merge: (_, incoming) => incoming },
        },
      },
      // A list of references: what it was is of no interest.
      Task: { fields: { labels: { merge: (_, incoming) => incoming } } },
    },
  });
  const client = new ApolloClient({ cache, link: ApolloLink.from([new StaleAnswers(versions), outbox]) });
  const feed = new Feed({
    url: socketUrl,
    token: () => session.token,
    refresh: () => session.refresh(),
    load: () => loadBoard((query, variables) => session.run(query, variables), cache, versions),
    apply: (event) => applyEvent(cache, versions, event),
  });
  return { client, outbox, feed };
}

/** A mutation's answer may come after its own event, and after newer ones: what it holds is old news then, objects
 * beside it included, and is left out. */
export class StaleAnswers extends ApolloLink {
  constructor(private readonly versions: Versions) {
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
    const fields = Object.entries(payload).map(([name, value]) => [
      name,
      isVersioned(value) && !this.versions.isNews(value) ? null : value,
    ]);
    return Object.fromEntries(fields);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isVersioned(value: unknown): value is { __typename: string; id: string; version: number } {
  return isObject(value) && typeof value.version === 'number' && typeof value.id === 'string';
}
