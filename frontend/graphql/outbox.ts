/** Changes go out in the order they were made, and again until they are answered.
 *
 * Sending one twice is harmless: a create has an id of the client's own, and the other changes say what shall be, not
 * what to do. So while the server is away nothing is lost; it waits here.
 */

import { ApolloLink, Observable } from '@apollo/client';
import { print } from 'graphql';
import { BehaviorSubject } from 'rxjs';
import { backoff, pause } from './backoff';
import { type Answer, Unreachable } from './http';

type Send = (query: string, variables: Record<string, unknown>) => Promise<Answer<Record<string, unknown>>>;

export class OutboxLink extends ApolloLink {
  /** Changes that were made here and are not answered yet. */
  readonly waiting$ = new BehaviorSubject(0);
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly send: Send,
    private readonly wait: (ms: number) => Promise<void> = pause,
  ) {
    super();
  }

  override request(operation: ApolloLink.Operation): Observable<ApolloLink.Result> {
    return new Observable((sink) => {
      this.waiting$.next(this.waiting$.value + 1);
      this.last = this.last
        .then(() => this.deliver(print(operation.query), operation.variables))
        .then(
          (answer) => {
            sink.next(answer as ApolloLink.Result);
            sink.complete();
          },
          (error) => sink.error(error),
        )
        .finally(() => this.waiting$.next(this.waiting$.value - 1));
      // Once made, a change is sent, whether or not anybody still looks at its answer.
    });
  }

  private async deliver(query: string, variables: Record<string, unknown>) {
    for (let tries = 0; ; tries++) {
      try {
        return await this.send(query, variables);
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
      }
      await this.wait(backoff(tries));
    }
  }
}
