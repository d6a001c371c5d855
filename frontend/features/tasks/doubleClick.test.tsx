import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { aServer, open, rows, ticks } from '@/tests/app';
import { page, type Server } from '@/tests/server';
import { aTask } from '@/tests/things';
import { TEXT } from './text';

let server: Server;

beforeEach(() => {
  server = aServer();
  server.root.tasks = () => page([aTask(), aTask({ id: 'rent', title: 'Pay rent', position: 'a1' })]);
  server.root.deleteTask = ({ input: { id } }) => ({
    task: aTask({ id: String(id), deletedAt: new Date().toISOString(), version: 2 }),
    errors: [],
  });
  server.root.completeTask = ({ input: { id } }) => ({
    task: aTask({ id: String(id), completed: true, completedAt: new Date().toISOString(), version: 2 }),
    errors: [],
  });
});

const sent = (name: string) => server.sent.filter((sent) => sent.name === name);

/** Twice at one spot: the second click falls on what is there by then. */
async function doubleClick(first: HTMLElement, second: () => HTMLElement) {
  await userEvent.click(first);
  second().dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 2 }));
}

test('a double click on Delete deletes one task', async () => {
  await open(server);
  const remove = (title: string) => screen.getByRole('button', { name: TEXT.remove(title) });
  await doubleClick(remove('Buy milk'), () => remove('Pay rent'));
  await waitFor(() => expect(sent('DeleteTask')).toHaveLength(1));
  expect(rows().map(({ dataset }) => dataset.taskId)).toEqual(['rent']);
});

test('a double click on a tick completes one task', async () => {
  await open(server);
  await doubleClick(ticks('Buy milk'), () => ticks('Pay rent'));
  await waitFor(() => expect(sent('CompleteTask')).toHaveLength(1));
  expect(ticks('Pay rent')).not.toBeChecked();
});
