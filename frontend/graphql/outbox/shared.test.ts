import { openDB } from 'idb';
import { toast } from 'sonner';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BOARD, type Task } from '@/features/tasks/board';
import { taskChanges } from '@/features/tasks/changes';
import { fieldsOf, touch } from '@/features/tasks/draft';
import { lastOwner } from '@/graphql/kept/database';
import { Left, Session } from '@/graphql/session';
import type { Store } from '@/graphql/store';
import { aDevice, aTab } from '@/tests/device';
import { BOB, page, refusal, Server } from '@/tests/server';
import { aTask } from '@/tests/things';
import { Tabs } from './tabs';

let server: Server;
/** The milk as the server has it. */
let stored: Task;
let open: Store[];

beforeEach(() => {
  aDevice();
  server = new Server();
  stored = aTask({ version: 3 });
  open = [];
  server.root.tasks = () => page([stored]);
  server.root.createTask = ({ input }) => ({
    task: aTask({ id: String(input.id), title: String(input.title), position: 'a1' }),
    errors: [],
  });
  server.root.updateTask = ({ input: { id: _, expectedVersion, ...fields } }) => {
    if (expectedVersion !== stored.version) return { task: stored, ...refusal('Changed elsewhere.', 'CONFLICT') };
    stored = { ...stored, ...fields, version: stored.version + 1 };
    return { task: stored, errors: [] };
  };
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const store of open) store.close();
});

async function tab(session?: Session) {
  const opened = await aTab(session);
  open.push(opened.store);
  return { ...opened, changes: taskChanges(opened.store.client) };
}

/** A tab that has loaded everything, and has it on the device. */
async function loaded() {
  const opened = await tab();
  void opened.store.feed.run();
  await server.subscribed.take();
  await vi.waitFor(async () => expect(await lastOwner()).toBe('ana'));
  return opened;
}

function shown(store: Store) {
  return store.client
    .readQuery({ query: BOARD }, true)
    ?.tasks.nodes.map(({ title, version }) => `${title} v${version}`);
}

const milk = (store: Store) => {
  const task = store.client.readQuery({ query: BOARD }, true)?.tasks.nodes[0];
  if (!task) throw new Error('The milk is gone.');
  return task;
};
const retitled = (title: string, task: Task) => touch({}, 'title', title, fieldsOf(task));
const sent = (name: string) => server.sent.filter((operation) => operation.name === name);
const waiting = (store: Store, count: number) => vi.waitFor(() => expect(store.outbox.waiting$.value).toBe(count));
const kept = (store: Store) => vi.waitFor(() => expect(store.outbox.unkept$.value).toBe(0));
/** Ends every pause. */
const online = () => window.dispatchEvent(new Event('online'));

test('what waits outlives a reload, is shown again, and goes out in order', async () => {
  const { store, changes } = await loaded();
  server.down = true;
  void changes.create({ title: 'Bread', project: null }).saved;
  void changes.save(milk(store), retitled('Oat milk', milk(store)));
  void changes.create({ title: 'Butter', project: null }).saved;
  expect(store.outbox.unkept$.value).toBe(3);
  await kept(store);
  store.close();

  server.sent.length = 0;
  const session = new Session();
  session.assume('ana'); // whose copy it is: the server can't be asked
  const { store: reloaded } = await tab(session);
  expect(shown(reloaded)).toEqual(['Oat milk v3', 'Bread v0', 'Butter v0']);
  expect(reloaded.outbox.waiting$.value).toBe(3);
  server.down = false;
  online();
  await waiting(reloaded, 0);
  expect(sent('CreateTask').at(-1)?.variables.input).toMatchObject({ title: 'Butter' });
  const names = server.sent.filter(({ name }) => name !== 'Refresh').map(({ name }) => name);
  expect(names.slice(-3)).toEqual(['CreateTask', 'UpdateTask', 'CreateTask']);
  expect(shown(reloaded)).toEqual(['Oat milk v4', 'Bread v1', 'Butter v1']);
});

