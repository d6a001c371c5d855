import { beforeEach, expect, test, vi } from 'vitest';
import { BOB, coded, Server } from '@/tests/server';
import { Unreachable } from './http';
import { Left, Session } from './session';

const VIEWER = 'query Who { viewer { id } }';

let server: Server;
let session: Session;

beforeEach(async () => {
  server = new Server();
  session = new Session();
  await session.refresh();
  server.sent.length = 0;
});

test('two callers at once refresh once', async () => {
  server.token = 'second';
  expect(await Promise.all([session.refresh(), session.refresh()])).toEqual([true, true]);
  expect(server.names()).toEqual(['Refresh']);
  expect(session.token).toBe('second');
});

test('the next caller refreshes anew', async () => {
  await session.refresh();
  await session.refresh();
  expect(server.names()).toEqual(['Refresh', 'Refresh']);
});

test('a refresh that finds no server keeps the session, and may be tried again', async () => {
  server.down = true;
  await expect(session.refresh()).rejects.toThrow(Unreachable);
  expect(session).toMatchObject({ token: 'first', userId$: { value: 'ana' } });
  server.down = false;
  expect(await session.refresh()).toBe(true);
});

test('a refresh that the server breaks down on keeps the session', async () => {
  server.root.refreshSession = () => {
    throw coded('INTERNAL');
  };
  await expect(session.refresh()).rejects.toThrow(Unreachable);
  expect(session).toMatchObject({ token: 'first', userId$: { value: 'ana' } });
});

test('a refused refresh signs out', async () => {
  server.signedIn = false;
  expect(await session.refresh()).toBe(false);
  expect(session).toMatchObject({ token: null, userId$: { value: null } });
});

test('a page that may not use the cookie is signed out', async () => {
  server.root.refreshSession = () => {
    throw coded('UNAUTHENTICATED');
  };
  expect(await session.refresh()).toBe(false);
  expect(session.userId$.value).toBeNull();
});

test('operations whose token has run out share one refresh, and are sent again', async () => {
  server.token = 'second';
  const answers = await Promise.all([session.run(VIEWER, {}), session.run(VIEWER, {})]);
  expect(answers).toMatchObject([{ data: { viewer: { id: 'ana' } } }, { data: { viewer: { id: 'ana' } } }]);
  expect(server.sent.map(({ name, token }) => `${name} ${token}`)).toEqual([
    'Who first',
    'Who first',
    'Refresh undefined',
    'Who second',
    'Who second',
  ]);
});

test('an operation whose token was refreshed meanwhile does not refresh it again', async () => {
  server.token = 'second';
  const asking = session.run(VIEWER, {});
  session.token = 'second';
  expect(await asking).toMatchObject({ data: { viewer: { id: 'ana' } } });
  expect(server.names()).toEqual(['Who', 'Who']);
});

test('what is refused with a fresh token too is refused', async () => {
  server.root.viewer = () => {
    throw coded('UNAUTHENTICATED');
  };
  expect(await session.run(VIEWER, {})).toMatchObject({ errors: [{ message: 'UNAUTHENTICATED' }] });
  expect(server.names()).toEqual(['Who', 'Refresh', 'Who']);
});

test('where the session has ended, an operation is refused and not sent again', async () => {
  server.token = 'second';
  server.signedIn = false;
  await expect(session.run(VIEWER, {})).rejects.toThrow(Left);
  expect(server.names()).toEqual(['Who', 'Refresh']);
  expect(session.userId$.value).toBeNull();
});

test('an operation of one person’s is not sent with the token of another', async () => {
  server.token = 'second';
  server.viewer = BOB; // who has signed in in another tab
  await expect(session.run(VIEWER, {})).rejects.toThrow(Left);
  expect(server.names()).toEqual(['Who', 'Refresh']);
  expect(session).toMatchObject({ token: 'second', userId$: { value: 'bob' } });
});

test.each([
  ['in good time before it runs out', 15 * 60_000, 12 * 60_000],
  ['not all the time, where the clock is wrong', -60_000, 30_000],
  ['at least once a day', 400 * 24 * 60 * 60_000, 24 * 60 * 60_000],
])('a token should be traded %s', async (_, lifetimeMs, renewalMs) => {
  vi.useFakeTimers();
  server.lifetimeMs = lifetimeMs;
  await session.refresh();
  expect(session.renewalMs).toBe(renewalMs);
});

test('logging out needs the server', async () => {
  server.down = true;
  await expect(session.logOut(async () => {})).rejects.toThrow(Unreachable);
  expect(session.userId$.value).toBe('ana');
  server.down = false;
  await session.logOut(async () => {});
  expect(session).toMatchObject({ token: null, userId$: { value: null } });
});

test('two tabs refresh one after the other', async () => {
  let last: Promise<unknown> = Promise.resolve();
  const request = (_: string, work: () => Promise<unknown>) => {
    last = last.then(work);
    return last;
  };
  vi.stubGlobal('navigator', { locks: { request } });
  let atOnce = 0;
  server.root.refreshSession = async () => {
    atOnce += 1;
    const seen = atOnce;
    await Promise.resolve();
    atOnce -= 1;
    return { ...server.admits(), accessToken: `${seen} at once` };
  };
  const other = new Session();
  await Promise.all([session.refresh(), other.refresh()]);
  expect([session.token, other.token]).toEqual(['1 at once', '1 at once']);
});
