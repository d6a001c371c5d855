import { toast } from 'sonner';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Session } from '@/graphql/session';
import { openStore, type Store } from '@/graphql/store';
import { page, refusal, Server, type Subscription } from '@/tests/server';
import { about, aTask } from '@/tests/things';
import { BOARD, type Task } from './board';
import { taskChanges } from './changes';
import { fieldsOf, touch } from './draft';

let server: Server;
let store: Store;
let feed: Subscription;
let changes: ReturnType<typeof taskChanges>;
/** The milk as the server has it. */
let stored: Task;

beforeEach(async () => {
  server = new Server();
  stored = aTask({ version: 3 });
  server.root.tasks = () => page([stored]);
  server.root.updateTask = ({ input: { id: _, expectedVersion, ...fields } }) => {
    if (stored.deletedAt || expectedVersion !== stored.version) {
      return { task: stored, ...refusal('Changed elsewhere.', 'CONFLICT') };
    }
    stored = { ...stored, ...fields, version: stored.version + 1 };
    return { task: stored, errors: [] };
  };
  const session = new Session();
  await session.refresh();
  store = openStore(session);
  changes = taskChanges(store.client);
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

/** Somebody else changes the milk, and it is not known here yet. */
function elsewhere(fields: Partial<Task>) {
  stored = { ...stored, ...fields, version: stored.version + 1 };
}

const retitled = (title: string, task = milk()) => touch({}, 'title', title, fieldsOf(task));
const edits = () => server.sent.filter(({ name }) => name === 'UpdateTask').map(({ variables }) => variables.input);

test('an edit says which version it is of, and what was changed of it', async () => {
  expect(await changes.save(milk(), retitled('Oat milk'))).toBeNull();
  expect(edits()).toEqual([{ id: 'milk', expectedVersion: 3, title: 'Oat milk' }]);
  expect(milk()).toMatchObject({ title: 'Oat milk', version: 4 });
});

test('what others changed meanwhile stands beside what was changed here', async () => {
  elsewhere({ description: 'Two litres' });
  expect(await changes.save(milk(), retitled('Oat milk'))).toBeNull();
  expect(edits().map((input) => input?.expectedVersion)).toEqual([3, 4]);
  expect(stored).toMatchObject({ title: 'Oat milk', description: 'Two litres' });
  expect(milk()).toEqual(stored);
});

test('where both changed a field, theirs is shown, ours comes back, and the rest is saved', async () => {
  elsewhere({ title: 'Soy milk' });
  const draft = touch(retitled('Oat milk'), 'priority', 'HIGH', fieldsOf(milk()));
  expect(await changes.save(milk(), draft)).toEqual(retitled('Oat milk', aTask()));
  expect(milk()).toMatchObject({ title: 'Soy milk', priority: 'HIGH', version: 5 });
  expect(edits().at(-1)).toEqual({ id: 'milk', expectedVersion: 4, priority: 'HIGH' });
});

test('an edit of what is seen to be changed by now is not even sent', async () => {
  const opened = milk();
  elsewhere({ title: 'Soy milk' });
  feed.event(about('TASK_UPDATED', 'one', stored));
  expect(await changes.save(opened, retitled('Oat milk', opened))).toEqual(retitled('Oat milk', opened));
  expect(edits()).toEqual([]);
});

test('two edits in a row are no conflict, whatever others did before them', async () => {
  elsewhere({ description: 'Two litres' });
  const both = [changes.save(milk(), retitled('Oat milk')), changes.save(milk(), retitled('Rice milk'))];
  expect(milk().title).toBe('Rice milk');
  expect(await Promise.all(both)).toEqual([null, null]);
  expect(stored).toMatchObject({ title: 'Rice milk', description: 'Two litres' });
});

test('an edit whose answer got lost is saved', async () => {
  const told = vi.spyOn(toast, 'error');
  elsewhere({ title: 'Oat milk' }); // which was this very edit
  expect(await changes.save(milk(), retitled('Oat milk'))).toBeNull();
  expect(told).not.toHaveBeenCalled();
});

test('nor is anybody told otherwise where the event of it came before its second answer', async () => {
  const told = vi.spyOn(toast, 'error');
  server.root.updateTask = () => {
    elsewhere({ title: 'Oat milk' });
    feed.event(about('TASK_UPDATED', 'one', stored));
    return { task: stored, ...refusal('Changed elsewhere.', 'CONFLICT') };
  };
  expect(await changes.save(milk(), retitled('Oat milk'))).toBeNull();
  expect(milk()).toMatchObject({ title: 'Oat milk', version: 4 });
  expect(told).not.toHaveBeenCalled();
});

test('an edit of what was deleted comes back whole', async () => {
  const told = vi.spyOn(toast, 'error');
  elsewhere({ deletedAt: '2026-01-02T10:00:00Z' });
  expect(await changes.save(milk(), retitled('Oat milk'))).toEqual(retitled('Oat milk'));
  expect(milk().deletedAt).not.toBeNull();
  expect(edits()).toHaveLength(1);
  expect(told).not.toHaveBeenCalled(); // the editor says it
});

test('an edit that is refused comes back whole, and it is said why', async () => {
  const told = vi.spyOn(toast, 'error');
  server.root.updateTask = () => ({ task: null, ...refusal('Too long.') });
  expect(await changes.save(milk(), retitled('Oat milk'))).toEqual(retitled('Oat milk'));
  expect(told).toHaveBeenCalledExactlyOnceWith('Too long.', { id: 'Too long.' });
  expect(milk().title).toBe('Buy milk');
});

test('a server that always sees a conflict is not asked for ever', async () => {
  server.root.updateTask = () => ({ task: stored, ...refusal('Changed elsewhere.', 'CONFLICT') });
  expect(await changes.save(milk(), retitled('Oat milk'))).not.toBeNull();
  expect(edits()).toHaveLength(1);
});

test('what is shown at once is made of the task as it is by now', async () => {
  const drawn = milk();
  elsewhere({ title: 'Soy milk' });
  server.root.completeTask = () => {
    elsewhere({ completed: true });
    return { task: stored, errors: [] };
  };
  await changes.save(drawn, touch({}, 'priority', 'LOW', fieldsOf(drawn)));
  const completing = changes.setCompleted(drawn, true);
  expect(milk()).toMatchObject({ title: 'Soy milk', priority: 'LOW', completed: true });
  await completing;
});
