import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { TEXT as TASKS } from '@/features/tasks/text';
import { dayIn } from '@/features/tasks/zone';
import { aServer, open, press, rows, ticks } from '@/tests/app';
import { page, type Server } from '@/tests/server';
import { aProject, aTask } from '@/tests/things';
import { Toasts } from '@/ui/Toasts';
import { TEXT } from './text';

let server: Server;
const today = dayIn('UTC', new Date());

beforeEach(() => {
  server = aServer();
  server.root.tasks = () =>
    page([
      aTask(),
      aTask({ id: 'rent', title: 'Pay rent', dueOn: today, dueDate: `${today}T00:00:00Z`, priority: 'HIGH' }),
    ]);
});

const ids = () => screen.queryAllByTestId('task-row').map((row) => row.dataset.taskId);
const heading = (name: string) => screen.findByRole('heading', { level: 1, name });

/** As by the back button. */
function backTo(address: string) {
  history.replaceState(null, '', address);
  act(() => void window.dispatchEvent(new PopStateEvent('popstate')));
}

test('views stand in the address, and the back button leads back', async () => {
  server.root.projects = () => page([aProject()]);
  await open(server);
  await press(`${TEXT.views.today} 1`);
  expect(await heading(TEXT.views.today)).toBeVisible();
  expect(location.search).toBe('?view=today');
  expect(document.title).toBe(`${TEXT.views.today} · TaskFlow`);
  expect(ids()).toEqual(['rent']);
  await press('Home');
  expect(location.search).toBe('?view=project&id=home');
  expect(screen.getByText(TEXT.empty.project.title)).toBeVisible();
  backTo('/?view=today');
  expect(await heading(TEXT.views.today)).toBeVisible();
  backTo('/');
  expect(await heading(TEXT.views.all)).toBeVisible();
  expect(rows()).toHaveLength(2);
});

test('an address leads to its view and its filters', async () => {
  history.replaceState(null, '', '/?priority=high&q=rent');
  await open(server, 'Pay rent');
  expect(ids()).toEqual(['rent']);
  expect(screen.getByLabelText(TEXT.search)).toHaveValue('rent');
  await press(TEXT.takeAway(TASKS.priorities.HIGH));
  expect(location.search).toBe('?q=rent');
  await userEvent.clear(screen.getByLabelText(TEXT.search));
  expect(location.search).toBe('');
  expect(rows()).toHaveLength(2);
});

test('filters are chosen beside the search', async () => {
  await open(server);
  await press(TEXT.filter);
  await userEvent.click(screen.getByRole('checkbox', { name: TEXT.noPriority }));
  expect(ids()).toEqual(['milk']);
  await userEvent.click(screen.getByRole('radio', { name: TEXT.states.done }));
  expect(screen.getByText(TEXT.empty.filtered.title)).toBeVisible();
  expect(location.search).toBe('?priority=none&state=done');
});

test('a tick that takes a task out of view says so, and can be undone', async () => {
  let late = aTask({ id: 'late', title: 'Late', dueDate: '2026-01-02T10:00:00Z' });
  const becomes = (completed: boolean) => () => {
    late = { ...late, completed, completedAt: completed ? new Date().toISOString() : null, version: late.version + 1 };
    return { task: late, errors: [] };
  };
  server.root.tasks = () => page([aTask(), late]);
  server.root.completeTask = becomes(true);
  server.root.reopenTask = becomes(false);
  history.replaceState(null, '', '/?view=upcoming');
  await open(server, 'Late', <Toasts />);
  await userEvent.click(ticks('Late'));
  await waitFor(() => expect(ids()).toEqual([]));
  expect(await screen.findByText(TASKS.completedIt('Late'))).toBeVisible();
  await press('Undo');
  await waitFor(() => expect(ids()).toEqual(['late']));
  await waitFor(() => expect(screen.queryByText(TASKS.completedIt('Late'))).toBeNull());
  backTo('/');
  await userEvent.click(ticks('Late'));
  await waitFor(() => expect(screen.getByRole('checkbox', { name: TASKS.markOpen('Late') })).toBeChecked());
  expect(screen.queryByText(TASKS.completedIt('Late'))).toBeNull(); // it stays in sight
});

test('what is added to today is due today', async () => {
  await open(server);
  await press(`${TEXT.views.today} 1`);
  await userEvent.type(screen.getByTestId('new-task'), 'Water the plants{Enter}');
  await waitFor(() => expect(server.sent.at(-1)?.variables.input).toMatchObject({ dueOn: today }));
});
