/** The live feed: the viewer's events over one WebSocket, resumed after every break from the last event applied.
 *
 * The loop is ours and not the client library's, which sends the very same variables again after a reconnect, and so
 * would ask for what is here already. Where no WebSocket opens though the server answers, something between the two
 * stops it: then the log is polled, and a WebSocket tried now and then.
 */

import { type Client, createClient } from 'graphql-ws';
import { BehaviorSubject } from 'rxjs';
import { backoff, pause } from '@/graphql/backoff';
import { graphql } from '@/graphql/generated';
import type { LiveEventsSubscription } from '@/graphql/generated/graphql';
import { textOf } from '@/graphql/text';
import type { LiveEvent } from './event';
import type { Polled } from './poll';

export type ConnectionState = 'connecting' | 'live' | 'polling' | 'reconnecting' | 'offline';

export const LIVE_EVENTS = graphql(`
  subscription LiveEvents($after: Cursor) { events(after: $after) { ...EventFields } }
`);

const QUERY = textOf(LIVE_EVENTS);
/** A close that says the access token is no longer good. */
const FORBIDDEN = 4403;
const KEEP_ALIVE_MS = 10_000;
const PONG_MS = 5_000;
/** Start to live: no answer within this time is a connection that leads nowhere. */
const LIVE_MS = 8_000;
/** A new token takes a new socket. So long that goes unsaid. */
const HAND_OVER_MS = 2_000;
/** So many sockets in a row that did not open, each with a server that answered right after: none will. */
const SHUT = 2;
const POLL_MS = 2_000;
/** Polls between two tries to open a socket after all. */
const POLLS = 7;

export interface FeedPorts {
  url: () => string;
  token: () => string | null;
  /** How long from now the token should be used. */
  renewalMs: () => number;
  /** A fresh token; false where the session has ended. */
  refresh: () => Promise<boolean>;
  /** Load everything anew; the cursor that it stands at. */
  load: () => Promise<string>;
  /** What happened since; null where all has to be loaded anew. */
  poll: (after: string) => Promise<Polled | null>;
  apply: (event: LiveEvent) => void;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

type Ended = 'again' | 'token' | 'renewed' | 'reload';

export class Feed {
  readonly state$ = new BehaviorSubject<ConnectionState>('connecting');
  private readonly stopping = new AbortController();
  private cursor: string | null = null;
  private handOver: ReturnType<typeof setTimeout> | undefined;
  /** Whether the last socket opened, and how many did not in a row though the server answered. */
  private opened = false;
  private shut = 0;

  constructor(private readonly ports: FeedPorts) {}

  /** To be called before it runs: everything up to this place in the log is here already. */
  resume(cursor: string) {
    this.cursor = cursor;
  }

  stop() {
    clearTimeout(this.handOver);
    this.stopping.abort();
  }

  /** Runs until `stop`, or until the session has ended. */
  async run(): Promise<void> {
    const { signal } = this.stopping;
    const wait = this.ports.wait ?? pause;
    let tries = 0;
    while (!signal.aborted) {
      try {
        if (this.ports.token() === null && !(await this.ports.refresh())) return;
        this.cursor ??= await this.ports.load();
        if (signal.aborted) return;
        const socket = this.follow(() => {
          tries = 0;
        });
        await this.pollBeside(socket);
        const ended = await socket;
        if (ended === 'reload') {
          this.cursor = null;
          continue;
        }
        if (ended === 'renewed') {
          this.handOver = setTimeout(() => this.show('reconnecting'), HAND_OVER_MS);
          continue;
        }
        if (ended === 'token' && !(await this.ports.refresh())) return;
        if (ended === 'again' && !this.opened) {
          await this.poll(); // is it the server, or what lies between?
          this.shut++;
          if (this.shut >= SHUT) {
            tries = 0;
            for (let polls = 0; polls < POLLS && !signal.aborted; polls++) {
              await wait(POLL_MS, signal);
              await this.poll();
            }
            continue;
          }
        }
      } catch {
        this.shut = 0; // unreachable: the wait below, and again
      }
      if (signal.aborted) return;
      this.show(navigator.onLine ? 'reconnecting' : 'offline');
      await wait(backoff(tries++), signal);
    }
  }