test('two tabs send each change once, and both show what came of it', async () => {
  const one = await loaded();
  const other = await tab(one.session);
  server.down = true;
  const creating = [
    one.changes.create({ title: 'Bread', project: null }).saved,
    other.changes.create({ title: 'Butter', project: null }).saved,
  ];
  await waiting(one.store, 2);
  await waiting(other.store, 2);
  expect([...(shown(one.store) ?? [])].sort()).toEqual(['Bread v0', 'Butter v0', 'Buy milk v3']);
  expect([...(shown(other.store) ?? [])].sort()).toEqual(['Bread v0', 'Butter v0', 'Buy milk v3']);
  server.sent.length = 0;
  server.down = false;
  online();
  expect(await Promise.all(creating)).toEqual([true, true]);
  await waiting(one.store, 0);
  await waiting(other.store, 0);
  expect(sent('CreateTask')).toHaveLength(2);
  for (const { store } of [one, other]) {
    expect([...(shown(store) ?? [])].sort()).toEqual(['Bread v1', 'Butter v1', 'Buy milk v3']);
  }
});

test('a tab that is closed leaves what it made to the other', async () => {
  const one = await loaded();
  const other = await tab(one.session);
  server.down = true;
  void one.changes.create({ title: 'Bread', project: null }).saved;
  await waiting(other.store, 1);
  one.store.close();
  server.down = false;
  online();
  await waiting(other.store, 0);
  expect(shown(other.store)).toEqual(['Buy milk v3', 'Bread v1']);
});

test('an edit that others were quicker than is resolved after a reload as it is before', async () => {
  const { store, changes } = await loaded();
  server.down = true;
  void changes.save(milk(store), retitled('Oat milk', milk(store)));
  await kept(store);
  store.close();
  stored = { ...stored, description: 'Two litres', version: 4 };
  server.down = false;
  const { store: reloaded } = await tab();
  await waiting(reloaded, 0);
  expect(stored).toMatchObject({ title: 'Oat milk', description: 'Two litres', version: 5 });
  expect(reloaded.outbox.refused$.value).toEqual([]);
});

test('a clash is kept with both values through reloads, in all tabs, until it is decided', async () => {
  const { store, changes } = await loaded();
  server.down = true;
  void changes.save(milk(store), retitled('Oat milk', milk(store)));
  await kept(store);
  store.close();
  stored = { ...stored, title: 'Soy milk', version: 4 };
  server.down = false;
  const first = await tab();
  await waiting(first.store, 0);
  const second = await tab(first.session);
  for (const { store } of [first, second]) {
    expect(store.outbox.refused$.value).toMatchObject([{ left: { title: { was: 'Buy milk', mine: 'Oat milk' } } }]);
  }
  expect(shown(first.store)).toEqual(['Soy milk v4']);
  const [refused] = second.store.outbox.refused$.value;
  second.store.outbox.decide(refused?.id ?? '');
  await vi.waitFor(() => expect(first.store.outbox.refused$.value).toEqual([]));
  expect((await tab(first.session)).store.outbox.refused$.value).toEqual([]);
});

test('what the server refuses is kept, and can be sent again', async () => {
  const { store, changes } = await loaded();
  const createTask = server.root.createTask;
  server.root.createTask = () => ({ task: null, ...refusal('No more room.') });
  expect(await changes.create({ title: 'Bread', project: null }).saved).toBe(false);
  expect(store.outbox.refused$.value).toMatchObject([{ reason: 'No more room.', left: null }]);
  const [refused] = store.outbox.refused$.value;
  if (createTask) server.root.createTask = createTask;
  if (refused) store.outbox.retry(refused);
  expect(shown(store)).toEqual(['Buy milk v3', 'Bread v0']);
  await waiting(store, 0);
  expect(shown(store)).toEqual(['Buy milk v3', 'Bread v1']);
  expect(store.outbox.refused$.value).toEqual([]);
});

test('where the device takes no more, changes wait in the tab, behind what it took', async () => {
  const { store, changes } = await loaded();
  server.down = true;
  void changes.create({ title: 'Bread', project: null }).saved;
  await kept(store);
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementationOnce(() => {
    throw new DOMException('Full.', 'QuotaExceededError');
  });
  void changes.create({ title: 'Butter', project: null }).saved;
  void changes.create({ title: 'Cheese', project: null }).saved;
  await waiting(store, 3);
  await new Promise((resolve) => setTimeout(resolve, 50));
  server.sent.length = 0;
  expect(store.outbox.unkept$.value).toBe(2); // which the tab asks about as it is closed
  server.down = false;
  online();
  await waiting(store, 0);
  expect(sent('CreateTask').map(({ variables }) => variables.input?.title)).toEqual(['Bread', 'Butter', 'Cheese']);
});

