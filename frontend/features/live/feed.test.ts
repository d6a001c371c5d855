import type { ApolloCache } from '@apollo/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BOARD } from '@/features/tasks/board';
import { loadBoard } from '@/features/tasks/load';
import { Session } from '@/graphql/session';
import { openStore } from '@/graphql/store';
import { coded, page, Queue, Server, type Subscription } from '@/tests/server';
import { about, aTask } from '@/tests/things';
import { applyEvent, Versions } from './apply';
import { Feed } from './feed';

let server: Server;
let session: Session;
let cache: ApolloCache;
let feed: Feed;
let running: Promise<void>;
/** The pauses between tries: how long, and what ends them. */
let pauses: Queue<{ ms: number; end: () => void }>;

beforeEach(async () => {
  server = new Server();
  server.root.tasks = () => page([aTask()]);
  session = new Session();
  await session.refresh();
  server.sent.length = 0;
  ({ cache } = openStore(session).client);
  const versions = new Versions();
  pauses = new Queue();
  feed = new Feed({
    url: () => 'ws://taskflow.test/graphql',
    token: () => session.token,
    renewalMs: () => session.renewalMs,
    refresh: () => session.refresh(),
    load: (lost) => loadBoard((query, variables) => session.run(query, variables), cache, versions, lost),
    ask: (query, variables) => session.run(query, variables),
    apply: (event) => applyEvent(cache, versions, event),
    wait: (ms, signal) =>
      new Promise((end) => {
        signal.addEventListener('abort', () => end());
        pauses.put({ ms, end });
      }),
  });
});

afterEach(async () => {
  feed.stop();
  await running;
});

/** Starts the feed; its first subscription. */
function start(): Promise<Subscription> {
  running = feed.run();
  return server.subscribed.take();
}

/** Breaks the connection off; the subscription that the app makes in its place. */
async function broken({ socket }: Subscription, code = 1006): Promise<Subscription> {
  socket.closes(code);
  (await pauses.take()).end();
  return server.subscribed.take();
}

function titles() {
  return cache.readQuery({ query: BOARD })?.tasks.nodes.map(({ title }) => title);
}

test('it loads everything, and follows from where that stands', async () => {
  expect(feed.state$.value).toBe('connecting');
  const subscription = await start();
  expect(subscription.after).toBe('loaded');
  expect(feed.state$.value).toBe('live');
  subscription.event(about('TASK_CREATED', 'one', aTask({ id: 'bread', title: 'Bread' })));
  expect(titles()).toEqual(['Buy milk', 'Bread']);
});

test('after every break it goes on from the last event, and loads nothing again', async () => {
  const first = await start();
  first.event(about('TASK_UPDATED', 'one', aTask({ title: 'Oat milk', version: 2 })));
  first.event(about('TASK_UPDATED', 'two', aTask({ title: 'Soy milk', version: 3 })));
  const second = await broken(first);
  expect(second.after).toBe('two');
  second.event(about('TASK_UPDATED', 'three', aTask({ title: 'Rice milk', version: 4 })));
  const third = await broken(second, 1012);
  expect(third.after).toBe('three');
  expect((await broken(third)).after).toBe('three');
  expect(titles()).toEqual(['Rice milk']);
  expect(server.names()).toEqual(['Load']);
});

test('it says that it is reconnecting, or that the device is offline', async () => {
  const { socket } = await start();
  server.down = true;
  socket.closes(1006);
  const pause = await pauses.take();
  expect(feed.state$.value).toBe('reconnecting');
  vi.stubGlobal('navigator', { onLine: false });
  pause.end();
  await pauses.take();
  expect(feed.state$.value).toBe('offline');
});

