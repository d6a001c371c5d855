import { beforeEach, expect, test } from 'vitest';
import { BOARD, type Task } from '@/features/tasks/board';
import { taskChanges } from '@/features/tasks/changes';
import { page, Server, type Subscription } from '@/tests/server';
import { about, aProject, aTask } from '@/tests/things';
import { Session } from './session';
import { openStore, type Store } from './store';

const { __typename, id, name, color } = aProject();
const HOME = { __typename, id, name, color };

let server: Server;
let store: Store;
let feed: Subscription;

beforeEach(async () => {
  server = new Server();
  server.root.tasks = () => page([aTask({ project: HOME })]);
  server.root.projects = () => page([aProject()]);
  const session = new Session();
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

test('an event after the answer finds nothing to do', async () => {
  await complete(aTask({ completed: true, version: 2 }), () => undefined);
  const before = store.client.cache.extract();
  feed.event(about('TASK_COMPLETED', 'one', aTask({ completed: true, version: 2 })));
  expect(milk()).toMatchObject({ completed: true, version: 2 });
  expect(store.client.cache.extract()).toEqual(before);
});
