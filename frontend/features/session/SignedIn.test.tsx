import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { StrictMode } from 'react';
import { toast } from 'sonner';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SignedIn } from '@/features/session/SignedIn';
import { Board } from '@/features/tasks/Board';
import { lastOwner } from '@/graphql/kept/database';
import { aServer, asks, connection, open, press, ticks } from '@/tests/app';
import { aDevice, aTab } from '@/tests/device';
import { BOB, coded, page, refusal, type Server } from '@/tests/server';
import { aTask } from '@/tests/things';
import { TEXT } from './text';

let server: Server;

beforeEach(() => {
  server = aServer();
});

afterEach(() => {
  vi.restoreAllMocks();
});

test('who is not signed in finds the form, and who has signed in the board', async () => {
  server.signedIn = false;
  server.root.logIn = ({ input }) =>
    input.password === 'right'
      ? server.admits()
      : { errors: [{ code: 'BAD_CREDENTIALS', message: 'Wrong.', field: ['password'] }] };
  render(
    <StrictMode>
      <SignedIn>
        <Board />
      </SignedIn>
    </StrictMode>,
  );
  await userEvent.type(await screen.findByLabelText('Email'), 'ana@example.org');
  await userEvent.type(screen.getByLabelText('Password'), 'wrong{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('Wrong.');
  await userEvent.clear(screen.getByLabelText('Password'));
  await userEvent.type(screen.getByLabelText('Password'), 'right{Enter}');
  expect(await screen.findByText('Buy milk')).toBeVisible();
});

test('who logs out finds the form, and no socket is left open', async () => {
  const { socket } = await open(server);
  await userEvent.click(screen.getByRole('button', { name: TEXT.logOut }));
  expect(await screen.findByLabelText('Email')).toBeVisible();
  await waitFor(() => expect(socket.readyState).toBe(3));
});

test('a session that has ended elsewhere leads to the form', async () => {
  const feed = await open(server);
  server.signedIn = false;
  feed.socket.closes(4403);
  expect(await screen.findByLabelText('Email')).toBeVisible();
  expect(screen.getByText(TEXT.ended)).toBeVisible();
});

test('who is signed out elsewhere is told how much waits for them, after a reload too', async () => {
  aDevice();
  const feed = await open(server);
  server.root.completeTask = () => {
    throw coded('UNAVAILABLE');
  };
  await userEvent.click(ticks('Buy milk'));
  await waitFor(() => expect(asks()).toBe(false)); // it waits on the device
  server.signedIn = false;
  feed.socket.closes(4403);
  const told = async () => (await screen.findByText(TEXT.endedWaiting(1), { exact: false })).textContent;
  expect(await told()).toContain(TEXT.ended);
  cleanup();
  render(<SignedIn>nothing</SignedIn>);
  expect(await told()).toContain(TEXT.ended);
});

test('who leaves with unsaved changes is asked', async () => {
  await open(server);
  expect(asks()).toBe(false);
  server.down = true;
  await userEvent.click(ticks('Buy milk'));
  await waitFor(() => expect(asks()).toBe(true));

  await press(TEXT.logOut);
  expect(screen.getByRole('dialog')).toHaveTextContent(TEXT.logOutUnsaved(1));
  await press(TEXT.stay);
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(server.names()).not.toContain('LogOut');

  await press(TEXT.logOut);
  server.down = false;
  server.root.completeTask = () => new Promise(() => undefined);
  await press(TEXT.logOutAnyway);
  expect(await screen.findByLabelText('Email')).toBeVisible();
  await waitFor(() => expect(asks()).toBe(false));
});

test('who logs out with something that was refused, and is not decided, is asked too', async () => {
  await open(server);
  server.root.completeTask = () => ({ task: null, ...refusal('Too much done today.') });
  await userEvent.click(ticks('Buy milk'));
  await waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));
  await press(TEXT.logOut);
  expect(screen.getByRole('dialog')).toHaveTextContent(TEXT.logOutUnsaved(1));
});

test('as the form is shown to who has logged out, nothing of theirs is on the device', async () => {
  aDevice();
  await open(server);
  await waitFor(async () => expect(await lastOwner()).toBe('ana'));
  await press(TEXT.logOut);
  await screen.findByLabelText('Email');
  expect(await lastOwner()).toBeNull();
  expect(screen.queryByText(TEXT.ended, { exact: false })).toBeNull();
});

test('who comes after another person finds nothing of theirs', async () => {
  const feed = await open(server);
  const dismissed = vi.spyOn(toast, 'dismiss');
  server.token = 'of Bob';
  server.viewer = BOB;
  server.root.tasks = () => page([aTask({ id: 'tea', title: 'Buy tea' })]);
  feed.socket.closes(4403);
  expect(await screen.findByText('Buy tea')).toBeVisible();
  expect(screen.queryByText('Buy milk')).toBeNull();
  expect(screen.getByText('Bob')).toBeInTheDocument();
  expect(dismissed).toHaveBeenCalledWith();
});

test('without the server, whoever was here last finds everything, and is asked nothing', async () => {
  aDevice();
  const { store } = await aTab();
  void store.feed.run();
  await server.subscribed.take();
  await waitFor(async () => expect(await lastOwner()).toBe('ana'));
  store.close();
  server.down = true;
  const { unmount } = render(
    <SignedIn>
      <Board />
    </SignedIn>,
  );
  expect(await screen.findByText('Buy milk')).toBeVisible();
  await userEvent.click(ticks('Buy milk'));
  await waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '1'));
  await waitFor(() => expect(asks()).toBe(false)); // it waits on the device
  unmount();
});

test('who was here last and is signed out since finds the form, and nothing is left', async () => {
  aDevice();
  const { store } = await aTab();
  void store.feed.run();
  await server.subscribed.take();
  await waitFor(async () => expect(await lastOwner()).toBe('ana'));
  store.close();
  server.signedIn = false;
  server.token = 'second';
  render(
    <SignedIn>
      <Board />
    </SignedIn>,
  );
  expect(await screen.findByLabelText('Email')).toBeVisible();
  await waitFor(async () => expect(await lastOwner()).toBeNull());
});