test.each(['CURSOR_EXPIRED', 'CURSOR_INVALID'])('after %s it loads anew, and follows from there', async (code) => {
  const first = await start();
  first.event(about('TASK_UPDATED', 'one', aTask({ title: 'Oat milk', version: 7 })));
  server.root.cursor = () => 'anew';
  server.root.tasks = () => page([aTask({ title: 'Soy milk', version: 5 })]);
  first.refuse(code);
  const second = await server.subscribed.take();
  expect(second.after).toBe('anew');
  expect(titles()).toEqual(['Soy milk']);
  // The server was put back to an earlier state: its versions count on from there.
  second.event(about('TASK_UPDATED', 'next', aTask({ title: 'Rice milk', version: 6 })));
  expect(titles()).toEqual(['Rice milk']);
  expect(server.names()).toEqual(['Load', 'Load']);
});

test('a token that has run out is refreshed, and the feed goes on from the last event', async () => {
  const first = await start();
  first.event(about('TASK_UPDATED', 'one', aTask({ title: 'Oat milk', version: 2 })));
  server.token = 'second';
  expect((await broken(first, 4403)).after).toBe('one');
  expect(server.names()).toEqual(['Load', 'Refresh']);
});

test('a subscription that is refused for its token refreshes it too', async () => {
  const first = await start();
  server.token = 'second';
  first.refuse('UNAUTHENTICATED');
  (await pauses.take()).end();
  expect((await server.subscribed.take()).after).toBe('loaded');
  expect(server.names()).toEqual(['Load', 'Refresh']);
});

test('a refresh that finds no server is tried again', async () => {
  const first = await start();
  server.token = 'second';
  server.down = true;
  first.socket.closes(4403);
  const pause = await pauses.take();
  expect(session.userId$.value).toBe('ana');
  server.down = false;
  pause.end();
  // The next socket has the old token still.
  (await pauses.take()).end();
  expect((await server.subscribed.take()).after).toBe('loaded');
});

test('it ends with the session', async () => {
  const { socket } = await start();
  server.signedIn = false;
  socket.closes(4403);
  await running;
  expect(session.userId$.value).toBeNull();
  expect(server.sockets).toHaveLength(1);
});

test.each([4401, 4400, 4429, 4500, 1011])('it comes back after close code %i', async (code) => {
  const first = await start();
  first.event(about('TASK_UPDATED', 'one', aTask({ version: 2 })));
  expect((await broken(first, code)).after).toBe('one');
  expect(server.names()).toEqual(['Load']);
});

test('it waits longer from try to try, and starts small again once a connection holds', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const { socket } = await start();
  server.down = true;
  socket.closes(1006);
  const waited = [];
  for (let tries = 0; tries < 6; tries++) {
    const pause = await pauses.take();
    waited.push(pause.ms);
    if (tries === 5) server.down = false;
    pause.end();
  }
  expect(waited).toEqual([250, 500, 1000, 2000, 4000, 4000]);
  const held = await server.subscribed.take();
  held.event(about('TASK_UPDATED', 'one', aTask({ version: 2 })));
  held.socket.closes(1006);
  expect((await pauses.take()).ms).toBe(250);
  vi.restoreAllMocks();
});

test('a server that lets everybody in and closes on them right after is not stormed', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  let subscription = await start();
  const waited = [];
  for (let tries = 0; tries < 3; tries++) {
    subscription.socket.closes(1013);
    const pause = await pauses.take();
    waited.push(pause.ms);
    pause.end();
    subscription = await server.subscribed.take();
  }
  expect(waited).toEqual([250, 500, 1000]);
  vi.restoreAllMocks();
});

test('where the first load finds no server, it is tried again', async () => {
  server.down = true;
  running = feed.run();
  const pause = await pauses.take();
  expect(server.sockets).toHaveLength(0);
  server.down = false;
  pause.end();
  expect((await server.subscribed.take()).after).toBe('loaded');
});

test('a connection that has gone quiet is left for a new one, which goes on from the last event', async () => {
  vi.useFakeTimers();
  const first = await start();
  first.event(about('TASK_UPDATED', 'one', aTask({ version: 2 })));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(feed.state$.value).toBe('live');
  server.frozen = true;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(feed.state$.value).toBe('reconnecting');
  server.frozen = false;
  (await pauses.take()).end();
  expect((await server.subscribed.take()).after).toBe('one');
});

