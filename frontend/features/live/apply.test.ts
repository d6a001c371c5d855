import type { ApolloCache } from '@apollo/client';
import { beforeEach, expect, test, vi } from 'vitest';
import { BOARD, type Label, type Task } from '@/features/tasks/board';
import { taskChanges } from '@/features/tasks/changes';
import { loadBoard } from '@/features/tasks/load';
import { Session } from '@/graphql/session';
import { openStore } from '@/graphql/store';
import { page, Server } from '@/tests/server';
import { about, aProject, aReminder, aSeries, aTask, ofTask, type Thing } from '@/tests/things';
import { applyEvent, Versions } from './apply';
import type { LiveEvent } from './events';

const URGENT: Label = { __typename: 'Label', id: 'urgent', name: 'Urgent', color: '#dc2626', version: 1 };
const { __typename, id, name, color } = aProject();
const HOME = { __typename, id, name, color };

const BELL = aReminder({ version: 3 });

/** The milk as it was loaded. */
function milk(but: Partial<Task> = {}): Task {
  return aTask({ version: 3, project: HOME, labels: [URGENT], reminders: [BELL], ...but });
}

let cache: ApolloCache;
let versions: Versions;

beforeEach(async () => {
  const server = new Server();
  server.root.tasks = () => page([milk()]);
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
  ['RECURRENCE_SET', aSeries({}, { version: 4 })],
  ['RECURRENCE_SKIPPED', aSeries({ nextOccurrence: '2031-05-03T09:00:00Z' }, { version: 4 })],
  ['RECURRING_SPAWNED', aTask({ id: 'spawned', spawnedFrom: { __typename: 'Task', id: 'milk' } })],
  ['REMINDER_CREATED', ofTask(aReminder({ id: 'gong' }), milk())],
  ['REMINDER_UPDATED', ofTask(aReminder({ remindAt: '2031-05-02T08:30:00Z', version: 4 }), milk())],
  ['REMINDER_TRIGGERED', ofTask(aReminder({ status: 'NOTIFIED', version: 4 }), milk())],
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

test('what a series spawns is one more task', () => {
  happens('RECURRING_SPAWNED', aTask({ id: 'spawned', spawnedFrom: { __typename: 'Task', id: 'milk' } }));
  expect(board().tasks).toMatchObject([{ id: 'milk' }, { id: 'spawned', spawnedFrom: { id: 'milk' } }]);
});

test('a rule that is taken away is gone', () => {
  happens('RECURRENCE_SET', aSeries({}, { version: 4 }));
  expect(board().tasks).toMatchObject([{ recurrence: { summary: 'every day' } }]);
  happens('RECURRENCE_CLEARED', aTask({ version: 5 }));
  expect(board().tasks).toMatchObject([{ recurrence: null, isRecurring: false }]);
});

test('a reminder has a version of its own, and so has its task', () => {
  happens(
    'REMINDER_UPDATED',
    ofTask(aReminder({ status: 'CANCELLED', version: 5 }), milk({ version: 2, title: 'Old' })),
  );
  happens('REMINDER_UPDATED', ofTask(aReminder({ version: 4 }), milk()));
  expect(board().tasks).toMatchObject([{ title: 'Buy milk', reminders: [{ status: 'CANCELLED', version: 5 }] }]);
});

test('a task that is told with an older reminder is newer all the same', () => {
  happens('REMINDER_TRIGGERED', ofTask(aReminder({ status: 'NOTIFIED', version: 5 }), milk()));
  happens('TASK_UPDATED', milk({ title: 'Oat milk', version: 4, reminders: [BELL] }));
  expect(board().tasks).toMatchObject([{ title: 'Oat milk', reminders: [{ status: 'NOTIFIED', version: 5 }] }]);
});

test('a task that is told with newer reminders has these, whatever their events say later', () => {
  const gong = aReminder({ id: 'gong', status: 'CANCELLED', version: 2 });
  happens('TASK_UPDATED', milk({ version: 4, reminders: [BELL, gong] }));
  happens('REMINDER_CREATED', ofTask({ ...gong, status: 'PENDING', version: 1 }, milk({ version: 4 })));
  expect(board().tasks).toMatchObject([{ reminders: [{ id: 'bell' }, { id: 'gong', status: 'CANCELLED' }] }]);
});

test('with a task that is gone for good its reminders are', () => {
  happens('TASK_PURGED', 'milk');
  happens('REMINDER_UPDATED', ofTask(aReminder({ version: 99 }), milk({ version: 99 })));
  expect(board().tasks).toEqual([]);
  expect(versions.admit(aReminder({ version: 99 }))).toBe(false);
});

test('a reminder of a task that is not here yet comes with it', () => {
  const bread = aTask({ id: 'bread', reminders: [aReminder({ id: 'gong' })] });
  happens('REMINDER_CREATED', ofTask(aReminder({ id: 'gong' }), bread));
  expect(board().tasks).toMatchObject([{ id: 'milk' }, { id: 'bread', reminders: [{ id: 'gong' }] }]);
});

test('what is new elsewhere is seen while a new task of one’s own waits to be saved', async () => {
  const server = new Server();
  let answer = (_: unknown) => {};
  server.root.createTask = () => new Promise((resolve) => (answer = resolve));
  const session = new Session();
  await session.refresh();
  const { client, close } = openStore(session);
  await loadBoard((query, variables) => session.run(query, variables), client.cache, versions);
  const seen = () => client.readQuery({ query: BOARD }, true)?.tasks.nodes.map(({ title }) => title);
  const saving = taskChanges(client).create({ title: 'Mine', project: null }).saved;
  expect(seen()).toEqual(['Mine']);
  applyEvent(client.cache, versions, about('TASK_CREATED', 'c', aTask({ id: 'bread', title: 'Bread' })) as LiveEvent);
  expect(seen()).toEqual(['Mine', 'Bread']);
  await vi.waitFor(() => expect(server.names()).toContain('CreateTask'));
  const [{ id = '' } = {}] = [server.sent.at(-1)?.variables.input as { id?: string }];
  answer({ task: aTask({ id, title: 'Mine', position: 'a1' }), errors: [] });
  await saving;
  expect(seen()?.sort()).toEqual(['Bread', 'Mine']);
  close();
});
