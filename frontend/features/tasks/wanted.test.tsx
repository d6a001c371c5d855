import { act, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { aServer, open, press } from '@/tests/app';
import { page, type Server } from '@/tests/server';
import { about, aProject, aTask } from '@/tests/things';
import { TEXT } from './text';
import { wanted$ } from './wanted';

let server: Server;

beforeEach(() => {
  server = aServer();
  wanted$.next(null);
  history.replaceState(null, '', '/');
});

test('an address with a task opens it, and is then the address of all', async () => {
  history.replaceState(null, '', '/?task=milk');
  await open(server);
  expect(await screen.findByRole('dialog')).toBeVisible();
  expect(screen.getByLabelText(TEXT.title)).toHaveValue('Buy milk');
  expect(location.search).toBe('');
});

test('what a notification leads to is opened wherever a person is, and once', async () => {
  server.root.projects = () => page([aProject()]);
  await open(server);
  await press('Home');
  expect(screen.queryByTestId('task-row')).toBeNull();
  act(() => wanted$.next('milk'));
  expect(await screen.findByLabelText(TEXT.title)).toHaveValue('Buy milk');
  await press(TEXT.cancel);
  expect(screen.getByTestId('task-row')).toBeVisible();
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(wanted$.value).toBeNull();
});

test('a task that is gone is none to open', async () => {
  const feed = await open(server);
  feed.event(about('TASK_DELETED', 'one', aTask({ deletedAt: '2026-01-02T10:00:00Z', version: 2 })));
  await waitFor(() => expect(screen.queryByTestId('task-row')).toBeNull());
  act(() => wanted$.next('milk'));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(wanted$.value).toBeNull();
});
