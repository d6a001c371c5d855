import { toast } from 'sonner';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BOARD, type Task } from '@/features/tasks/board';
import { taskChanges } from '@/features/tasks/changes';
import { fieldsOf, touch } from '@/features/tasks/draft';
import { Session } from '@/graphql/session';
import { openStore, type Store } from '@/graphql/store';
import { page, refusal, Server, type Subscription } from '@/tests/server';
import { about, aRecurrence, aSeries, aTask } from '@/tests/things';
import { recurrenceChanges } from './changes';
import { NEW } from './repeats';

const FIRST = '2031-05-02T09:00:00Z';
const SECOND = '2031-05-03T09:00:00Z';

let server: Server;
let store: Store;
let feed: Subscription;
/** The milk as the server has it. */
let stored: Task;

beforeEach(async () => {
  server = new Server();
  stored = aSeries({ nextOccurrence: FIRST }, { version: 3 });
  server.root.tasks = () => page([stored]);
  const changed = (expected: unknown, fields: Partial<Task>) => {
    if (expected !== stored.version) return { task: stored, ...refusal('Changed elsewhere.', 'CONFLICT') };
    stored = { ...stored, ...fields, version: stored.version + 1 };
    return { task: stored, errors: [] };
  };
  server.root.skipOccurrence = ({ input: { expectedVersion } }) =>
    changed(expectedVersion, { recurrence: aRecurrence({ nextOccurrence: SECOND }) });
  server.root.updateTask = ({ input: { id: _, expectedVersion, ...fields } }) => changed(expectedVersion, fields);
  server.root.setRecurrence = ({ input: { expectedVersion, recurrence } }) => {
    const { recurrence: is, isRecurring } = aSeries(recurrence as object);
    return changed(expectedVersion, { recurrence: is, isRecurring });
  };
  const session = new Session();
  await session.refresh();
  store = openStore(session);
  void store.feed.run();
  feed = await server.subscribed.take();
  return () => store.close();
});

afterEach(() => {
  vi.restoreAllMocks();
});

function milk(): Task {
  const [task] = store.client.readQuery({ query: BOARD }, true)?.tasks.nodes ?? [];
  if (!task) throw new Error('The milk is gone.');
  return task;
}

const skip = () => recurrenceChanges(store.client).skip(milk(), FIRST, SECOND);
const sent = (name: string) => server.sent.filter((each) => each.name === name).map(({ variables }) => variables.input);
const next = () => milk().recurrence?.nextOccurrence;

test('a skip shows at once, and names what it leaves out', async () => {
  const skipping = skip();
  expect(next()).toBe(SECOND);
  await skipping;
  expect(next()).toBe(SECOND);
  expect(sent('SkipOccurrence')).toEqual([{ taskId: 'milk', occurrence: FIRST, expectedVersion: 3 }]);
});

test('a skip of a task that was changed meanwhile is sent again', async () => {
  stored = { ...stored, title: 'Oat milk', version: 4 };
  await skip();
  expect(sent('SkipOccurrence').map((input) => input?.expectedVersion)).toEqual([3, 4]);
  expect(milk()).toMatchObject({ title: 'Oat milk', version: 5, recurrence: { nextOccurrence: SECOND } });
});

test('a skip whose answer got lost leaves out one, and nobody is told of a conflict', async () => {
  const told = vi.spyOn(toast, 'error');
  stored = aSeries({ nextOccurrence: SECOND }, { version: 4 }); // which was this very skip
  await skip();
  expect(sent('SkipOccurrence')).toHaveLength(1);
  expect(next()).toBe(SECOND);
  expect(told).not.toHaveBeenCalled();
});

test('nor where the event of it came before its second answer', async () => {
  const told = vi.spyOn(toast, 'error');
  server.root.skipOccurrence = () => {
    stored = aSeries({ nextOccurrence: SECOND }, { version: 4 });
    feed.event(about('RECURRENCE_SKIPPED', 'one', stored));
    return { task: stored, ...refusal('Changed elsewhere.', 'CONFLICT') };
  };
  await skip();
  expect(next()).toBe(SECOND);
  expect(told).not.toHaveBeenCalled();
});

test('a skip that is refused is taken back, and it is said why', async () => {
  const told = vi.spyOn(toast, 'error');
  server.root.skipOccurrence = () => ({ task: null, ...refusal('There is no such occurrence.') });
  await skip();
  expect(next()).toBe(FIRST);
  expect(told).toHaveBeenCalledExactlyOnceWith('There is no such occurrence.', { id: 'There is no such occurrence.' });
});

test('a due date and what repeats from it are saved in this order, and shown at once', async () => {
  stored = aTask({ version: 4 });
  feed.event(about('RECURRENCE_CLEARED', 'one', stored));
  const task = milk();
  const now = fieldsOf(task);
  const draft = touch(
    touch({}, 'due', '2031-05-01T09:00:00.000Z', now),
    'repeats',
    { ...NEW, rule: 'FREQ=DAILY' },
    now,
  );
  const saving = taskChanges(store.client).save(task, draft);
  expect(milk()).toMatchObject({
    dueDate: '2031-05-01T09:00:00.000Z',
    isRecurring: true,
    recurrence: { rule: 'FREQ=DAILY' },
  });
  expect(await saving).toBeNull();
  expect(server.names().filter((name) => /UpdateTask|SetRecurrence/.test(name))).toEqual([
    'UpdateTask',
    'SetRecurrence',
    'SetRecurrence', // of the version that the first one made
  ]);
  expect(sent('SetRecurrence').at(-1)).toMatchObject({
    expectedVersion: 5,
    recurrence: { start: '2031-05-01T09:00:00.000Z' },
  });
  expect(stored).toMatchObject({ dueDate: '2031-05-01T09:00:00.000Z', isRecurring: true, version: 6 });
});

test('a rule whose answer got lost is saved', async () => {
  const now = fieldsOf(milk());
  const draft = touch({}, 'repeats', { ...NEW, rule: 'FREQ=WEEKLY', start: '2031-05-01T09:00:00.000Z' }, now);
  stored = aSeries({ rule: 'FREQ=WEEKLY' }, { version: 4 }); // which was this very change
  expect(await taskChanges(store.client).save(milk(), draft)).toBeNull();
});

test('a rule that others changed too comes back, and theirs is shown', async () => {
  const now = fieldsOf(milk());
  const draft = touch({}, 'repeats', { ...NEW, rule: 'FREQ=WEEKLY', start: '2031-05-01T09:00:00.000Z' }, now);
  stored = aSeries({ rule: 'FREQ=YEARLY' }, { version: 4 });
  expect(await taskChanges(store.client).save(milk(), draft)).toEqual(draft);
  expect(milk().recurrence?.rule).toBe('FREQ=YEARLY');
});
