import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { TEXT as BULK } from '@/features/bulk/text';
import { dayIn } from '@/features/tasks/zone';
import { aServer, open, press, rows, ticks } from '@/tests/app';
import { page, type Server } from '@/tests/server';
import { aTask } from '@/tests/things';
import { TEXT } from './text';

let server: Server;

beforeEach(() => {
  server = aServer();
  server.root.tasks = () =>
    page([
      aTask(),
      aTask({ id: 'bread', title: 'Bread', position: 'a1' }),
      aTask({ id: 'rye', title: 'Rye', position: 'a2', parent: { __typename: 'Task', id: 'bread' } }),
      aTask({ id: 'tea', title: 'Tea', position: 'a3' }),
    ]);
  server.root.updateTask = () => new Promise(() => {}); // what is shown meanwhile is what counts
});

const shown = () => rows().map((row) => row.dataset.taskId);
const sent = () => server.sent.filter(({ name }) => name === 'UpdateTask').map(({ variables }) => variables.input);
const heard = () => screen.getByTestId('announcements');

test('alt and the arrows put a task up and down among its like, and say where it is', async () => {
  await open(server);
  ticks('Tea').focus();
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  await waitFor(() => expect(shown()).toEqual(['milk', 'tea', 'bread', 'rye']));
  expect(heard()).toHaveTextContent(TEXT.moved('Tea', 2, 3));
  expect(ticks('Tea')).toHaveFocus();
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  await waitFor(() => expect(shown()).toEqual(['tea', 'milk', 'bread', 'rye']));
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  expect(heard()).toHaveTextContent(TEXT.first);
  expect(sent()).toEqual([{ id: 'tea', afterId: 'milk' }]); // the next one waits for its answer
  ticks('Rye').focus();
  await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
  expect(heard()).toHaveTextContent(TEXT.last);
});

test('a task that is chosen is put elsewhere by buttons', async () => {
  await open(server);
  await press(BULK.start);
  await userEvent.click(screen.getByRole('checkbox', { name: BULK.choose('Buy milk') }));
  await press(TEXT.down('Buy milk'));
  await waitFor(() => expect(shown()).toEqual(['bread', 'rye', 'milk', 'tea']));
  expect(screen.getByRole('checkbox', { name: BULK.choose('Buy milk') })).toBeChecked();
});

test('what goes by its date has no order of its own', async () => {
  const today = dayIn('UTC', new Date());
  const due = { dueOn: today, dueDate: `${today}T00:00:00Z` };
  server.root.tasks = () => page([aTask(due), aTask({ id: 'tea', title: 'Tea', position: 'a1', ...due })]);
  history.replaceState(null, '', '/?view=today');
  await open(server);
  ticks('Tea').focus();
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  expect(shown()).toEqual(['milk', 'tea']);
  expect(sent()).toEqual([]);
});
