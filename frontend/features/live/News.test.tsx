import { act, screen, waitFor } from '@testing-library/react';
import { Toaster, toast } from 'sonner';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TEXT as TASKS } from '@/features/tasks/text';
import { correlationId } from '@/graphql/origin';
import { aServer, connection, open, ticks } from '@/tests/app';
import type { Server } from '@/tests/server';
import { about, aTask } from '@/tests/things';
import { News } from './News';
import { chooseNews } from './news';
import { TEXT } from './text';

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn() }), usePathname: () => '/' }));

let server: Server;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  server = aServer();
  chooseNews(true);
});

afterEach(() => {
  act(() => void toast.dismiss());
});

const start = () =>
  open(
    server,
    'Buy milk',
    <>
      <News />
      <Toaster />
    </>,
  );
const rent = (id = 'rent', title = 'Pay rent') => aTask({ id, title });
const told = () => [...document.querySelectorAll('[data-sonner-toast]')].map((each) => each.textContent ?? '');
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test('what is added elsewhere is told, and can be shown', async () => {
  const feed = await start();
  feed.event(about('TASK_CREATED', 'one', rent()));
  expect(await screen.findByText(TEXT.news.added('Pay rent'), {}, { timeout: 3_000 })).toBeVisible();
  await act(async () => screen.getByRole('button', { name: TEXT.news.show }).click());
  expect(await screen.findByLabelText(TASKS.title)).toHaveValue('Pay rent');
});

test('many at once are counted, in one toast, and so are those that come while it shows', async () => {
  const feed = await start();
  for (const id of ['a', 'b', 'c']) feed.event(about('TASK_CREATED', id, rent(id, id)));
  feed.event(about('TASK_COMPLETED', 'd', aTask({ completed: true, version: 2 })));
  await pass(2_000);
  expect(told()).toEqual([expect.stringContaining(TEXT.news.many(4))]);
  feed.event(about('RECURRING_SPAWNED', 'e', rent('e')));
  await pass(2_000);
  expect(told()).toEqual([expect.stringContaining(TEXT.news.many(5))]);
});

test('one’s own changes, edits, and what was before are not told', async () => {
  const feed = await start();
  feed.event({ ...about('TASK_CREATED', 'one', rent()), correlationId: correlationId(server.token) });
  feed.event(about('TASK_UPDATED', 'two', aTask({ title: 'Oat milk', version: 2 })));
  feed.event({ ...about('TASK_CREATED', 'three', rent('old', 'Old')), timestamp: '2020-01-01T00:00:00Z' });
  await screen.findByText('Old');
  await pass(3_000);
  expect(told()).toEqual([]);
});

test('what is asked for here goes out with an id that is known again', async () => {
  await start();
  server.root.completeTask = () => ({ task: aTask({ completed: true, version: 2 }), errors: [] });
  const asked = vi.spyOn(globalThis, 'fetch');
  await act(async () => ticks('Buy milk').click());
  await waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));
  const [mine = ''] = correlationId(server.token).split('.');
  const ids = asked.mock.calls.map(([, init]) => new Headers(init?.headers).get('x-correlation-id') ?? '');
  expect(ids.length).toBeGreaterThan(0);
  expect(ids.every((id) => id.startsWith(`${mine}.`))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});

test('nothing is told where nobody looks, or nobody wants to know', async () => {
  const feed = await start();
  chooseNews(false);
  feed.event(about('TASK_CREATED', 'one', rent()));
  await screen.findByText('Pay rent');
  await pass(3_000);
  chooseNews(true);
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  feed.event(about('TASK_DELETED', 'two', aTask({ deletedAt: '2026-01-02T00:00:00Z', version: 2 })));
  await waitFor(() => expect(screen.queryByText('Buy milk')).toBeNull());
  await pass(3_000);
  expect(told()).toEqual([]);
  vi.restoreAllMocks();
});

test('it waits until what offers an undo is gone', async () => {
  const feed = await start();
  const undo = toast('“Tea” was deleted.', { duration: Number.POSITIVE_INFINITY });
  feed.event(about('TASK_CREATED', 'one', rent()));
  await screen.findByText('Pay rent');
  await pass(5_000);
  expect(told()).toEqual([expect.stringContaining('Tea')]);
  act(() => void toast.dismiss(undo));
  await pass(3_000);
  expect(told()).toEqual([expect.stringContaining(TEXT.news.added('Pay rent'))]);
});
