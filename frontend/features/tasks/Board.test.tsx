import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { StrictMode } from 'react';
import { beforeEach, expect, test } from 'vitest';
import { TEXT as PROJECTS } from '@/features/projects/text';
import { SignedIn } from '@/features/session/SignedIn';
import { TEXT as SESSION } from '@/features/session/text';
import { page, Server, type Subscription } from '@/tests/server';
import { about, aProject, aTask } from '@/tests/things';
import { Board } from './Board';
import { TEXT } from './text';

let server: Server;

beforeEach(() => {
  server = new Server();
  server.root.tasks = () => page([aTask()]);
  server.root.createTask = ({ input }) => ({
    task: aTask({ id: String(input.id), title: String(input.title), position: 'a1' }),
    errors: [],
  });
});

async function open(): Promise<Subscription> {
  render(
    <SignedIn>
      <Board />
    </SignedIn>,
  );
  const feed = await server.subscribed.take();
  await screen.findByText('Buy milk');
  return feed;
}

const connection = () => screen.getByTestId('connection-state');
const rows = () => screen.getAllByTestId('task-row');

test('what happens elsewhere is on screen at once', async () => {
  const feed = await open();
  expect(connection()).toHaveAttribute('data-state', 'live');
  feed.event(about('TASK_CREATED', 'one', aTask({ id: 'bread', title: 'Bread', position: 'Zz' })));
  await screen.findByText('Bread');
  expect(rows().map((row) => row.dataset.taskId)).toEqual(['bread', 'milk']);
  feed.event(about('TASK_DELETED', 'two', aTask({ deletedAt: '2026-01-02T10:00:00Z', version: 2 })));
  await waitFor(() => expect(rows()).toHaveLength(1));
});

test('while the server is away a new task is shown as not saved, and saved once it is back', async () => {
  const feed = await open();
  server.down = true;
  feed.socket.closes(1006);
  await waitFor(() => expect(connection()).toHaveAttribute('data-state', 'reconnecting'));
  await userEvent.type(screen.getByTestId('new-task'), ' Bread {Enter}');
  const row = (await screen.findByText('Bread')).closest('li') as HTMLElement;
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
  await open();
  server.root.completeTask = () => ({
    task: aTask({ completed: true, completedAt: '2026-01-02T10:00:00Z', version: 2 }),
    errors: [],
  });
  await userEvent.click(screen.getByRole('checkbox', { name: TEXT.markDone('Buy milk') }));
  expect(await screen.findByRole('checkbox', { name: TEXT.markOpen('Buy milk') })).toBeChecked();
  expect(server.sent.at(-1)).toMatchObject({ name: 'CompleteTask', variables: { input: { id: 'milk' } } });
});

test('a new project is there at once, and goes with its event', async () => {
  const feed = await open();
  server.root.createProject = ({ input }) => ({ project: aProject({ ...input }), errors: [] });
  await userEvent.click(screen.getByRole('button', { name: PROJECTS.add }));
  await userEvent.type(screen.getByLabelText(PROJECTS.name), 'Garden');
  await userEvent.click(screen.getByRole('button', { name: PROJECTS.save }));
  expect(await screen.findByRole('heading', { name: 'Garden' })).toBeVisible();
  await waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));
  expect(screen.getByRole('heading', { name: 'Garden' })).toBeVisible();
  expect(screen.queryByTestId('task-row')).toBeNull();

  const made = server.sent.at(-1)?.variables.input;
  feed.event(about('PROJECT_DELETED', 'one', String(made?.id)));
  expect(await screen.findByRole('heading', { name: TEXT.all })).toBeVisible();
  expect(rows()).toHaveLength(1);
});

test('searching looks at every word, case and accents aside', async () => {
  server.root.tasks = () =>
    page([
      aTask({ description: 'for the café' }),
      aTask({ id: 'cafe', title: 'Meet Zoë', description: 'at the Café', position: 'a1' }),
    ]);
  await open();
  await userEvent.type(screen.getByLabelText(TEXT.search), 'cafe zoe');
  expect(rows().map((row) => row.dataset.taskId)).toEqual(['cafe']);
});

test('who is not signed in finds the form, and who has signed in the board', async () => {
  server.signedIn = false;
  server.root.logIn = ({ input }) =>
    input.password === 'right'
      ? { accessToken: server.token, errors: [] }
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
  const { socket } = await open();
  await userEvent.click(screen.getByRole('button', { name: SESSION.logOut }));
  expect(await screen.findByLabelText('Email')).toBeVisible();
  await waitFor(() => expect(socket.readyState).toBe(3));
});

test('a session that has ended elsewhere leads to the form', async () => {
  const feed = await open();
  server.signedIn = false;
  feed.socket.closes(4403);
  expect(await screen.findByLabelText('Email')).toBeVisible();
});
