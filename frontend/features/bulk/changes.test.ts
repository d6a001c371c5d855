import { toast } from 'sonner';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Task } from '@/features/tasks/board';
import { Session } from '@/graphql/session';
import { openStore } from '@/graphql/store';
import { page, Server } from '@/tests/server';
import { aTask } from '@/tests/things';
import { bulkChanges } from './changes';

const HOME = { __typename: 'Project' as const, id: 'home', name: 'Home', color: '#059669' };
const WORK = { __typename: 'Project' as const, id: 'work', name: 'Work', color: '#dc2626' };
const CALM = { __typename: 'Label' as const, id: 'calm', name: 'Calm', color: '#0891b2', version: 1 };

let server: Server;
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
  const store = openStore(session);
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

/** The way back that the newest toast offers. */
async function undone(count: number) {
  const { action } = toast.getHistory().at(-1) as { action?: { onClick: (event: never) => void } };
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

test('more than the server takes at once go in parts', async () => {
  await changes.remove(Array.from({ length: 450 }, (_, index) => aTask({ id: `task ${index}` })));
  expect(sent().map((input) => (input ? (input.ids as string[]).length : 0))).toEqual([200, 200, 50]);
});
