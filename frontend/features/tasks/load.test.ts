import { beforeEach, expect, test } from 'vitest';
import { Versions } from '@/features/live/apply';
import { Unreachable } from '@/graphql/http';
import { Session } from '@/graphql/session';
import { openStore } from '@/graphql/store';
import { coded, page, Server } from '@/tests/server';
import { aProject, aTask } from '@/tests/things';
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
