/** Changes go out in the order they were made, and again until they are answered.
 *
 * Sending one twice is harmless: a create has an id of the client's own, and the other changes say what shall be, not
 * what to do. So while the server is away nothing is lost; it waits here.
 */

import { ApolloLink, Observable } from '@apollo/client';
import { print } from 'graphql';
import { BehaviorSubject } from 'rxjs';
import { backoff, pause } from './backoff';
import { type Answer, errorCode, Unreachable } from './http';

type Variables = Record<string, unknown>;
type Data = Record<string, unknown>;
type Send = (query: string, variables: Variables) => Promise<Answer<Data>>;

/** Given in an operation's context. What to send in its place after this answer, and before any other change; null
 * where the answer stands. */
export type Again = (data: Data) => Variables | null;

export class OutboxLink extends ApolloLink {
  /** Changes that were made here and are not answered yet. */
  readonly waiting$ = new BehaviorSubject(0);
  private readonly stopping = new AbortController();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly send: Send,
    private readonly wait: (ms: number, signal: AbortSignal) => Promise<void> = pause,
  ) {
    super();
  }

  /** Nothing is sent any more. What waits, and what still comes, fails for this reason. */
  stop(reason: Error) {
    this.stopping.abort(reason);
  }

  override request(operation: ApolloLink.Operation): Observable<ApolloLink.Result> {
    const { again } = operation.getContext() as { again?: Again };
    return new Observable((sink) => {
      this.waiting$.next(this.waiting$.value + 1);
      this.last = this.last
        .then(() => this.deliver(print(operation.query), operation.variables, again))
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

  private async deliver(query: string, variables: Variables, again?: Again) {
    const { signal } = this.stopping;
    for (let tries = 0; ; tries++) {
      signal.throwIfAborted();
      try {
        const answer = await this.send(query, variables);
        if (errorCode(answer) !== 'RATE_LIMITED') {
          const next = answer.data && again?.(answer.data);
          if (!next) return answer;
          variables = next;
          continue;
        }
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
      }
      await this.wait(backoff(tries), signal);
    }
  }
}
