import { waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { aServer, connection, open, ticks } from '@/tests/app';
import type { Server } from '@/tests/server';
import { aTask } from '@/tests/things';

let server: Server;

beforeEach(() => {
  server = aServer();
});

test('a change that takes long is said to be unsaved, also where the connection is live', async () => {
  await open(server);
  let answer = (_: unknown) => {};
  server.root.completeTask = () => new Promise((resolve) => (answer = resolve));
  await userEvent.click(ticks('Buy milk'));
  expect(connection()).not.toHaveTextContent('unsaved');
  await waitFor(() => expect(connection()).toHaveTextContent('1 unsaved'), { timeout: 3_000 });
  expect(connection()).toHaveAttribute('data-state', 'live');
  answer({ task: aTask({ completed: true, version: 2 }), errors: [] });
  await waitFor(() => expect(connection()).not.toHaveTextContent('unsaved'));
});
