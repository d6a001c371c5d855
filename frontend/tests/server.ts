/** A server at the edge of the network: it checks and runs what the app sends against the real schema.
 *
 * What `root` answers is up to each test. Over its sockets it speaks graphql-transport-ws.
 */

import { readFileSync } from 'node:fs';
import { buildSchema, type DocumentNode, type ExecutionResult, execute, GraphQLError, parse, validate } from 'graphql';
import { vi } from 'vitest';

const schema = buildSchema(readFileSync('../schema/schema.graphql', 'utf8'));
const OPEN_TO_ALL = ['Refresh', 'LogIn', 'SignUp', 'LogOut', 'RequestPasswordReset', 'ResetPassword'];

type Input = { input: Record<string, unknown> };
type Resolver = (args: Input & Record<string, unknown>) => unknown;

export interface Sent {
  name: string;
  variables: Record<string, unknown> & Partial<Input>;
  token: string | undefined;
}

export class Server {
  /** The one access token that is good now. */
  token = 'first';
  /** Whether the refresh cookie is good, and whose it is. */
  signedIn = true;
  viewer = VIEWER;
  lifetimeMs = 15 * 60_000;
  down = false;
  /** Something on the way lets HTTP through, and no sockets. */
  blocked = false;
  /** No socket gets any further: nothing opens, nothing is answered, not even a close. */
  frozen = false;
  readonly sent: Sent[] = [];
  readonly sockets: Socket[] = [];
  /** Each socket, as the app makes it. */
  readonly connecting = new Queue<Socket>();
  /** Each subscription, as it comes. */
  readonly subscribed = new Queue<Subscription>();
  readonly root: Record<string, Resolver> = {
    refreshSession: () => (this.signedIn ? this.admits() : refusal('The session has ended.', 'SESSION_ENDED')),
    logOut: () => ({ errors: [] }),
    cursor: () => 'loaded',
    viewer: () => this.viewer,
    labels: () => [],
    events: ({ after }) => ({ nodes: [], pageInfo: { hasNextPage: false, endCursor: after } }),
    tasks: () => page([]),
    projects: () => page([]),
    channels: () => [],
    channelKinds: () => [],
    vapidPublicKey: () => null,
  };

  constructor() {
    const server = this;
    vi.stubGlobal('fetch', (_: string, init: RequestInit) => this.answer(init));
    vi.stubGlobal(
      'WebSocket',
      class extends Socket {
        constructor() {
          super(server);
        }
      },
    );
  }

  /** The cookie's owner comes in. */
  admits() {
    const accessTokenExpiresAt = new Date(Date.now() + this.lifetimeMs).toISOString();
    return { accessToken: this.token, accessTokenExpiresAt, user: this.viewer, errors: [] };
  }

  names(): string[] {
    return this.sent.map(({ name }) => name);
  }

  private async answer({ body, headers }: RequestInit): Promise<Response> {
    const { query, variables } = JSON.parse(String(body)) as { query: string; variables: Sent['variables'] };
    const token = new Headers(headers).get('authorization')?.replace('Bearer ', '');
    const document = checked(query);
    const name = nameOf(document);
    this.sent.push({ name, variables, token });
    if (this.down) throw new TypeError('Failed to fetch');
    if (!OPEN_TO_ALL.includes(name) && token !== this.token) return json({ errors: [coded('TOKEN_EXPIRED')] });
    return json(await execute({ schema, document, rootValue: this.root, variableValues: variables }));
  }
}

export function json(answer: unknown, status = 200): Response {
  return new Response(JSON.stringify(answer), { status, headers: { 'content-type': 'application/json' } });
}

export function coded(code: string, more?: Record<string, unknown>): GraphQLError {
  return new GraphQLError(code, { extensions: { code, ...more } });
}

export function refusal(message: string, code = 'INVALID_INPUT') {
  return { errors: [{ code, message, field: [] }] };
}

/** One subscription of the app's, held from the server's end. */
export class Subscription {
  constructor(
    readonly after: string | null,
    private readonly id: string,
    private readonly document: DocumentNode,
    readonly socket: Socket,
  ) {}

  event(event: object) {
    this.next(execute({ schema, document: this.document, rootValue: { events: event } }) as ExecutionResult);
  }

  /** The server can't serve it: an answer of errors, and the end. */
  refuse(code: string) {
    this.next({ data: null, errors: [coded(code)] });
    this.socket.receive({ id: this.id, type: 'complete' });
  }

  /** An event that the server could not put into words. */
  fails(code: string) {
    this.next({ data: null, errors: [coded(code)] });
  }

  private next(payload: ExecutionResult) {
    this.socket.receive({ id: this.id, type: 'next', payload });
  }
}

class Socket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readyState: number = Socket.CONNECTING;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;

  constructor(private readonly server: Server) {
    server.sockets.push(this);
    server.connecting.put(this);
    queueMicrotask(() => {
      if (server.frozen) return;
      if (server.down || server.blocked) return this.closes(1006);
      this.readyState = Socket.OPEN;
      this.onopen?.();
    });
  }

  send(text: string) {
    if (!this.server.frozen) queueMicrotask(() => this.takes(text));
  }

  private takes(text: string) {
    const message = JSON.parse(text);
    if (message.type === 'ping') this.receive({ type: 'pong' });
    if (message.type === 'connection_init') {
      if (message.payload.authorization !== `Bearer ${this.server.token}`) return this.closes(4403);
      this.receive({ type: 'connection_ack' });
    }
    if (message.type === 'subscribe') {
      const { query, variables } = message.payload;
      this.server.subscribed.put(new Subscription(variables.after, message.id, checked(query), this));
    }
  }

  close(code = 1000) {
    if (this.server.frozen) this.readyState = Socket.CLOSING;
    else this.closes(code);
  }

  /** What the server sends. */
  receive(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** The end, from either side. */
  closes(code: number) {
    if (this.readyState === Socket.CLOSED) return;
    this.readyState = Socket.CLOSED;
    this.onclose?.({ code, reason: '' });
  }
}

/** What is put is taken in order; who comes too early waits. */
export class Queue<Item> {
  private readonly items: Item[] = [];
  private readonly takers: ((item: Item) => void)[] = [];

  put(item: Item) {
    const taker = this.takers.shift();
    if (taker) taker(item);
    else this.items.push(item);
  }

  take(): Promise<Item> {
    const [item] = this.items.splice(0, 1);
    return item === undefined ? new Promise((resolve) => this.takers.push(resolve)) : Promise.resolve(item);
  }
}

function checked(query: string): DocumentNode {
  const document = parse(query);
  const [error] = validate(schema, document);
  if (error) throw error;
  return document;
}

function nameOf({ definitions: [first] }: DocumentNode): string {
  return (first?.kind === 'OperationDefinition' && first.name?.value) || '';
}

export const VIEWER = {
  __typename: 'User' as const,
  id: 'ana' as string,
  email: 'ana@example.org',
  name: 'Ana',
  timeZone: 'UTC',
  allDayReminderTime: '09:00',
  version: 1,
};

export const BOB: typeof VIEWER = { ...VIEWER, id: 'bob', email: 'bob@example.org', name: 'Bob' };

export function page(nodes: object[], endCursor: string | null = null) {
  return { nodes, pageInfo: { hasNextPage: endCursor !== null, endCursor } };
}
