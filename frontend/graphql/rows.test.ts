import type { StoreObject } from '@apollo/client';
import { beforeEach, expect, test } from 'vitest';
import { putTask, Versions } from '@/features/live/apply';
import { BOARD } from '@/features/tasks/board';
import { loadBoard } from '@/features/tasks/load';
import { page, Server } from '@/tests/server';
import { aProject, aReminder, aTask } from '@/tests/things';
import { BoardCache } from './cache';
import { Session } from './session';

const { __typename, id, name, color } = aProject();
let cache: BoardCache;

beforeEach(async () => {
  const server = new Server();
  server.root.tasks = () =>
    page([
      aTask({ project: { __typename, id, name, color }, reminders: [aReminder()] }),
      aTask({ id: 'bread', title: 'Bread', parent: { __typename: 'Task', id: 'milk' } }),
    ]);
  server.root.projects = () => page([aProject()]);
  const session = new Session();
  await session.refresh();
  cache = new BoardCache();
  await loadBoard((query, variables) => session.run(query, variables), cache, new Versions());
});

const tasks = () => cache.board$.value?.tasks.nodes ?? [];

test('it is what Apollo reads', () => {
  expect(tasks()).toHaveLength(2);
  expect(cache.board$.value).toEqual(cache.readQuery({ query: BOARD }));
});

test('what has changed is made anew, and nothing else', () => {
  const [milk, bread] = tasks();
  putTask(cache, aTask({ id: 'bread', title: 'Rye', parent: { __typename: 'Task', id: 'milk' }, version: 2 }));
  expect(tasks()[1]).toMatchObject({ title: 'Rye' });
  expect(tasks()[1]).not.toBe(bread);
  expect(tasks()[0]).toBe(milk);
});

test('nothing that is new is nothing to tell', () => {
  const told: unknown[] = [];
  cache.board$.subscribe((board) => told.push(board));
  putTask(cache, aTask({ id: 'bread', title: 'Bread', parent: { __typename: 'Task', id: 'milk' } }));
  expect(told).toHaveLength(1);
});

test('what belongs to a task is a part of it', () => {
  const [milk, bread] = tasks();
  const reminder = cache.identify(aReminder()) ?? '';
  cache.modify({ id: reminder, fields: { status: () => 'CANCELLED' } });
  expect(tasks()[0]?.reminders[0]?.status).toBe('CANCELLED');
  expect(tasks()[0]).not.toBe(milk);
  expect(tasks()[1]).toBe(bread);
});

test('what is optimistic is on top, and goes with its layer', () => {
  const [milk] = tasks();
  cache.batch({ optimistic: 'one', update: (cache) => putTask(cache, aTask({ title: 'Oat milk' })) });
  expect(tasks()[0]?.title).toBe('Oat milk');
  cache.removeOptimistic('one');
  expect(tasks()[0]).toEqual(milk);
});

test('what is gone is in no list, and nobody’s parent', () => {
  const rows = { ...cache.extract() } as Record<string, StoreObject>;
  delete rows['Task:milk'];
  cache.restore(rows);
  expect(tasks()).toMatchObject([{ id: 'bread', parent: null }]);
});

test('where a field is missing there is no board', () => {
  cache.modify({ id: 'Task:milk', fields: { title: (_, { DELETE }) => DELETE } });
  expect(cache.board$.value).toBeNull();
});
