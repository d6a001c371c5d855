import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { TEXT as TASKS } from '@/features/tasks/text';
import { TEXT as VIEWS } from '@/features/views/text';
import { aServer, connection, open, press, rows } from '@/tests/app';
import { page, type Server } from '@/tests/server';
import { about, aTask } from '@/tests/things';
import { TEXT } from './text';

let server: Server;
const an = (hours: number) => new Date(Date.now() - hours * 60 * 60_000).toISOString();

beforeEach(() => {
  server = aServer();
  const old = aTask({ id: 'old', title: 'Old bread', deletedAt: an(30), version: 4 });
  server.root.tasks = ({ filter }) => page(filter ? [old] : [aTask()]);
});

const thrown = () => screen.queryAllByTestId('trash-row').map((row) => row.dataset.taskId);

test('what was deleted is in the trash, from before and from now, and comes back', async () => {
  server.root.deleteTask = () => ({ task: aTask({ deletedAt: an(0), version: 2 }), errors: [] });
  server.root.restoreTask = ({ input: { id } }) => ({
    task: aTask({ id: String(id), title: 'Old bread', version: 5 }),
    errors: [],
  });
  await open(server);
  await press(TASKS.remove('Buy milk'));
  await press(VIEWS.views.trash);
  await waitFor(() => expect(thrown()).toEqual(['milk', 'old']));
  expect(screen.getByText(new RegExp(TEXT.daysLeft(29)))).toBeVisible();
  screen.getByRole('button', { name: TEXT.restore('Old bread') }).focus();
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(thrown()).toEqual(['milk']));
  expect(screen.getByRole('button', { name: TEXT.restore('Buy milk') })).toHaveFocus();
  await press(`${VIEWS.views.all} 1`);
  expect(rows().map((row) => row.dataset.taskId)).toEqual(['old']);
});

test('what others delete, restore and purge shows at once', async () => {
  const feed = await open(server);
  await press(VIEWS.views.trash);
  await waitFor(() => expect(thrown()).toEqual(['old']));
  feed.event(about('TASK_DELETED', 'one', aTask({ deletedAt: an(0), version: 2 })));
  await waitFor(() => expect(thrown()).toEqual(['milk', 'old']));
  feed.event(about('TASK_RESTORED', 'two', aTask({ version: 3 })));
  feed.event(about('TASK_PURGED', 'three', 'old'));
  await waitFor(() => expect(thrown()).toEqual([]));
  expect(screen.getByText(TEXT.empty.title)).toBeVisible();
});

test('where the server is away, it is said that this is not all, until it is back', async () => {
  const feed = await open(server);
  server.down = true;
  await press(VIEWS.views.trash);
  expect(await screen.findByText(TEXT.unreachable)).toBeVisible();
  feed.socket.closes(1006);
  await waitFor(() => expect(connection()).not.toHaveAttribute('data-state', 'live'));
  server.down = false;
  window.dispatchEvent(new Event('online')); // which ends every pause
  expect(await screen.findByText(TEXT.about)).toBeVisible();
  expect(thrown()).toEqual(['old']);
});
