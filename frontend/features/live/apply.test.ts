import type { ApolloCache } from '@apollo/client';
import { beforeEach, expect, test } from 'vitest';
import { BOARD, type Label } from '@/features/tasks/board';
import { loadBoard } from '@/features/tasks/load';
import { Session } from '@/graphql/session';
import { openStore } from '@/graphql/store';
import { page, Server } from '@/tests/server';
import { about, aProject, aTask, type Thing } from '@/tests/things';
import { applyEvent, Versions } from './apply';
import type { LiveEvent } from './feed';

const URGENT: Label = { __typename: 'Label', id: 'urgent', name: 'Urgent', color: '#dc2626', version: 1 };
const { __typename, id, name, color } = aProject();
const HOME = { __typename, id, name, color };

let cache: ApolloCache;
let versions: Versions;

beforeEach(async () => {
  const server = new Server();
  server.root.tasks = () => page([aTask({ version: 3, project: HOME, labels: [URGENT] })]);
  server.root.projects = () => page([aProject()]);
  server.root.labels = () => [URGENT];
  const session = new Session();
  await session.refresh();
  ({ cache } = openStore(session).client);
  versions = new Versions();
  await loadBoard((query, variables) => session.run(query, variables), cache, versions);
});

function happens(type: string, thing: Thing) {
  applyEvent(cache, versions, about(type, 'c', thing) as LiveEvent);
}

function board() {
  const read = cache.readQuery({ query: BOARD });
  if (!read) throw new Error('There is no whole board.');
  return { ...read, tasks: read.tasks.nodes, projects: read.projects.nodes };
}

test('a newer version takes the place of an older, where it stood', () => {
  happens('TASK_CREATED', aTask({ id: 'bread', title: 'Bread' }));
  happens('TASK_UPDATED', aTask({ title: 'Oat milk', version: 4 }));
  expect(board().tasks.map(({ title }) => title)).toEqual(['Oat milk', 'Bread']);
});

test('an older version never takes the place of a newer', () => {
  happens('TASK_UPDATED', aTask({ title: 'Oat milk', version: 5 }));
  happens('TASK_UPDATED', aTask({ title: 'Soy milk', version: 4 }));
  expect(board().tasks.map(({ title }) => title)).toEqual(['Oat milk']);
  happens('PROJECT_UPDATED', aProject({ name: 'House', version: 3 }));
  happens('PROJECT_UPDATED', aProject({ name: 'Flat', version: 2 }));
  expect(board()).toMatchObject({ projects: [{ name: 'House' }], tasks: [{}] });
  happens('LABEL_UPDATED', { ...URGENT, name: 'Now', version: 3 });
  happens('LABEL_UPDATED', { ...URGENT, name: 'Soon', version: 2 });
  expect(board().labels).toMatchObject([{ name: 'Now' }]);
  happens('USER_UPDATED', { ...board().viewer, name: 'Ana Maria', version: 3 });
  happens('USER_UPDATED', { ...board().viewer, name: 'Anna', version: 2 });
  expect(board().viewer.name).toBe('Ana Maria');
});

test('a project and a task may have the same id', () => {
  happens('PROJECT_CREATED', aProject({ id: 'milk', version: 9 }));
  happens('TASK_UPDATED', aTask({ title: 'Oat milk', version: 4 }));
  expect(board().tasks).toMatchObject([{ title: 'Oat milk' }]);
});

test('what was loaded is not overwritten by an event from before', () => {
  happens('TASK_UPDATED', aTask({ title: 'Soy milk', version: 2 }));
  expect(board().tasks).toMatchObject([{ title: 'Buy milk', version: 3 }]);
});

test.each([
  ['TASK_CREATED', aTask({ id: 'bread' })],
  ['TASK_UPDATED', aTask({ title: 'Oat milk', version: 4 })],
  ['TASK_DELETED', aTask({ deletedAt: '2026-01-02T10:00:00Z', version: 4 })],
  ['TASK_PURGED', 'milk'],
  ['PROJECT_CREATED', aProject({ id: 'work' })],
  ['PROJECT_DELETED', 'home'],
  ['LABEL_CREATED', { ...URGENT, id: 'calm' }],
  ['LABEL_DELETED', 'urgent'],
])('%s twice is once', (type, thing) => {
  const before = board();
  happens(type, thing);
  const once = cache.extract();
  expect(board()).not.toEqual(before);
  happens(type, thing);
  expect(cache.extract()).toEqual(once);
});

test('a late update does not bring a deleted task back', () => {
  happens('TASK_DELETED', aTask({ deletedAt: '2026-01-02T10:00:00Z', version: 5 }));
  happens('TASK_UPDATED', aTask({ title: 'Oat milk', version: 4 }));
  expect(board().tasks).toMatchObject([{ title: 'Buy milk', deletedAt: '2026-01-02T10:00:00Z' }]);
  happens('TASK_RESTORED', aTask({ version: 6 }));
  expect(board().tasks).toMatchObject([{ deletedAt: null }]);
});

test('what is gone for good stays gone, whatever comes late', () => {
  happens('TASK_PURGED', 'milk');
  happens('PROJECT_DELETED', 'home');
  happens('LABEL_DELETED', 'urgent');
  happens('TASK_UPDATED', aTask({ version: 99 }));
  happens('PROJECT_UPDATED', aProject({ version: 99 }));
  happens('LABEL_UPDATED', { ...URGENT, version: 99 });
  expect(board()).toMatchObject({ tasks: [], projects: [], labels: [] });
});

test('a deleted project leaves its tasks, and only those, without one', () => {
  const work = { ...HOME, id: 'work', name: 'Work' };
  happens('TASK_CREATED', aTask({ id: 'report', project: work }));
  happens('PROJECT_DELETED', 'home');
  expect(board().projects).toEqual([]);
  expect(board().tasks).toMatchObject([
    { id: 'milk', project: null, version: 3 },
    { id: 'report', project: { name: 'Work' } },
  ]);
});

test('a deleted label comes off its tasks', () => {
  happens('LABEL_DELETED', 'urgent');
  expect(board()).toMatchObject({ labels: [], tasks: [{ labels: [] }] });
});

test('a new name of a project is the name on its tasks', () => {
  happens('PROJECT_UPDATED', aProject({ name: 'House', version: 2 }));
  expect(board().tasks).toMatchObject([{ project: { name: 'House' } }]);
});
