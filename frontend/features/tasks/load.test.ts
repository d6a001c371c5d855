import { beforeEach, expect, test, vi } from 'vitest';
import { applyEvent, Versions } from '@/features/live/apply';
import type { LiveEvent } from '@/features/live/events';
import { Unreachable } from '@/graphql/http';
import { Session } from '@/graphql/session';
import { openStore } from '@/graphql/store';
import { coded, page, Server } from '@/tests/server';
import { about, aProject, aTask } from '@/tests/things';
import { BOARD } from './board';
import { loadBoard } from './load';

let server: Server;
let session: Session;

beforeEach(async () => {
  server = new Server();
  session = new Session();
  await session.refresh();
});

function load(versions = new Versions()) {
  const { cache } = openStore(session).client;
  const loading = loadBoard((query, variables) => session.run(query, variables), cache, versions);
  return { cache, loading };
}

test('every page is loaded, and the cursor is the one from before the first', async () => {
  let cursor = 'before';
  server.root.cursor = () => cursor;
  server.root.tasks = ({ after }) => {
    if (after === 'p2') return page([aTask({ id: 'three' })]);
    cursor = 'later';
    return after === 'p1' ? page([aTask({ id: 'two' })], 'p2') : page([aTask({ id: 'one' })], 'p1');
  };
  server.root.projects = ({ after }) =>
    after ? page([aProject({ id: 'work' })]) : page([aProject({ id: 'home' })], 'p1');
  const { cache, loading } = load();
  expect(await loading).toBe('before');
  const board = cache.readQuery({ query: BOARD });
  expect(board?.tasks.nodes.map(({ id }) => id)).toEqual(['one', 'two', 'three']);
  expect(board?.projects.nodes.map(({ id }) => id)).toEqual(['home', 'work']);
});

test('where a page fails, nothing half-loaded is shown', async () => {
  server.root.tasks = ({ after }) => {
    if (after) throw coded('INTERNAL');
    return page([aTask()], 'p1');
  };
  const { cache, loading } = load();
  await expect(loading).rejects.toThrow(Unreachable);
  expect(cache.readQuery({ query: BOARD })).toBeNull();
});

test('what moves from one page to the next while both are read is there once, as it was last', async () => {
  server.root.tasks = ({ after }) =>
    after
      ? page([aTask({ title: 'Oat milk', version: 2 }), aTask({ id: 'bread' })])
      : page([aTask(), aTask({ id: 'bread', title: 'Rye bread', version: 3 })], 'p1');
  server.root.projects = ({ after }) =>
    after ? page([aProject({ name: 'House', version: 2 })]) : page([aProject()], 'p1');
  const { cache, loading } = load();
  await loading;
  expect(cache.readQuery({ query: BOARD })).toMatchObject({
    tasks: {
      nodes: [
        { title: 'Oat milk', version: 2 },
        { title: 'Rye bread', version: 3 },
      ],
    },
    projects: { nodes: [{ name: 'House' }] },
  });
});

test('what was loaded counts as seen', async () => {
  server.root.tasks = () => page([aTask({ version: 3 })]);
  server.root.projects = () => page([aProject({ version: 4 })]);
  const versions = new Versions();
  await load(versions).loading;
  expect(versions.admit(aTask({ version: 2 }))).toBe(false);
  expect(versions.admit(aProject({ version: 3 }))).toBe(false);
});

test('a list that comes late brings back nothing that is gone, and nothing that is older', async () => {
  const { cache } = openStore(session).client;
  const versions = new Versions();
  const run: Session['run'] = (query, variables) => session.run(query, variables);
  server.root.tasks = () => page([aTask(), aTask({ id: 'bread', title: 'Bread' })]);
  await loadBoard(run, cache, versions);
  let turn = () => {};
  server.root.tasks = ({ after }) =>
    after
      ? page([])
      : new Promise((resolve) => {
          turn = () => resolve(page([aTask(), aTask({ id: 'bread', title: 'Bread' })]));
        });
  const loading = loadBoard(run, cache, versions);
  await vi.waitFor(() => expect(server.names().filter((name) => name === 'Load')).toHaveLength(2));
  for (const event of [
    about('TASK_PURGED', 'one', 'bread'),
    about('TASK_UPDATED', 'two', aTask({ title: 'Oat milk', version: 2 })),
  ]) {
    applyEvent(cache, versions, event as LiveEvent);
  }
  turn();
  await loading;
  const nodes = () => cache.readQuery({ query: BOARD })?.tasks.nodes.map(({ title }) => title);
  expect(nodes()).toEqual(['Oat milk']);

  // Where the log was lost, the lists alone count.
  const lost = loadBoard(run, cache, versions, true);
  await vi.waitFor(() => expect(server.names().filter((name) => name === 'Load')).toHaveLength(3));
  turn();
  await lost;
  expect(nodes()).toEqual(['Buy milk', 'Bread']);
});
