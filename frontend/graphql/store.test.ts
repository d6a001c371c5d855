import { beforeEach, expect, test, vi } from 'vitest';
import { reminderChanges } from '@/features/reminders/changes';
import { BOARD, type Task } from '@/features/tasks/board';
import { taskChanges } from '@/features/tasks/changes';
import { BOB, page, Server, type Subscription } from '@/tests/server';
import { about, aProject, aReminder, aTask, ofTask } from '@/tests/things';
import { Session } from './session';
import { openStore, type Store } from './store';

const { __typename, id, name, color } = aProject();
const HOME = { __typename, id, name, color };

let server: Server;
let session: Session;
let store: Store;
let feed: Subscription;

beforeEach(async () => {
  server = new Server();
  server.root.tasks = () => page([aTask({ project: HOME })]);
  server.root.projects = () => page([aProject()]);
  session = new Session();
  await session.refresh();
  store = openStore(session);
  const running = store.feed.run();
  feed = await server.subscribed.take();
  return async () => {
    store.feed.stop();
    await running;
  };
});

function milk(): Task {
  const task = store.client.readQuery({ query: BOARD })?.tasks.nodes[0];
  if (!task) throw new Error('The milk is gone.');
  return task;
}

/** Completes the milk; meanwhile, before the answer comes, something happens. */
function complete(answer: Task, meanwhile: () => void): Promise<boolean> {
  server.root.completeTask = () => {
    meanwhile();
    return { task: answer, errors: [] };
  };
  return taskChanges(store.client).setCompleted(milk(), true);
}

test('an answer is shown before its event comes', async () => {
  await complete(aTask({ completed: true, version: 2 }), () => undefined);
  expect(milk()).toMatchObject({ completed: true, version: 2 });
});

test('an answer that comes after a newer event is left out', async () => {
  await complete(aTask({ completed: true, version: 2 }), () => {
    feed.event(about('TASK_COMPLETED', 'one', aTask({ completed: true, version: 2 })));
    feed.event(about('TASK_UPDATED', 'two', aTask({ completed: true, title: 'Oat milk', version: 3 })));
  });
  expect(milk()).toMatchObject({ title: 'Oat milk', version: 3 });
});

test('an answer that comes after its own event does not bring back what is gone since', async () => {
  await complete(aTask({ completed: true, version: 2, project: HOME }), () => {
    feed.event(about('TASK_COMPLETED', 'one', aTask({ completed: true, version: 2, project: HOME })));
    feed.event(about('PROJECT_DELETED', 'two', 'home'));
  });
  expect(milk()).toMatchObject({ completed: true, project: null });
});

test('an answer about what is gone for good does not bring it back', async () => {
  await complete(aTask({ completed: true, version: 2 }), () => feed.event(about('TASK_PURGED', 'one', 'milk')));
  expect(store.client.readQuery({ query: BOARD })?.tasks.nodes).toEqual([]);
});

test('an answer leaves reminders alone that are newer here', async () => {
  const [armed, cancelled] = [aReminder(), aReminder({ status: 'CANCELLED', version: 2 })];
  await complete(aTask({ completed: true, version: 2, reminders: [armed] }), () => {
    feed.event(about('REMINDER_CANCELLED', 'one', ofTask(cancelled, aTask({ reminders: [cancelled] }))));
  });
  expect(milk()).toMatchObject({ completed: true, reminders: [{ status: 'CANCELLED', version: 2 }] });
});

test('an answer about a reminder that comes after newer events is left out', async () => {
  const snoozed = aReminder({ version: 2 });
  feed.event(about('REMINDER_CREATED', 'one', ofTask(aReminder(), aTask())));
  server.root.snoozeReminder = () => {
    feed.event(about('REMINDER_UPDATED', 'two', ofTask(snoozed, aTask())));
    feed.event(about('REMINDER_CANCELLED', 'three', ofTask({ ...snoozed, status: 'CANCELLED', version: 3 }, aTask())));
    return { reminder: snoozed, errors: [] };
  };
  await reminderChanges(store.client).snooze(aReminder(), new Date('2031-05-02T08:30:00Z'));
  expect(milk().reminders).toMatchObject([{ status: 'CANCELLED', version: 3 }]);
});

test('an event after the answer finds nothing to do', async () => {
  await complete(aTask({ completed: true, version: 2 }), () => undefined);
  const before = store.client.cache.extract();
  feed.event(about('TASK_COMPLETED', 'one', aTask({ completed: true, version: 2 })));
  expect(milk()).toMatchObject({ completed: true, version: 2 });
  expect(store.client.cache.extract()).toEqual(before);
});

/** The names of the changes that were sent, and with whose token. */
const changesSent = () =>
  server.sent.filter(({ name }) => /Task/.test(name)).map(({ name, token }) => `${name} ${token}`);

test('another person who signs in in another tab gets nothing of what waits here', async () => {
  server.signedIn = false; // Ana logs out there,
  server.token = 'of Bob';
  server.viewer = BOB;
  server.signedIn = true; // and Bob logs in
  const { create } = taskChanges(store.client);
  const all = [create({ title: 'One', project: null }).saved, create({ title: 'Two', project: null }).saved];
  expect(await Promise.all(all)).toEqual([false, false]);
  expect(changesSent()).toEqual(['CreateTask first']);
  expect(session).toMatchObject({ token: 'of Bob', userId$: { value: 'bob' } });
  expect(server.sockets.map(({ readyState }) => readyState)).toEqual([3]);
});

test('another person who signs in in the same tab gets nothing of what waits here', async () => {
  server.down = true;
  const creating = taskChanges(store.client).create({ title: 'One', project: null }).saved;
  await vi.waitFor(() => expect(changesSent()).toHaveLength(1));
  server.down = false;
  await session.logOut(store.forget);
  server.token = 'of Bob';
  server.viewer = BOB;
  server.root.logIn = () => server.admits();
  await session.logIn('bob@example.org', 'right');
  window.dispatchEvent(new Event('online')); // which ends every pause
  expect(await creating).toBe(false);
  expect(changesSent()).toEqual(['CreateTask first']);
});

test('nothing of the next person is loaded into what was the last one’s', async () => {
  const old = openStore(session);
  let turn = () => {};
  server.root.tasks = ({ after }) => {
    if (after) return page([aTask({ id: 'of Bob' })]);
    return new Promise((resolve) => (turn = () => resolve(page([aTask()], 'p1'))));
  };
  const loading = old.feed.run();
  await vi.waitFor(() => expect(server.names().filter((name) => name === 'Load')).toHaveLength(2));
  server.viewer = BOB;
  await session.refresh();
  turn();
  await loading;
  expect(server.names()).not.toContain('MoreTasks');
});
