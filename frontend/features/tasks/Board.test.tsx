import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { TEXT as VIEWS } from '@/features/views/text';
import { aServer, connection, open, press, rows, ticks } from '@/tests/app';
import { page, type Server } from '@/tests/server';
import { about, aTask } from '@/tests/things';
import { TEXT } from './text';

let server: Server;

beforeEach(() => {
  server = aServer();
});

test('what happens elsewhere is on screen at once', async () => {
  const feed = await open(server);
  expect(connection()).toHaveAttribute('data-state', 'live');
  feed.event(about('TASK_CREATED', 'one', aTask({ id: 'bread', title: 'Bread', position: 'Zz' })));
  await screen.findByText('Bread');
  expect(rows().map((row) => row.dataset.taskId)).toEqual(['bread', 'milk']);
  feed.event(about('TASK_DELETED', 'two', aTask({ deletedAt: '2026-01-02T10:00:00Z', version: 2 })));
  await waitFor(() => expect(rows()).toHaveLength(1));
});

test('while the server is away a new task is shown as not saved, and saved once it is back', async () => {
  const feed = await open(server);
  server.down = true;
  feed.socket.closes(1006);
  await waitFor(() => expect(connection()).toHaveAttribute('data-state', 'reconnecting'));
  await userEvent.type(screen.getByTestId('new-task'), ' Bread {Enter}');
  const row = (await screen.findByText('Bread')).closest('[data-task-id]') as HTMLElement;
  expect(within(row).getByText(TEXT.waiting)).toBeVisible();
  expect(connection()).toHaveAttribute('data-waiting', '1');
  expect(connection()).toHaveTextContent('1 unsaved');
  expect(screen.getByTestId('new-task')).toHaveValue('');
  expect(rows().at(-1)).toBe(row);

  server.down = false;
  window.dispatchEvent(new Event('online')); // which ends every pause
  await waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));
  await waitFor(() => expect(connection()).toHaveAttribute('data-state', 'live'));
  expect(screen.queryByText(TEXT.waiting)).toBeNull();
  expect(rows()).toHaveLength(2);
});

test('a task is ticked off', async () => {
  await open(server);
  server.root.completeTask = () => ({
    task: aTask({ completed: true, completedAt: '2026-01-02T10:00:00Z', version: 2 }),
    errors: [],
  });
  await userEvent.click(screen.getByRole('checkbox', { name: TEXT.markDone('Buy milk') }));
  expect(await screen.findByRole('checkbox', { name: TEXT.markOpen('Buy milk') })).toBeChecked();
  expect(server.sent.at(-1)).toMatchObject({ name: 'CompleteTask', variables: { input: { id: 'milk' } } });
});

test('searching looks at every word, case and accents aside', async () => {
  server.root.tasks = () =>
    page([
      aTask({ description: 'for the café' }),
      aTask({ id: 'cafe', title: 'Meet Zoë', description: 'at the Café', position: 'a1' }),
    ]);
  await open(server);
  await userEvent.type(screen.getByLabelText(VIEWS.search), 'cafe zoe');
  expect(rows().map((row) => row.dataset.taskId)).toEqual(['cafe']);
});

test('the focus stays in the list as its rows go', async () => {
  const gone = { deletedAt: '2026-01-02T10:00:00Z', version: 2 };
  const three = [
    aTask(),
    aTask({ id: 'bread', title: 'Bread', position: 'a1' }),
    aTask({ id: 'tea', title: 'Tea', position: 'a2' }),
  ];
  server.root.tasks = () => page(three);
  server.root.deleteTask = ({ input: { id } }) => ({
    task: aTask({ ...three.find((task) => task.id === id), ...gone }),
    errors: [],
  });
  await open(server);
  for (const [title, next] of [
    ['Bread', 'Tea'],
    ['Tea', 'Buy milk'],
  ] as const) {
    screen.getByRole('button', { name: TEXT.remove(title) }).focus();
    await userEvent.keyboard('{Enter}');
    expect(ticks(next)).toHaveFocus();
  }
  screen.getByRole('button', { name: TEXT.remove('Buy milk') }).focus();
  await userEvent.keyboard('{Enter}');
  expect(screen.getByRole('region', { name: TEXT.list })).toHaveFocus();
});

test('subtasks are below their task, counted on it, and added in its editor', async () => {
  const below = aTask({ id: 'oat', title: 'Oat milk', parent: { __typename: 'Task', id: 'milk' }, position: 'a1' });
  server.root.tasks = () => page([aTask(), below]);
  const feed = await open(server);
  const children = (title: string) =>
    within(screen.getByText(title).closest('li') as HTMLElement).queryAllByTestId('task-row');
  expect(children('Buy milk').map((row) => row.dataset.taskId)).toEqual(['milk', 'oat']);

  await press(TEXT.edit('Buy milk'));
  await userEvent.type(screen.getByLabelText(TEXT.addSubtask), 'Soy milk{Enter}');
  expect(screen.getByRole('dialog')).toHaveTextContent('Soy milk');
  await press(TEXT.cancel);
  expect(server.sent.at(-1)?.variables.input).toMatchObject({ title: 'Soy milk', parentId: 'milk' });
  const [row] = rows();
  expect(row).toHaveTextContent(TEXT.subtasksDone(0, 2));
  await waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));

  feed.event(about('TASK_COMPLETED', 'one', { ...below, completed: true, version: 2 }));
  await waitFor(() => expect(row).toHaveTextContent(TEXT.subtasksDone(1, 2)));
  expect(children('Buy milk')[1]).toHaveTextContent('Oat milk');
  feed.event(about('TASK_UPDATED', 'two', { ...below, parent: null, version: 3 }));
  await waitFor(() => expect(children('Buy milk').map((row) => row.dataset.taskId)).not.toContain('oat'));
  feed.event(about('TASK_DELETED', 'three', aTask({ deletedAt: '2026-01-02T10:00:00Z', version: 2 })));
  await waitFor(() => expect(rows().map((row) => row.dataset.taskId)).toEqual(['oat'])); // and nothing that was below the milk
});
