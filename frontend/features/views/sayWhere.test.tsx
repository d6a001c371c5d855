import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TEXT as MONTH } from '@/features/month/text';
import { aServer, open } from '@/tests/app';
import { page, refusal, type Server } from '@/tests/server';
import { aTask } from '@/tests/things';
import { Toasts } from '@/ui/Toasts';
import { forgetUndo } from '@/ui/undo';
import { TEXT } from './text';

const DAY = '2031-05-14';

let server: Server;

beforeEach(() => {
  server = aServer();
  server.root.tasks = () => page([aTask({ dueOn: DAY, dueDate: `${DAY}T00:00:00Z` })]);
});

afterEach(forgetUndo);

/** A task from the line above a place. */
async function add(place: string, line: string) {
  history.replaceState(null, '', place);
  await open(server, 'Buy milk', <Toasts />);
  await userEvent.type(screen.getByTestId('new-task'), `${line}{Enter}`);
  await waitFor(() => expect(server.names()).toContain('CreateTask'));
}

test.each([
  ['/?view=upcoming', 'Read'],
  ['/?q=milk', 'Bread'],
  [`/?view=month&month=${DAY.slice(0, 7)}`, 'Party 2032-01-01'],
])('in %s what is added and not seen there is said, and led to', async (place, line) => {
  await add(place, line);
  const [title = ''] = line.split(' ');
  expect(await screen.findByText(TEXT.added(title, TEXT.views.all))).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: TEXT.show }));
  expect(await screen.findByDisplayValue(title)).toBeVisible();
});

test.each([
  ['/', 'Bread'],
  ['/?view=upcoming', 'Bread 2031-05-15'],
  ['/?q=milk', 'Milk and honey'],
])('in %s what is seen is not said', async (place, line) => {
  await add(place, line);
  expect(screen.queryByRole('button', { name: TEXT.show })).toBeNull();
});

test('what was refused was not added', async () => {
  server.root.createTask = () => ({ task: null, ...refusal('No.') });
  await add('/?view=upcoming', 'Read');
  await waitFor(() => expect(screen.queryByRole('button', { name: TEXT.show })).toBeNull());
});

test('a day of the calendar that a search hides says so as well', async () => {
  history.replaceState(null, '', `/?view=month&month=${DAY.slice(0, 7)}&q=milk`);
  await open(server, 'Buy milk', <Toasts />);
  await userEvent.click(document.querySelector(`[data-day="${DAY}"] button`) as HTMLElement);
  await userEvent.type(screen.getByLabelText(MONTH.title), 'Party{Enter}');
  expect(await screen.findByText(TEXT.added('Party', TEXT.views.all))).toBeVisible();
});
