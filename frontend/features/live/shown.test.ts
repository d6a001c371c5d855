import { beforeEach, expect, test } from 'vitest';
import { BOARD } from '@/features/tasks/board';
import { loadBoard } from '@/features/tasks/load';
import { BoardCache } from '@/graphql/cache';
import type { Change, Data } from '@/graphql/outbox/change';
import { Session } from '@/graphql/session';
import { page, Server } from '@/tests/server';
import { aProject, aReminder, aTask } from '@/tests/things';
import { Versions } from './apply';
import { Shown } from './shown';

const { __typename, id, name, color } = aProject();
const HOME = { __typename, id, name, color };

let cache: BoardCache;
let shown: Shown;

beforeEach(async () => {
  const server = new Server();
  server.root.tasks = () => page([aTask({ project: HOME, reminders: [aReminder()] })]);
  server.root.projects = () => page([aProject()]);
  const session = new Session();
  await session.refresh();
  cache = new BoardCache();
  await loadBoard((query, variables) => session.run(query, variables), cache, new Versions());
  shown = new Shown(cache, (data) => data);
});

function aChange(name: string, input: object, shown: Data): Change {
  return { id: name, name, query: '', variables: { input }, shown, aim: null };
}

const board = (optimistic = true) => {
  const board = cache.readQuery({ query: BOARD }, optimistic);
  if (!board) throw new Error('Nothing is shown.');
  return board;
};

test.each([
  ['a task', 'CreateTask', {}, { task: aTask({ id: 'bread' }) }, () => board().tasks.nodes.map(({ id }) => id)],
  ['many tasks', 'ChangeTasks', {}, { tasks: [aTask({ title: 'Oat milk' })] }, () => board().tasks.nodes[0]?.title],
  [
    'a new reminder',
    'CreateReminder',
    { taskId: 'milk' },
    { reminder: aReminder({ id: 'gong' }) },
    () => board().tasks.nodes[0]?.reminders.map(({ id }) => id),
  ],
  [
    'a reminder',
    'CancelReminder',
    {},
    { reminder: aReminder({ status: 'CANCELLED' }) },
    () => board().tasks.nodes[0]?.reminders[0]?.status,
  ],
  [
    'a project',
    'CreateProject',
    {},
    { project: aProject({ id: 'work' }) },
    () => board().projects.nodes.map(({ id }) => id),
  ],
  [
    'the end of a project',
    'DeleteProject',
    { id: 'home' },
    { project: null },
    () => [board().projects.nodes.length, board().tasks.nodes[0]?.project],
  ],
])('%s is shown until it is answered, and nothing of it stays after a refusal', (_, name, input, thing, look) => {
  const before = look();
  const change = aChange(name, input, { payload: { ...thing, errors: [] } });
  shown.show(change);
  const during = look();
  expect(during).not.toEqual(before);
  shown.answered(change, null);
  expect(look()).toEqual(before);
  shown.answered(change, change.shown);
  expect(look()).toEqual(during);
});

test('what a program that knew less of things has left is not shown, and hides nothing', () => {
  const { priority: _, ...less } = aTask({ id: 'bread' });
  shown.show(aChange('CreateTask', {}, { createTask: { task: less, errors: [] } }));
  expect(board().tasks.nodes.map(({ id }) => id)).toEqual(['milk']);
});

test('of an answer only what is news is taken', () => {
  const sparing = new Shown(cache, () => ({ payload: { task: null, errors: [] } }));
  const change = aChange('UpdateTask', {}, { payload: { task: aTask({ title: 'Oat milk' }), errors: [] } });
  sparing.show(change);
  sparing.answered(change, change.shown);
  expect(board().tasks.nodes[0]?.title).toBe('Buy milk');
});
