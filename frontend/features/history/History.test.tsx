import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { TEXT as TASKS } from '@/features/tasks/text';
import { aServer, open, press } from '@/tests/app';
import { page, type Server } from '@/tests/server';
import { about, aTask } from '@/tests/things';
import { TEXT } from './text';

let server: Server;
const event = (id: string, type: string, title: string) => ({
  id,
  type,
  timestamp: '2026-01-01T10:00:00Z',
  data: { title },
});

beforeEach(() => {
  server = aServer();
});

test('the log of a task is read page by page, and told again as more happens', async () => {
  const pages = [page([event('1', 'TASK_CREATED', 'Milk')], 'more'), page([event('2', 'TASK_UPDATED', 'Buy milk')])];
  server.root.events = ({ after }) => pages[after === 'more' ? 1 : 0];
  const feed = await open(server);
  await press(TASKS.edit('Buy milk'));
  expect(server.names()).not.toContain('History');
  await userEvent.click(screen.getByText(TEXT.ask));
  const list = await screen.findByRole('list', { name: TEXT.ask });
  expect(within(list).getAllByRole('listitem')).toHaveLength(2);
  expect(list).toHaveTextContent(/^Changed.*Title: was Milk.*is now Buy milk.*Created/);
  pages[1] = page([event('2', 'TASK_UPDATED', 'Buy milk'), event('3', 'TASK_COMPLETED', 'Buy milk')]);
  feed.event(about('TASK_COMPLETED', 'one', aTask({ completed: true, version: 2 })));
  await waitFor(() => expect(within(list).getAllByRole('listitem')).toHaveLength(3));
  expect(server.sent.find(({ name }) => name === 'History')?.variables).toEqual({ id: 'milk', after: null });
});

test('where the log can’t be read, it is said', async () => {
  await open(server);
  await press(TASKS.edit('Buy milk'));
  server.down = true;
  await userEvent.click(screen.getByText(TEXT.ask));
  expect(await screen.findByText(TEXT.failed)).toBeVisible();
});
