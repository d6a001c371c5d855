/** The channels of whoever is signed in, as this tab knows them.
 *
 * Nothing in the log tells of them, so they are asked for: as the feed comes to life, whenever the page comes into
 * view, and every few minutes.
 */

import type { TypedDocumentNode } from '@apollo/client';
import { BehaviorSubject, type Observable } from 'rxjs';
import { ask, type Fault, faultBy, faultOf, type Run } from '@/graphql/ask';
import type { ChannelKind } from '@/graphql/generated/graphql';
import { CHANNELS, type Channel, type ChannelPayload, REMOVE } from './operations';

const AGAIN_MS = 5 * 60_000;

export interface Known {
  channels: readonly Channel[];
  /** What this server can send through. */
  kinds: readonly ChannelKind[];
  vapidPublicKey: string | null;
}

/** What came of a change. */
export interface Outcome {
  channel: Channel | null;
  /** Of a webhook that was just added. */
  secret: string | null;
  fault: Fault | null;
}

export class Channels {
  readonly known$ = new BehaviorSubject<Known | null>(null);
  /** Counts changes: what was read before one is old. */
  private changes = 0;

  constructor(private readonly run: Run) {}

  /** What was known stays where the server can't be reached. */
  async load(): Promise<void> {
    const before = this.changes;
    try {
      const { channels, channelKinds, vapidPublicKey } = await ask(this.run, CHANNELS, {});
      if (this.changes === before) this.known$.next({ channels, kinds: channelKinds, vapidPublicKey });
    } catch {
      // It is asked for again soon.
    }
  }

  /** Loads them, and again; `live$` says whenever the server is there again. Until what it returns is called. */
  follow(live$: Observable<unknown>): () => void {
    const load = () => void this.load();
    const seen = () => document.visibilityState === 'visible' && load();
    const subscription = live$.subscribe(load);
    const timer = setInterval(load, AGAIN_MS);
    document.addEventListener('visibilitychange', seen);
    return () => {
      subscription.unsubscribe();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }

  async change<Input>(
    mutation: TypedDocumentNode<{ payload: ChannelPayload }, { input: Input }>,
    input: Input,
  ): Promise<Outcome> {
    this.changes++;
    try {
      const { payload } = await ask(this.run, mutation, { input });
      this.changes++;
      if (payload.channel) this.put(payload.channel);
      return { channel: payload.channel, secret: payload.secret, fault: faultOf(payload) };
    } catch (error) {
      return { channel: null, secret: null, fault: faultBy(error) };
    }
  }

  /** What is gone already is gone. */
  async remove(id: string): Promise<Fault | null> {
    const { fault } = await this.change(REMOVE, { id });
    if (fault && fault.code !== 'NOT_FOUND') return fault;
    this.know((channels) => channels.filter((channel) => channel.id !== id));
    return null;
  }

  private put(channel: Channel) {
    this.know((channels) =>
      channels.some(({ id }) => id === channel.id)
        ? channels.map((known) => (known.id === channel.id ? channel : known))
        : [...channels, channel],
    );
  }

  private know(how: (channels: readonly Channel[]) => readonly Channel[]) {
    const known = this.known$.value;
    if (known) this.known$.next({ ...known, channels: how(known.channels) });
  }
}
