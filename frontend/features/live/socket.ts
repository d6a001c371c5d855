/** One socket, from its opening to its end. */

import { type Client, createClient } from 'graphql-ws';
import { textOf } from '@/graphql/document';
import type { LiveEventsSubscription } from '@/graphql/generated/graphql';
import { LIVE_EVENTS, type LiveEvent } from './events';

const QUERY = textOf(LIVE_EVENTS);
/** A close that says the access token is no longer good. */
const FORBIDDEN = 4403;
const KEEP_ALIVE_MS = 10_000;
const PONG_MS = 5_000;
/** Start to live: no answer within this time is a connection that leads nowhere. */
const LIVE_MS = 8_000;

export interface SocketPorts {
  url: () => string;
  token: () => string | null;
  /** How long from now the token should be used. */
  renewalMs: () => number;
  /** A fresh token; false where the session has ended. */
  refresh: () => Promise<boolean>;
}

interface Following {
  after: string | null;
  signal: AbortSignal;
  onLive: () => void;
  /** An event or a pong came: a server that is in trouble lets everybody in, and closes on them right after. */
  onHolds: () => void;
  onEvent: (event: LiveEvent) => void;
}

export type Ended = 'again' | 'token' | 'renewed' | 'reload';

export function follow(ports: SocketPorts, { after, signal, onLive, onHolds, onEvent }: Following): Promise<Ended> {
  return new Promise((resolve) => {
    let over = false;
    let pong: ReturnType<typeof setTimeout> | undefined;
    let renewal: ReturnType<typeof setTimeout> | undefined;
    const renew = async () => {
      // Where there is no server to ask, the old token's end is soon enough.
      if (await ports.refresh().catch(() => false)) end('renewed');
    };
    // A close would wait for the other side's, and there may be none.
    const giveUp = () => client.terminate();
    const opening = setTimeout(giveUp, LIVE_MS);
    const client: Client = createClient({
      url: ports.url(),
      lazy: true,
      lazyCloseTimeout: 0,
      retryAttempts: 0,
      keepAlive: KEEP_ALIVE_MS,
      connectionParams: () => ({ authorization: `Bearer ${ports.token() ?? ''}` }),
      on: {
        connected: () => {
          clearTimeout(opening);
          renewal = setTimeout(renew, ports.renewalMs());
          onLive();
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
      signal.removeEventListener('abort', stop);
      Promise.resolve(client.dispose()).catch(() => undefined); // it rejects where the socket never opened
      resolve(how);
    };
    const stop = () => end('again');
    signal.addEventListener('abort', stop);
    client.subscribe<LiveEventsSubscription>(
      { query: QUERY, variables: { after } },
      {
        next: ({ data, errors }) => {
          if (over) return; // the cursor must not get past what was not applied
          const code = errors?.[0]?.extensions?.code;
          if (isLost(code)) end('reload');
          else if (code === 'UNAUTHENTICATED') end('token');
          else if (errors?.length) end('again');
          else if (data?.events) {
            onEvent(data.events);
            onHolds();
          }
        },
        error: (error) => end(closeCode(error) === FORBIDDEN ? 'token' : 'again'),
        complete: () => end('again'),
      },
    );
  });
}

/** Whether the log can't be followed any further from there. */
export function isLost(code: unknown): boolean {
  return code === 'CURSOR_EXPIRED' || code === 'CURSOR_INVALID';
}

function closeCode(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? Number(error.code) : undefined;
}
