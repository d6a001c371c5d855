import { toast } from 'sonner';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deedOf, titlesOf } from '@/features/refused/refused';
import { TEXT } from '@/features/refused/text';
import type { Task } from '@/features/tasks/board';
import { Session } from '@/graphql/session';
import { openStore, type Store } from '@/graphql/store';
import { page, Server } from '@/tests/server';
import { aTask } from '@/tests/things';
import { bulkChanges } from './changes';
import { TEXT as BULK } from './text';

const HOME = { __typename: 'Project' as const, id: 'home', name: 'Home', color: '#059669' };
const WORK = { __typename: 'Project' as const, id: 'work', name: 'Work', color: '#dc2626' };
const CALM = { __typename: 'Label' as const, id: 'calm', name: 'Calm', color: '#0891b2', version: 1 };

let server: Server;
let store: Store;
let tasks: Task[];
let changes: ReturnType<typeof bulkChanges>;

beforeEach(async () => {
  server = new Server();
  tasks = [
    aTask({ id: 'a', project: HOME }),
    aTask({ id: 'b', project: WORK, labels: [CALM] }),
    aTask({ id: 'c', project: HOME }),
    aTask({ id: 'd' }),
  ];
  server.root.tasks = () => page(tasks);
  server.root.changeTasks = () => ({ tasks: [], errors: [] });
  vi.spyOn(toast, 'dismiss').mockReturnValue('');
  const session = new Session();
  await session.refresh();
  store = openStore(session);
  void store.feed.run();
  await server.subscribed.take();
  changes = bulkChanges(store.client);
  return () => store.close();
});

afterEach(() => {
  toast.dismiss();
  vi.restoreAllMocks();
});

const sent = () => server.sent.filter(({ name }) => name === 'ChangeTasks').map(({ variables }) => variables.input);

/** The way back that the newest toast offers, or the one that says this. */
async function undone(count: number, said?: string) {
  const all = toast.getHistory() as { title?: unknown; action?: { onClick: (event: never) => void } }[];
  const { action } = all.findLast(({ title }) => said === undefined || title === said) ?? {};
  action?.onClick(undefined as never);
  await vi.waitFor(() => expect(sent()).toHaveLength(count));
}

test('one undo puts each task back into the project it was in', async () => {
  await changes.move(tasks, WORK);
  await undone(3);
  expect(sent()).toEqual([
    { ids: ['a', 'c', 'd'], projectId: 'work' },
    { ids: ['a', 'c'], projectId: 'home' },
    { ids: ['d'], projectId: null },
  ]);
});

test('undoing a label takes it off those that had it not', async () => {
  await changes.label(tasks, CALM);
  await undone(2);
  expect(sent()).toEqual([
    { ids: ['a', 'c', 'd'], addLabelIds: ['calm'] },
    { ids: ['a', 'c', 'd'], removeLabelIds: ['calm'] },
  ]);
});

test('what is deleted is restored, and what is completed reopened', async () => {
  await changes.remove(tasks);
  await undone(2);
  await changes.setCompleted(tasks, true);
  await undone(4);
  expect(sent().map((input) => [input?.deleted, input?.completed])).toEqual([
    [true, undefined],
    [false, undefined],
    [undefined, true],
    [undefined, false],
  ]);
});

/** The server's no to the task at this place. */
const gone = (index: number) => ({
  tasks: [],
  errors: [{ code: 'CONFLICT', message: 'This task is deleted.', field: ['ids', String(index)] }],
});

test('those that were deleted elsewhere are left out, and the rest is done', async () => {
  const told = vi.spyOn(toast, 'error');
  server.root.changeTasks = ({ input }) => {
    const index = (input.ids as string[]).findIndex((id) => ['b', 'd'].includes(id));
    if (index >= 0) return gone(index);
    return { tasks: tasks.filter(({ id }) => (input.ids as string[]).includes(id)), errors: [] };
  };
  await changes.setCompleted(tasks, true);
  expect(sent().map((input) => input?.ids)).toEqual([
    ['a', 'b', 'c', 'd'],
    ['a', 'c', 'd'],
    ['a', 'c'],
  ]);
  expect(told).not.toHaveBeenCalled();
  expect(store.outbox.refused$.value).toEqual([]);
});

test('where nothing is left, and where the change itself is at fault, it is refused', async () => {
  server.root.changeTasks = () => gone(0);
  await changes.remove(tasks.slice(0, 1));
  server.root.changeTasks = () => ({
    tasks: [],
    errors: [{ code: 'NOT_FOUND', message: 'There is no such project.', field: ['projectId'] }],
  });
  await changes.move(tasks, WORK);
  expect(sent()).toHaveLength(2);
  const cards = store.outbox.refused$.value.map(({ change }) => TEXT.notSaved(deedOf(change), titlesOf(change)));
  expect(cards).toEqual([
    'Deleting “Buy milk” did not work.',
    'Moving “Buy milk”, “Buy milk”, and “Buy milk” did not work.',
  ]);
});

test('where a part is refused, the way back is that of the others', async () => {
  const many = Array.from({ length: 450 }, (_, index) => aTask({ id: `task ${index}`, project: HOME }));
  server.root.changeTasks = ({ input }) =>
    (input.ids as string[]).includes('task 200')
      ? { tasks: [], errors: [{ code: 'LIMIT_EXCEEDED', message: 'No more room.', field: [] }] }
      : { tasks: [], errors: [] };
  await changes.remove(many);
  await undone(5, BULK.removed(250));
  expect(sent().map((input) => [input?.deleted, [input?.ids].flat().length])).toEqual([
    [true, 200],
    [true, 200],
    [true, 50],
    [false, 200],
    [false, 50],
  ]);
});

test('more than the server takes at once go in parts', async () => {
  await changes.remove(Array.from({ length: 450 }, (_, index) => aTask({ id: `task ${index}` })));
  expect(sent().map((input) => (input ? (input.ids as string[]).length : 0))).toEqual([200, 200, 50]);
});
