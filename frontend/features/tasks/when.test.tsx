/** Whose clocks people go by: those of their account, in a browser that is elsewhere. */

import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { TEXT as QUICK } from '@/features/quickadd/text';
import { TEXT as VIEWS } from '@/features/views/text';
import { aServer, open, press, rows } from '@/tests/app';
import { page, type Server, VIEWER } from '@/tests/server';
import { about, aTask } from '@/tests/things';
import { TEXT } from './text';

const NEW_YORK = 'America/New_York';
const LATE = new Date('2026-03-02T04:30:00Z'); // half past eleven in the evening of the first of March there

let server: Server;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: LATE });
  server = aServer();
  server.root.viewer = () => ({ ...VIEWER, timeZone: NEW_YORK });
  const onDay = (id: string, dueOn: string) => aTask({ id, title: id, dueOn, dueDate: `${dueOn}T05:00:00Z` });
  server.root.tasks = () =>
    page([
      onDay('Lent', '2026-02-28'),
      onDay('Rent', '2026-03-01'),
      onDay('Tent', '2026-03-02'),
      aTask({ id: 'Call', title: 'Call', dueDate: '2026-03-02T04:45:00Z' }),
    ]);
});

const row = (title: string) => screen.getByText(title).closest('[data-testid="task-row"]') as HTMLElement;

test('today is the one of the account, and follows it elsewhere', async () => {
  const feed = await open(server, 'Rent');
  expect(row('Lent')).toHaveTextContent(`${TEXT.yesterday}, ${TEXT.overdue}`);
  expect(row('Rent')).toHaveTextContent(TEXT.today);
  expect(row('Rent')).not.toHaveTextContent(TEXT.overdue);
  expect(row('Tent')).toHaveTextContent(TEXT.tomorrow);
  expect(row('Call')).toHaveTextContent(/Today, .*11:45/);
  await press(`${VIEWS.views.today} 3`);
  expect(rows().map(({ dataset }) => dataset.taskId)).toEqual(['Lent', 'Rent', 'Call']);

  feed.event(about('USER_UPDATED', 'one', { ...VIEWER, timeZone: 'Pacific/Kiritimati', version: 2 }));
  await screen.findByRole('button', { name: `${VIEWS.views.today} 4` });
  expect(row('Rent')).toHaveTextContent(`${TEXT.yesterday}, ${TEXT.overdue}`);
});

test('a line is read by the clocks of the account', async () => {
  await open(server, 'Rent');
  await userEvent.type(screen.getByTestId('new-task'), 'Run today at 11:50 pm');
  expect(within(screen.getByRole('list', { name: QUICK.chips })).getByText(/11:50/)).toBeVisible();
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(server.sent.at(-1)?.name).toBe('CreateTask'));
  expect(server.sent.at(-1)?.variables.input).toMatchObject({
    dueDate: '2026-03-02T04:50:00.000Z',
    timeZone: NEW_YORK,
  });
});

test('a whole day is the day of the account', async () => {
  await open(server, 'Rent');
  await userEvent.type(screen.getByTestId('new-task'), 'Walk tomorrow{Enter}');
  await waitFor(() => expect(server.sent.at(-1)?.name).toBe('CreateTask'));
  expect(server.sent.at(-1)?.variables.input).toMatchObject({ dueOn: '2026-03-02', timeZone: NEW_YORK });
});