test('a connection that holds without a word starts small again too', async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const held = await broken(await start());
  await vi.advanceTimersByTimeAsync(30_000);
  held.socket.closes(1006);
  expect((await pauses.take()).ms).toBe(250);
  vi.restoreAllMocks();
});

test('a connection that leads nowhere is given up', async () => {
  vi.useFakeTimers();
  const { socket } = await start();
  server.frozen = true;
  socket.closes(1006);
  (await pauses.take()).end();
  await vi.advanceTimersByTimeAsync(8_000);
  server.frozen = false;
  (await pauses.take()).end();
  expect((await server.subscribed.take()).after).toBe('loaded');
  expect(server.sockets).toHaveLength(3);
});

test('once stopped, it closes its socket and opens no other', async () => {
  const { socket } = await start();
  feed.stop();
  await running;
  expect(socket.readyState).toBe(3);
  expect(server.sockets).toHaveLength(1);
});

test('stopped while it connects, it leaves nothing behind', async () => {
  server.frozen = true;
  running = feed.run();
  const socket = await server.connecting.take();
  feed.stop();
  await running;
  socket.closes(1006);
  expect(server.sockets).toHaveLength(1);
});

test('what could not be told is asked for again, after a pause, and nothing past it is taken', async () => {
  const first = await start();
  first.event(about('TASK_UPDATED', 'one', aTask({ title: 'Oat milk', version: 2 })));
  first.fails('INTERNAL');
  first.event(about('TASK_UPDATED', 'three', aTask({ title: 'Rice milk', version: 4 })));
  expect(titles()).toEqual(['Oat milk']);
  (await pauses.take()).end();
  const second = await server.subscribed.take();
  expect(second.after).toBe('one');
  second.event(about('TASK_UPDATED', 'two', aTask({ title: 'Soy milk', version: 3 })));
  expect(titles()).toEqual(['Soy milk']);
});

test('before its token runs out it goes over to a fresh one, and stays live', async () => {
  vi.useFakeTimers();
  const states: string[] = [];
  const first = await start();
  first.event(about('TASK_UPDATED', 'one', aTask({ version: 2 })));
  const watching = feed.state$.subscribe((state) => states.push(state));
  server.token = 'second';
  await vi.advanceTimersByTimeAsync(12 * 60_000);
  expect((await server.subscribed.take()).after).toBe('one');
  expect(first.socket.readyState).toBe(3);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(new Set(states)).toEqual(new Set(['live']));
  expect(server.names()).toEqual(['Load', 'Refresh']);
  watching.unsubscribe();
});

test('a hand-over that takes long is said', async () => {
  vi.useFakeTimers();
  await start();
  await vi.advanceTimersByTimeAsync(12 * 60_000 - 1_000);
  server.frozen = true;
  await vi.advanceTimersByTimeAsync(2_500);
  expect(feed.state$.value).toBe('live');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(feed.state$.value).toBe('reconnecting');
});

test('where there is no server for a fresh token, the old one serves on', async () => {
  vi.useFakeTimers();
  const first = await start();
  server.down = true;
  await vi.advanceTimersByTimeAsync(12 * 60_000 + 5_000);
  expect(feed.state$.value).toBe('live');
  first.event(about('TASK_UPDATED', 'one', aTask({ title: 'Oat milk', version: 2 })));
  expect(titles()).toEqual(['Oat milk']);
});

/** The feed of a device that sockets are kept from, as it begins to ask; the pause between two questions. */
async function polling() {
  server.blocked = true;
  running = feed.run();
  (await pauses.take()).end();
  const [one, other] = [await pauses.take(), await pauses.take()].sort((one, other) => one.ms - other.ms);
  if (!one || !other) throw new Error('It does not poll.');
  return { question: one, probe: other };
}

