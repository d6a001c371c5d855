/** Sends what waits: the first that was made first, and each until it is answered. */

import { backoff, pause } from '@/graphql/backoff';
import { type Answer, errorCode, Unreachable } from '@/graphql/http';
import type { Ledger } from '@/graphql/kept/ledger';
import { Left } from '@/graphql/session';
import type { Change, Data, Variables } from './change';
import { inTurn } from './tabs';

export interface SenderPorts {
  send: (query: string, variables: Variables) => Promise<Answer<Data>>;
  ledger: Ledger;
  /** What to send in a change's place after this answer, and before any other; null where the answer stands. */
  again: (change: Change, data: Data) => Change | null;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

interface Calls {
  onAnswer: (change: Change, answer: Answer<Data>) => Promise<void>;
  /** Whoever made it is not signed in any more. */
  onLeft: (reason: Left) => void;
  /** There is nothing left to send. */
  onIdle: () => void;
}

/** A number: there was no answer, and to be tried again after so many milliseconds at the earliest. */
type Turn = 'answered' | 'nothing' | number;

export class Sender {
  private sending = false;
  /** Whether there may be more since it was looked. */
  private more = false;

  constructor(
    private readonly ports: SenderPorts,
    private readonly calls: Calls,
    private readonly signal: AbortSignal,
  ) {}

  /** Sends all there is. Every tab tries, and whichever finds the server sends for all. */
  async wake(): Promise<void> {
    this.more = true;
    if (this.sending) return;
    this.sending = true;
    for (let tries = 0; !this.signal.aborted; ) {
      this.more = false;
      const turn = await inTurn(() => this.turn());
      if (typeof turn === 'number') await (this.ports.wait ?? pause)(turn || backoff(tries++), this.signal);
      else tries = 0;
      if (turn === 'nothing' && !this.more) break;
    }
    this.sending = false;
    if (!this.signal.aborted) this.calls.onIdle();
  }

  private async turn(): Promise<Turn> {
    const { ledger, again } = this.ports;
    if (this.signal.aborted) return 'nothing';
    let change = await ledger.first();
    if (!change) return 'nothing';
    for (;;) {
      const answer = await this.answerTo(change);
      if (answer instanceof Left) {
        this.calls.onLeft(answer);
        return 'nothing';
      }
      if (typeof answer === 'number') return answer;
      const next: Change | null = answer.data ? again(change, answer.data) : null;
      if (!next) {
        await this.calls.onAnswer(change, answer);
        return 'answered';
      }
      change = next;
      await ledger.replace(change);
    }
  }

  /** A number where there is none now, and the same may be sent again. */
  private async answerTo({ query, variables }: Change): Promise<Answer<Data> | Left | number> {
    try {
      const answer = await this.ports.send(query, variables);
      if (errorCode(answer) !== 'RATE_LIMITED') return answer;
      return (answer.errors?.[0]?.extensions?.retryAfter ?? 0) * 1000;
    } catch (error) {
      if (error instanceof Unreachable) return 0;
      if (error instanceof Left) return error;
      return { errors: [{ message: (error as Error).message }] };
    }
  }
}
