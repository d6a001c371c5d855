import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { toast } from 'sonner';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TEXT as TASKS } from '@/features/tasks/text';
import { aServer, asks, edit, press } from '@/tests/app';
import { page, refusal, type Server } from '@/tests/server';
import { about, aReminder, aTask, ofTask } from '@/tests/things';
import { TEXT } from './text';

const DUE = '2031-05-01T09:00:00Z';

let server: Server;

beforeEach(() => {
  server = aServer();
  server.root.createReminder = ({ input: { id, beforeDue, remindAt } }) => ({
    reminder: aReminder({
      id: String(id),
      beforeDue: beforeDue ? String(beforeDue) : null,
      ...(remindAt ? { remindAt: String(remindAt) } : {}),
    }),
    errors: [],
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const list = () => within(screen.getByRole('group', { name: TEXT.heading }));
const entries = () =>
  list()
    .queryAllByRole('listitem')
    .map(({ textContent }) => textContent);
const sent = (name: string) => server.sent.filter((each) => each.name === name).map(({ variables }) => variables.input);
const row = () => screen.getByTestId('task-row');

async function editDue(reminders: ReturnType<typeof aReminder>[] = []) {
  server.root.tasks = () => page([aTask({ dueDate: DUE, reminders })]);
  return edit(server);
}

test('reminders are set with a click, each once, and saved with the rest', async () => {
  await editDue();
  await press('1 day before');
  await press('30 minutes before');
  expect(screen.getByRole('button', { name: '1 day before' })).toBeDisabled();
  expect(entries()).toEqual([
    expect.stringMatching(/^1 day before · .*Apr 30, 2031/),
    expect.stringMatching(/^30 minutes before · .*May 1, 2031/),
  ]);
  expect(asks()).toBe(true);
  expect(sent('CreateReminder')).toEqual([]);
  server.down = true;
  await press(TASKS.save);
  expect(row()).toHaveTextContent(/Apr 30, 2031/);
  server.down = false;
  server.sent.length = 0;
  window.dispatchEvent(new Event('online')); // which ends every pause
  await waitFor(() => expect(sent('CreateReminder')).toHaveLength(2));
  const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect(sent('CreateReminder')).toEqual([
    { id, taskId: 'milk', beforeDue: 'P1D' },
    { id, taskId: 'milk', beforeDue: 'PT30M' },
  ]);
  expect(sent('UpdateTask')).toEqual([]);
});

test('a due date goes ahead of what counts from it', async () => {
  await edit(server);
  expect(screen.getByRole('button', { name: '1 hour before' })).toBeDisabled();
  expect(screen.getByText(TEXT.needsDue)).toBeVisible();
  await userEvent.type(screen.getByLabelText(TASKS.dueDay), '2031-05-01');
  await press('1 hour before');
  expect(entries()).toEqual([expect.stringMatching(/May 1, 2031.*8:00/)]); // a day is counted from nine
  await press(TASKS.save);
  await waitFor(() => expect(server.names().slice(-2)).toEqual(['UpdateTask', 'CreateReminder']));
});

test('what is over can’t be reminded of', async () => {
  server.root.tasks = () => page([aTask({ dueDate: new Date(Date.now() + 20 * 60_000).toISOString() })]);
  await edit(server);
  expect(screen.getByRole('button', { name: '30 minutes before' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'At the time' })).toBeEnabled();
});

test('a reminder of one’s own is an amount before, or an instant', async () => {
  await editDue();
  await userEvent.click(screen.getByText(TEXT.another));
  await userEvent.clear(screen.getByLabelText(TEXT.amount));
  await userEvent.type(screen.getByLabelText(TEXT.amount), '3');
  await userEvent.selectOptions(screen.getByLabelText(TEXT.unit), 'WEEKS');
  const [before, at] = screen.getAllByRole('button', { name: TEXT.add });
  await userEvent.click(before as HTMLElement);
  expect(at).toBeDisabled();
  await userEvent.type(screen.getByLabelText(TEXT.at), '2031-04-30T12:00');
  await userEvent.click(at as HTMLElement);
  await press(TASKS.save);
  await waitFor(() => expect(sent('CreateReminder')).toHaveLength(2));
  expect(sent('CreateReminder')).toMatchObject([
    { beforeDue: 'P3W' },
    { remindAt: expect.stringMatching(/^2031-04-\d\dT/) },
  ]);
});

test('the list tells what became of each, and what is to come can be taken away', async () => {
  const set = [
    aReminder({ beforeDue: 'PT30M' }),
    aReminder({ id: 'rang', status: 'NOTIFIED', late: true }),
    aReminder({ id: 'off', status: 'CANCELLED' }),
    aReminder({ id: 'gone', status: 'MISSED' }),
  ];
  const feed = await editDue(set);
  expect(entries().join('\n')).toMatch(/30 minutes before/);
  await userEvent.click(screen.getByText(TEXT.earlier(3)));
  expect(entries().slice(1)).toEqual([
    expect.stringContaining(`${TEXT.rang}, ${TEXT.late}`),
    expect.stringContaining(TEXT.cancelled),
    expect.stringContaining(TEXT.missed),
  ]);
  feed.event(about('REMINDER_UPDATED', 'one', ofTask(aReminder({ id: 'off', version: 2 }), aTask())));
  await screen.findByText(TEXT.earlier(2));

  server.root.cancelReminder = () => ({ reminder: aReminder({ status: 'CANCELLED', version: 2 }), errors: [] });
  await userEvent.click(screen.getByRole('button', { name: new RegExp(`^${TEXT.remove('30 minutes before')}`) }));
  expect(entries().join('\n')).not.toMatch(/30 minutes before/);
  await press(TASKS.save);
  await waitFor(() => expect(sent('CancelReminder')).toEqual([{ id: 'bell' }]));
});

test('a reminder that is refused goes away again, and it is said why', async () => {
  const told = vi.spyOn(toast, 'error');
  await editDue();
  server.root.createReminder = () => ({ reminder: null, ...refusal('A reminder is for an instant yet to come.') });
  await press('1 day before');
  await press(TASKS.save);
  await waitFor(() => expect(told).toHaveBeenCalledOnce());
  expect(row()).not.toHaveTextContent(/Apr 30/);
});