  /** Until the socket opens, or has ended, where none opened before. */
  private async pollBeside(socket: Promise<Ended>) {
    const { signal } = this.stopping;
    let over = false;
    void socket.then(() => {
      over = true;
    });
    while (this.shut >= SHUT && !signal.aborted) {
      await Promise.race([socket, (this.ports.wait ?? pause)(POLL_MS, signal)]);
      if (over || this.opened) return;
      await this.poll().catch(() => {
        this.shut = 0;
      });
    }
  }

  /** All that happened meanwhile. Throws Unreachable, Left. */
  private async poll() {
    for (let hasMore = true; hasMore; ) {
      const after = this.cursor ?? (await this.ports.load());
      const polled = await this.ports.poll(after);
      if (this.stopping.signal.aborted || this.opened) return; // a socket has gone on from there
      for (const event of polled?.events ?? []) this.ports.apply(event);
      this.cursor = polled ? polled.cursor : null;
      hasMore = polled === null || polled.hasMore;
    }
    if (this.shut >= SHUT) this.show('polling');
  }

  private show(state: ConnectionState) {
    clearTimeout(this.handOver);
    this.state$.next(state);
  }

  /** One socket, from its opening to its end. It holds once an event or a pong came: a server that is in trouble lets
   * everybody in, and closes on them right after. */
  private follow(onHolds: () => void): Promise<Ended> {
    this.opened = false;
    return new Promise((resolve) => {
      let over = false;
      let pong: ReturnType<typeof setTimeout> | undefined;
      let renewal: ReturnType<typeof setTimeout> | undefined;
      const renew = async () => {
        // Where there is no server to ask, the old token's end is soon enough.
        if (await this.ports.refresh().catch(() => false)) end('renewed');
      };
      // A close would wait for the other side's, and there may be none.
      const giveUp = () => client.terminate();
      const opening = setTimeout(giveUp, LIVE_MS);
      const client: Client = createClient({
        url: this.ports.url(),
        lazy: true,
        lazyCloseTimeout: 0,
        retryAttempts: 0,
        keepAlive: KEEP_ALIVE_MS,
        connectionParams: () => ({ authorization: `Bearer ${this.ports.token() ?? ''}` }),
        on: {
          connected: () => {
            clearTimeout(opening);
            this.opened = true;
            this.shut = 0;
            renewal = setTimeout(renew, this.ports.renewalMs());
            this.show('live');
          },
          ping: (received) => {
            if (!received) pong = setTimeout(giveUp, PONG_MS);
          },
          pong: (received) => {
            if (!received) return;
            clearTimeout(pong);
            onHolds();
          },
        },
      });
      const end = (how: Ended) => {
        over = true;
        clearTimeout(opening);
        clearTimeout(pong);
        clearTimeout(renewal);
        this.stopping.signal.removeEventListener('abort', stop);
        Promise.resolve(client.dispose()).catch(() => undefined); // it rejects where the socket never opened
        resolve(how);
      };
      const stop = () => end('again');
      this.stopping.signal.addEventListener('abort', stop);
      client.subscribe<LiveEventsSubscription>(
        { query: QUERY, variables: { after: this.cursor } },
        {
          next: ({ data, errors }) => {
            if (over) return; // the cursor must not get past what was not applied
            const code = errors?.[0]?.extensions?.code;
            if (code === 'CURSOR_EXPIRED' || code === 'CURSOR_INVALID') end('reload');
            else if (code === 'UNAUTHENTICATED') end('token');
            else if (errors?.length) end('again');
            else if (data?.events) {
              this.ports.apply(data.events);
              this.cursor = data.events.cursor;
              onHolds();
            }
          },
          error: (error) => end(closeCode(error) === FORBIDDEN ? 'token' : 'again'),
          complete: () => end('again'),
        },
      );
    });
  }
}

function closeCode(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? Number(error.code) : undefined;
}