test('what is answered is on the device, though its event has not come', async () => {
  const { store, changes } = await loaded();
  await changes.create({ title: 'Bread', project: null }).saved;
  await vi.waitFor(async () => {
    const db = await openDB('taskflow');
    const rows = (await db.getAll('rows')) as Partial<Task>[];
    db.close();
    expect(rows.map(({ title }) => title)).toContain('Bread');
  });
  store.close();
  server.down = true;
  const session = new Session();
  session.assume('ana');
  expect(shown((await tab(session)).store)).toEqual(['Buy milk v3', 'Bread v1']);
});

test('nothing of who logs out stays, and the next one’s outbox is empty', async () => {
  const { store, changes, session } = await loaded();
  server.down = true;
  void changes.create({ title: 'Bread', project: null }).saved;
  await kept(store);
  server.down = false;
  await session.logOut(store.forget);
  expect(await lastOwner()).toBeNull();
  expect((await tab()).store.outbox.waiting$.value).toBe(0);
  server.viewer = BOB;
  server.sent.length = 0;
  const { store: bobs } = await tab(new Session());
  expect(bobs.outbox.waiting$.value).toBe(0);
  expect(shown(bobs)).toBeUndefined();
  expect(sent('CreateTask')).toEqual([]);
});

test('who is signed out from elsewhere finds what waits as they come back, and no copy stays meanwhile', async () => {
  const { store, changes, session } = await loaded();
  server.down = true;
  void changes.create({ title: 'Bread', project: null }).saved;
  await kept(store);
  server.down = false;
  server.signedIn = false;
  server.token = 'second';
  await session.refresh();
  await vi.waitFor(async () => expect(await lastOwner()).toBeNull());
  server.signedIn = true;
  const { store: back } = await tab();
  expect(back.outbox.waiting$.value).toBe(1);
  await waiting(back, 0);
  expect(sent('CreateTask').at(-1)?.token).toBe('second');
});

test('what waits is shown above a copy that has to be loaded anew', async () => {
  const { store, changes, database } = await loaded();
  server.down = true;
  void changes.create({ title: 'Bread', project: null }).saved;
  await kept(store);
  await database.clearCopy();
  store.close();
  server.root.createTask = () => new Promise(() => undefined); // it is not answered
  server.down = false;
  const { store: anew } = await tab();
  expect(shown(anew)).toBeUndefined();
  void anew.feed.run();
  await server.subscribed.take();
  expect(shown(anew)).toEqual(['Buy milk v3', 'Bread v0']);
});

test('who logs out in one tab is logged out in the others at once', async () => {
  const one = await loaded();
  const other = await tab();
  server.down = true;
  const creating = other.changes.create({ title: 'Bread', project: null }).saved;
  await waiting(one.store, 1);
  server.down = false;
  server.root.createTask = () => new Promise(() => undefined);
  server.signedIn = false;
  const told = vi.spyOn(toast, 'error');
  await one.session.logOut(one.store.forget);
  await vi.waitFor(() => expect(other.session.userId$.value).toBeNull());
  expect(await creating).toBe(false);
  expect(told).toHaveBeenCalledWith(new Left(false).message, expect.anything()); // and none says that it is kept
  expect(told).toHaveBeenCalledTimes(1);
});

test('where the server ends the session before it says that it did, nothing stays on the device either', async () => {
  const { store, changes, session } = await loaded();
  server.down = true;
  void changes.create({ title: 'Bread', project: null }).saved;
  await kept(store);
  server.down = false;
  server.root.createTask = () => new Promise(() => undefined);
  server.root.logOut = async () => {
    server.signedIn = false; // as of an account that is deleted
    await session.refresh();
    return { errors: [] };
  };
  await session.logOut(async () => {}); // as it is with a database that the page has closed
  server.signedIn = true;
  expect((await tab()).store.outbox.waiting$.value).toBe(0);
});

test('what another tab sent, and was closed before it told, waits no longer', async () => {
  const { store } = await loaded();
  const shared = { id: 'unheard', name: 'CreateTask', query: '', variables: {}, shown: null, aim: null };
  new Tabs('ana', true).tell({ type: 'made', change: shared });
  await waiting(store, 1);
  await vi.waitFor(() => expect(store.outbox.waiting$.value).toBe(0), { timeout: 4_000 });
  expect(store.outbox.refused$.value).toEqual([]);
});
