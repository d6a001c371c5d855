import { waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { aServer, connection, open, ticks } from '@/tests/app';
import { aDevice } from '@/tests/device';
import { coded, type Server } from '@/tests/server';
import { aTask } from '@/tests/things';
import { TEXT } from './text';

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

test.each([
  ['takes no more', true],
  ['keeps them', false],
])('where the device %s, it is said whether what waits would be lost with the tab: %s', async (_, full) => {
  aDevice();
  await open(server);
  if (full) {
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw new DOMException('Full.', 'QuotaExceededError');
    });
  }
  server.root.completeTask = () => {
    throw coded('UNAVAILABLE');
  };
  await userEvent.click(ticks('Buy milk'));
  await waitFor(() => expect(connection()).toHaveTextContent('1 unsaved'), { timeout: 4_000 });
  if (full) await waitFor(() => expect(connection()).toHaveTextContent(TEXT.unkept));
  else expect(connection()).not.toHaveTextContent(TEXT.unkept);
  vi.restoreAllMocks();
});
