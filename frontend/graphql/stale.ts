/** A mutation's answer may come after its own event, and after newer ones: what it holds is old news then, objects
 * beside it included, and is left out. */

import { type ApolloCache, ApolloLink } from '@apollo/client';
import { map } from 'rxjs';
import type { Versioned, Versions } from '@/features/live/apply';
import { withNewestReminders } from '@/features/reminders/keep';
import type { Task } from '@/features/tasks/board';
import type { Data } from './outbox/change';

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

  /** An answer without what is old. */
  without(data: Data): Data {
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