const pastEvents = () => server.sent.filter(({ name }) => name === 'PastEvents');

test('where sockets are stopped it asks for the events, page by page, each from the last one on', async () => {
  server.root.events = ({ after }) => {
    const event = (cursor: string, title: string) => about('TASK_CREATED', cursor, aTask({ id: cursor, title }));
    if (after === 'one') return page([event('two', 'Butter')]);
    return after === 'two' ? page([]) : page([event('one', 'Bread')], 'one');
  };
  server.blocked = true;
  running = feed.run();
  const first = await pauses.take();
  expect(titles()).toEqual(['Buy milk', 'Bread', 'Butter']);
  first.end();
  const [question] = [await pauses.take(), await pauses.take()].sort((one, other) => one.ms - other.ms);
  expect(feed.state$.value).toBe('polling');
  const asked = pastEvents().length;
  question?.end();
  await vi.waitFor(() => expect(pastEvents().length).toBeGreaterThan(asked));
  expect(pastEvents().at(-1)?.variables.after).toBe('two');
});

test('it goes back to the socket as soon as one opens, and asks no more', async () => {
  const { question, probe } = await polling();
  expect(probe.ms).toBeLessThanOrEqual(10_000);
  server.blocked = false;
  probe.end();
  const subscription = await server.subscribed.take();
  expect(subscription.after).toBe('loaded');
  await vi.waitFor(() => expect(feed.state$.value).toBe('live'));
  const asked = pastEvents().length;
  question.end();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(pastEvents()).toHaveLength(asked);
  expect(feed.state$.value).toBe('live');
});

test('a server that is away is no blocked socket: it reconnects, and tries a socket first', async () => {
  const { question, probe } = await polling();
  server.down = true;
  question.end();
  const pause = await pauses.take(); // the long one is over
  expect(feed.state$.value).toBe('reconnecting');
  expect(pause.ms).toBeLessThan(probe.ms);
  server.down = false;
  server.blocked = false;
  pause.end();
  await server.subscribed.take();
  expect(feed.state$.value).toBe('live');
});

test('a server that is away from the start is never said to be polled', async () => {
  const states: string[] = [];
  feed.state$.subscribe((state) => states.push(state));
  const first = await start();
  server.down = true;
  first.socket.closes(1006);
  for (let tries = 0; tries < 4; tries++) (await pauses.take()).end();
  expect(states).not.toContain('polling');
  expect(pastEvents().length).toBeGreaterThan(0);
});

test('where the log is lost while it polls, all is loaded anew', async () => {
  const { question } = await polling();
  server.root.events = ({ after }) => {
    if (after === 'loaded') throw coded('CURSOR_EXPIRED');
    return page([]);
  };
  server.root.cursor = () => 'anew';
  server.root.tasks = () => page([aTask({ title: 'Soy milk', version: 1 })]);
  question.end();
  await vi.waitFor(() => expect(titles()).toEqual(['Soy milk']));
  expect(feed.state$.value).toBe('polling');
});

test('it goes on from where an earlier page was, and loads nothing', async () => {
  feed.resume('kept');
  expect((await start()).after).toBe('kept');
  expect(server.names()).toEqual([]);
});

test('without a token it asks for one first, and not for a socket', async () => {
  session.token = null;
  await start();
  expect(server.names()[0]).toBe('Refresh');
  expect(server.sockets).toHaveLength(1);
});

test('two who ask at once leave it where the later of them came to', async () => {
  const { question, probe } = await polling();
  server.root.events = () => {
    server.root.events = () => page([]);
    server.root.cursor = () => 'anew';
    throw coded('CURSOR_EXPIRED');
  };
  question.end();
  probe.end();
  await vi.waitFor(() => expect(server.names()).toContain('Load'));
  for (let turns = 0; turns < 6; turns++) (await pauses.take()).end();
  expect(pastEvents().at(-1)?.variables.after).toBe('anew');
});
