/** The live feed: the viewer's events over one WebSocket, resumed after every break from the last event applied. Where
 * sockets get nowhere and the server answers all the same, something on the way stops them: then it asks for the events
 * every now and then, and goes back as soon as a socket opens.
 *
 * The loop is ours and not the client library's, which sends the very same variables again after a reconnect, and so
 * would ask for what is here already.
 */

import { BehaviorSubject } from 'rxjs';
import { backoff, pause } from '@/graphql/backoff';
import type { LiveEvent } from './events';
import { type Ask, pageAfter } from './poll';
import { type Ended, follow, type SocketPorts } from './socket';

export type ConnectionState = 'connecting' | 'live' | 'polling' | 'reconnecting' | 'offline';

/** Whether what happens is heard of, in whichever way. */
export function hears(state: ConnectionState): boolean {
  return state === 'live' || state === 'polling';
}

/** So many sockets in a row that got nowhere, while the server answered, and sockets are what is stopped. */
const STOPPED = 2;
/** From one question for events to the next, and from one try of a socket to the next, where sockets are stopped. */
const POLL_MS = 2_000;
const PROBE_MS = 10_000;
/** A new token takes a new socket. So long that goes unsaid. */
const HAND_OVER_MS = 2_000;

export interface FeedPorts extends SocketPorts {
  /** Load everything anew, the log having been lost or never followed; the cursor that it stands at. */
  load: (lost: boolean) => Promise<string>;
  ask: Ask;
  apply: (event: LiveEvent) => void;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export class Feed {
  readonly state$ = new BehaviorSubject<ConnectionState>('connecting');
  private readonly stopping = new AbortController();
  private cursor: string | null = null;
  private lost = false;
  private handOver: ReturnType<typeof setTimeout> | undefined;
  /** While events are asked for. */
  private polling: AbortController | null = null;
  /** Ends the pause between two sockets. */
  private waking = new AbortController();

  constructor(private readonly ports: FeedPorts) {}

  /** To be called before it runs: everything up to this place in the log is here already. */
  resume(cursor: string) {
    this.cursor = cursor;
  }

  stop() {
    clearTimeout(this.handOver);
    this.stopping.abort();
    this.polling?.abort();
    this.waking.abort();
  }

  /** Runs until `stop`, or until the session has ended. */
  async run(): Promise<void> {
    const { signal } = this.stopping;
    let tries = 0;
    let stopped = 0;
    while (!signal.aborted) {
      try {
        if (this.ports.token() === null && !(await this.ports.refresh())) return;
        await this.begin();
        if (signal.aborted) return;
        let opened = false;
        const ended = await this.follow(
          () => {
            opened = true;
          },
          () => {
            tries = 0;
          },
        );
        if (ended === 'reload') {
          this.lose();
          continue;
        }
        if (ended === 'renewed') {
          this.handOver = setTimeout(() => this.show('reconnecting'), HAND_OVER_MS);
          continue;
        }
        if (ended === 'token' && !(await this.ports.refresh())) return;
        stopped = ended === 'again' && !opened && (await this.read(signal)) ? stopped + 1 : 0;
        if (stopped >= STOPPED) void this.startPolling();
      } catch {
        stopped = 0; // Unreachable: the wait below, and again
      }
      if (signal.aborted) return;
      if (!this.polling) this.show(navigator.onLine ? 'reconnecting' : 'offline');
      this.waking = new AbortController();
      await this.wait(this.polling ? PROBE_MS : backoff(tries++), this.waking.signal);
    }
  }

  private async begin() {
    if (this.cursor !== null) return;
    this.cursor = await this.ports.load(this.lost);
    this.lost = false;
  }

  private lose() {
    this.cursor = null;
    this.lost = true;
  }

  private show(state: ConnectionState) {
    clearTimeout(this.handOver);
    if (this.state$.value !== state) this.state$.next(state);
  }

  private wait(ms: number, signal: AbortSignal): Promise<void> {
    return (this.ports.wait ?? pause)(ms, signal);
  }

  private follow(onOpen: () => void, onHolds: () => void): Promise<Ended> {
    return follow(this.ports, {
      after: this.cursor,
      signal: this.stopping.signal,
      onLive: () => {
        onOpen();
        this.polling?.abort();
        this.polling = null;
        this.show('live');
      },
      onHolds,
      onEvent: (event) => this.take(event),
    });
  }

  private take(event: LiveEvent) {
    this.ports.apply(event);
    this.cursor = event.cursor;
  }

  /** Asks for what has happened since; whether the server answers. */
  private async read(signal: AbortSignal): Promise<boolean> {
    try {
      for (let more = true; more && this.cursor !== null; ) {
        const after = this.cursor;
        const page = await pageAfter(this.ports.ask, after);
        if (signal.aborted || this.cursor !== after) return true; // something else has gone on from there
        for (const event of page.events) this.take(event);
        if (page.cursor === null) this.lose();
        else this.cursor = page.cursor;
        more = page.more;
      }
      await this.begin();
      return true;
    } catch {
      return false;
    }
  }

  private async startPolling() {
    if (this.polling) return;
    const polling = new AbortController();
    this.polling = polling;
    const { signal } = polling;
    while (!signal.aborted) {
      this.show('polling');
      await this.wait(POLL_MS, signal);
      if (signal.aborted || (await this.read(signal))) continue;
      // The server is away: what comes first with it is a socket.
      if (this.polling === polling) this.polling = null;
      this.waking.abort();
      return;
    }
  }
}
