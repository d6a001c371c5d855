import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { SignedIn } from '@/features/session/SignedIn';
import { Board } from '@/features/tasks/Board';
import { TEXT as TASK } from '@/features/tasks/text';
import { aServer, press } from '@/tests/app';
import { page, refusal, type Server } from '@/tests/server';
import { about, aTask } from '@/tests/things';
import { RefusedChanges } from './RefusedChanges';
import { TEXT } from './text';

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn() }), usePathname: () => '/' }));

let server: Server;

beforeEach(() => {
  server = aServer();
});

async function open() {
  render(
    <SignedIn>
      <RefusedChanges />
      <Board />
    </SignedIn>,
  );
  const feed = await server.subscribed.take();
  await screen.findAllByText('Buy milk');
  return feed;
}

const refused = () => screen.findByTestId('refused');
const gone = () => waitFor(() => expect(screen.queryByTestId('refused')).toBeNull());

/** Changes the title; somebody else has done so too, and the editor that opens on it is closed without a choice. */
async function clash() {
  const theirs = aTask({ title: 'Soy milk', version: 2 });
  server.root.updateTask = ({ input: { expectedVersion, title } }) =>
    expectedVersion === 2
      ? { task: aTask({ title: String(title), version: 3 }), errors: [] }
      : { task: theirs, ...refusal('Changed elsewhere.', 'CONFLICT') };
  await press(TASK.edit('Buy milk'));
  const title = screen.getByLabelText(TASK.title);
  await userEvent.clear(title);
  await userEvent.type(title, 'Oat milk');
  await press(TASK.save);
  await screen.findByText(TASK.changedElsewhere);
  await press(TASK.cancel);
}

test('both values of a clash stand there until it is decided in the editor', async () => {
  await open();
  await clash();
  expect(await refused()).toHaveTextContent('Yours: Oat milk');
  expect(await refused()).toHaveTextContent('Theirs: Soy milk');

  await press(TEXT.review);
  expect(screen.getByLabelText(TASK.title)).toHaveValue('Oat milk');
  await press(TASK.keepMine);
  await press(TASK.save);
  await gone();
  expect(await screen.findByText('Oat milk')).toBeVisible();
});

test('an editor that is opened on the task by hand begins with what was not saved', async () => {
  await open();
  await clash();
  await press(TASK.edit('Soy milk'));
  expect(screen.getByLabelText(TASK.title)).toHaveValue('Oat milk');
  await press(TASK.takeTheirs);
  await press(TASK.save);
  await gone();
  expect(screen.getByText('Soy milk')).toBeVisible();
});

test('theirs may stand', async () => {
  await open();
  await clash();
  await press(TEXT.takeTheirs);
  await gone();
  await press(TASK.edit('Soy milk'));
  expect(screen.getByLabelText(TASK.title)).toHaveValue('Soy milk');
});

test('of a task that is gone meanwhile, what was written is still there', async () => {
  const feed = await open();
  await clash();
  feed.event(about('TASK_PURGED', 'one', 'milk'));
  await waitFor(() => expect(screen.getByTestId('refused')).toHaveTextContent(TEXT.gone));
  expect(await refused()).toHaveTextContent('Yours: Oat milk');
  await press(TEXT.dismiss);
  await gone();
});

test('a task that is deleted meanwhile can be restored, and the edit chosen', async () => {
  const feed = await open();
  await clash();
  const theirs = aTask({ title: 'Soy milk', version: 4 });
  feed.event(about('TASK_DELETED', 'one', { ...theirs, version: 3, deletedAt: '2026-01-02T00:00:00Z' }));
  await waitFor(() => expect(screen.getByTestId('refused')).toHaveTextContent(TEXT.gone));
  server.root.restoreTask = () => ({ task: theirs, errors: [] });
  await press(TEXT.restore);
  await press(TEXT.review);
  expect(screen.getByLabelText(TASK.title)).toHaveValue('Oat milk');
});

test('what the server refuses is named, with its reason, and can be tried again', async () => {
  server.root.tasks = () => page([aTask()]);
  server.root.completeTask = () => ({ task: null, ...refusal('Too much done today.') });
  await open();
  await userEvent.click(screen.getByRole('checkbox', { name: TASK.markDone('Buy milk') }));
  const item = within(await refused());
  expect(item.getByText(TEXT.notSaved('CompleteTask', ['Buy milk']))).toBeVisible();
  expect(item.getByText('Too much done today.')).toBeVisible();
  server.root.completeTask = () => ({ task: aTask({ completed: true, version: 2 }), errors: [] });
  await press(TEXT.again);
  await gone();
  expect(await screen.findByRole('checkbox', { name: TASK.markOpen('Buy milk') })).toBeChecked();
});
