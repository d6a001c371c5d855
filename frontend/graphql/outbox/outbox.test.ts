import { ApolloClient } from '@apollo/client';
import { filter, firstValueFrom } from 'rxjs';
import { toast } from 'sonner';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Versions } from '@/features/live/apply';
import { again, refusalOf } from '@/features/tasks/aim';
import { BOARD } from '@/features/tasks/board';
import { taskChanges } from '@/features/tasks/changes';
import { loadBoard } from '@/features/tasks/load';
import { Ledger } from '@/graphql/kept/ledger';
import { Left, Session } from '@/graphql/session';
import { openStore } from '@/graphql/store';
import { coded, page, Queue, refusal, Server } from '@/tests/server';
import { aTask } from '@/tests/things';
import { OutboxLink } from './outbox';
import { Tabs } from './tabs';

let server: Server;
let outbox: OutboxLink;
let client: ApolloClient;
let changes: ReturnType<typeof taskChanges>;
/** What breaks in the app itself. */
let fault: Error | null;
/** The pauses between tries: how long, and what ends them. */
let pauses: Queue<{ ms: number; end: () => void }>;

beforeEach(async () => {
  server = new Server();
  server.root.tasks = () => page([aTask()]);
  server.root.createTask = ({ input }) => ({
    task: aTask({ id: String(input.id), title: String(input.title), position: 'a1' }),
    errors: [],
  });
  server.root.completeTask = () => ({ task: aTask({ completed: true, version: 2 }), errors: [] });
  const session = new Session();
  await session.refresh();
  const run = session.run.bind(session);
  pauses = new Queue();
  fault = null;
  const send: typeof run = (...operation) => (fault ? Promise.reject(fault) : run(...operation));
  outbox = new OutboxLink({
    send,
    ledger: new Ledger(null),
    tabs: new Tabs('ana', false),
    again,
    refusal: refusalOf,
    show: vi.fn(),
    answered: vi.fn(),
    settled: vi.fn(),
    left: vi.fn(),
    wait: (ms, signal) =>
      new Promise((end) => {
        signal.addEventListener('abort', () => end());
        pauses.put({ ms, end });
      }),
  });
  client = new ApolloClient({ cache: openStore(session).client.cache, link: outbox });
  await loadBoard(run, client.cache, new Versions());
  server.sent.length = 0;
  changes = taskChanges(client);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** What is on screen, as `title vVersion`. */
function shown() {
  const board = client.cache.readQuery({ query: BOARD }, true);
  return board?.tasks.nodes.map(({ title, version, completed }) => `${completed ? '✓ ' : ''}${title} v${version}`);
}

const milk = () => {
  const task = client.cache.readQuery({ query: BOARD }, true)?.tasks.nodes[0];
  if (!task) throw new Error('The milk is gone.');
  return task;
};

test('a change is shown at once, and goes out again with the same id until it is answered', async () => {
  server.down = true;
  const creating = changes.create({ title: 'Bread', project: null }).saved;
  const first = await pauses.take();
  expect(shown()).toEqual(['Buy milk v1', 'Bread v0']);
  first.end();
  const second = await pauses.take();
  server.down = false;
  second.end();
  expect(await creating).toBe(true);
  expect(shown()).toEqual(['Buy milk v1', 'Bread v1']);
  expect(server.names()).toEqual(['CreateTask', 'CreateTask', 'CreateTask']);
  expect(new Set(server.sent.map(({ variables }) => variables.input?.id)).size).toBe(1);
  expect(first.ms).toBeLessThanOrEqual(250);
  expect(second.ms).toBeGreaterThanOrEqual(250);
});

test('changes go out in the order they were made, each after the one before is answered', async () => {
  server.down = true;
  const all = [
    changes.create({ title: 'One', project: null }).saved,
    changes.setCompleted(milk(), true),
    changes.create({ title: 'Two', project: null }).saved,
  ];
  expect(outbox.waiting$.value).toBe(3);
  const pause = await pauses.take();
  expect(server.names()).toEqual(['CreateTask']);
  expect(shown()).toEqual(['✓ Buy milk v1', 'One v0', 'Two v0']);
  server.down = false;
  pause.end();
  expect(await Promise.all(all)).toEqual([true, true, true]);
  expect(server.sent.map(({ variables }) => variables.input?.title ?? 'done')).toEqual(['One', 'One', 'done', 'Two']);
  expect(shown()).toEqual(['✓ Buy milk v2', 'One v1', 'Two v1']);
  await firstValueFrom(outbox.waiting$.pipe(filter((waiting) => waiting === 0)));
});

test.each([
  ['refuses', () => ({ task: null, ...refusal('No more room.') }), 'No more room.'],
  [
    'breaks down on',
    () => {
      throw coded('INTERNAL');
    },
    'INTERNAL',
  ],
])('what the server %s is taken back and said, and holds nobody up', async (_, answer, said) => {
  const told = vi.spyOn(toast, 'error');
  server.root.completeTask = answer;
  const completing = changes.setCompleted(milk(), true);
  const creating = changes.create({ title: 'Bread', project: null }).saved;
  expect(shown()).toEqual(['✓ Buy milk v1', 'Bread v0']);
  expect(await completing).toBe(false);
  expect(told).toHaveBeenCalledExactlyOnceWith(said, { id: said });
  expect(await creating).toBe(true);
  expect(shown()).toEqual(['Buy milk v1', 'Bread v1']);
  expect(server.names()).toEqual(['CompleteTask', 'CreateTask']);
});

test('the session that ends while a change waits takes the change back', async () => {
  server.down = true;
  const creating = changes.create({ title: 'Bread', project: null }).saved;
  const pause = await pauses.take();
  server.down = false;
  server.signedIn = false;
  server.token = 'second';
  pause.end();
  expect(await creating).toBe(false);
  expect(shown()).toEqual(['Buy milk v1']);
});

test('a change that breaks in the app itself is taken back, and holds nobody up', async () => {
  fault = new Error('A bug.');
  expect(await changes.create({ title: 'Bread', project: null }).saved).toBe(false);
  expect(shown()).toEqual(['Buy milk v1']);
  fault = null;
  expect(await changes.create({ title: 'Butter', project: null }).saved).toBe(true);
  expect(shown()).toEqual(['Buy milk v1', 'Butter v1']);
});

test('who leaves takes along what waits: it is never sent, and told once', async () => {
  const told = vi.spyOn(toast, 'error');
  server.down = true;
  const all = [changes.create({ title: 'Bread', project: null }).saved, changes.setCompleted(milk(), true)];
  await pauses.take();
  outbox.stop(new Left());
  server.down = false;
  expect(await Promise.all(all)).toEqual([false, false]);
  expect(await changes.restore(milk())).toBe(false); // what a toast still offers to undo
  expect(server.names()).toEqual(['CreateTask']);
  expect(shown()).toEqual(['Buy milk v1']);
  expect(new Set(told.mock.calls.map(([said, options]) => `${said} ${options?.id}`)).size).toBe(1);
  await firstValueFrom(outbox.waiting$.pipe(filter((waiting) => waiting === 0)));
});

test('a change that comes too fast for the server goes out again when it says', async () => {
  server.root.completeTask = () => {
    throw coded('RATE_LIMITED', { retryAfter: 42 });
  };
  const completing = changes.setCompleted(milk(), true);
  const pause = await pauses.take();
  expect(pause.ms).toBe(42_000);
  server.root.completeTask = () => ({ task: aTask({ completed: true, version: 2 }), errors: [] });
  pause.end();
  expect(await completing).toBe(true);
});
