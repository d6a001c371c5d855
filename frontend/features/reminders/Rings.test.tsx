import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TEXT as TASKS } from '@/features/tasks/text';
import { aServer, open, press } from '@/tests/app';
import { page, type Server, type Subscription } from '@/tests/server';
import { about, aReminder, aRing, aTask, ofTask } from '@/tests/things';
import { TEXT } from './text';

let server: Server;

beforeEach(() => {
  server = aServer();
  localStorage.clear();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const ring = () => screen.findByTestId('ring');
const quiet = () => waitFor(() => expect(screen.queryByTestId('ring')).toBeNull());
const milk = (reminder = aReminder()) => aTask({ reminders: [reminder] });
const happens = (feed: Subscription, type: string, reminder = aReminder()) =>
  feed.event(about(type, `${type} ${reminder.version}`, ofTask(reminder, milk(reminder))));

/** The milk has a reminder, and it rings while everybody looks. */
async function rung(reminder = aRing(0)): Promise<Subscription> {
  server.root.tasks = () => page([milk()]);
  const feed = await open(server);
  expect(screen.queryByTestId('ring')).toBeNull();
  happens(feed, 'REMINDER_TRIGGERED', reminder);
  expect(await ring()).toHaveTextContent('Buy milk');
  return feed;
}

test('a ring is a notice, until it is snoozed', async () => {
  await rung();
  const begun = Date.now();
  server.root.snoozeReminder = ({ input }) => ({
    reminder: aReminder({ remindAt: String(input.until), version: 3 }),
    errors: [],
  });
  expect(await ring()).not.toHaveTextContent(`· ${TEXT.late}`);
  await press(TEXT.snoozes.TEN);
  await quiet();
  await waitFor(() => expect(server.names()).toContain('SnoozeReminder'));
  const { id, until } = (server.sent.at(-1)?.variables.input ?? {}) as { id: string; until: string };
  expect(id).toBe('bell');
  expect(Math.round((Date.parse(until) - begun) / 60_000)).toBe(10);
});

test('a ring is over when its task is done', async () => {
  await rung();
  server.root.completeTask = () => ({ task: aTask({ completed: true, version: 2 }), errors: [] });
  await press(TEXT.done);
  await quiet();
  expect(server.sent.at(-1)).toMatchObject({ name: 'CompleteTask', variables: { input: { id: 'milk' } } });
});

test.each([
  ['snoozed', (feed: Subscription) => happens(feed, 'REMINDER_UPDATED', aReminder({ version: 3 }))],
  [
    'cancelled',
    (feed: Subscription) => happens(feed, 'REMINDER_CANCELLED', aReminder({ status: 'CANCELLED', version: 3 })),
  ],
  [
    'completed',
    (feed: Subscription) =>
      feed.event(about('TASK_COMPLETED', 'x', aTask({ completed: true, version: 2, reminders: [aRing(0)] }))),
  ],
  [
    'deleted',
    (feed: Subscription) =>
      feed.event(about('TASK_DELETED', 'x', aTask({ deletedAt: '2026-01-01T10:00:00Z', version: 2 }))),
  ],
  ['gone for good', (feed: Subscription) => feed.event(about('TASK_PURGED', 'x', 'milk'))],
])('a ring goes away where its task is %s on another device', async (_, elsewhere) => {
  elsewhere(await rung());
  await quiet();
});

test('a ring from long ago is quiet, and a late one says so', async () => {
  server.root.tasks = () => page([milk()]);
  const feed = await open(server);
  happens(feed, 'REMINDER_TRIGGERED', aRing(25 * 60));
  happens(feed, 'REMINDER_UPDATED', aReminder({ version: 3 }));
  expect(screen.queryByTestId('ring')).toBeNull();
  happens(feed, 'REMINDER_TRIGGERED', aRing(23 * 60, { version: 4 }));
  expect(await ring()).toHaveTextContent(`· ${TEXT.late}`);
});

test('what rang while nobody looked is there when somebody does, until it is dismissed', async () => {
  server.root.tasks = () => page([milk(aRing(5))]);
  await open(server);
  await ring();
  await press(TEXT.dismiss('Buy milk'));
  await quiet();
  expect(server.names()).toEqual(['Refresh', 'Load', 'Channels']);
});

test('what is dismissed in one tab is dismissed in all', async () => {
  await rung();
  await press(TEXT.dismiss('Buy milk'));
  const stored = localStorage.getItem('taskflow-dismissed-rings') ?? '';
  cleanup();

  localStorage.clear();
  server = aServer();
  const reminder = aRing(0, { notifiedAt: new Date(Number(stored.match(/\d{13}/)?.[0])).toISOString() });
  await rung(reminder);
  localStorage.setItem('taskflow-dismissed-rings', stored); // in the other tab
  window.dispatchEvent(new StorageEvent('storage', { key: 'taskflow-dismissed-rings' }));
  await quiet();
});

test('many rings at once are counted', async () => {
  const tasks = [...Array(5).keys()].map((each) =>
    aTask({ id: `t${each}`, reminders: [aRing(each, { id: `r${each}` })] }),
  );
  server.root.tasks = () => page([aTask(), ...tasks.map((task) => ({ ...task, title: task.id }))]);
  await open(server);
  await waitFor(() => expect(screen.getAllByTestId('ring')).toHaveLength(3));
  expect(screen.getByText(TEXT.more(2))).toBeVisible();
});

test('a ring opens its task', async () => {
  await rung();
  await press(TEXT.open('Buy milk'));
  expect(screen.getByRole('dialog')).toHaveAccessibleName(TASKS.editing);
});

test('the focus does not get lost with the notice', async () => {
  await rung();
  screen.getByTestId('new-task').focus();
  screen.getByRole('button', { name: TEXT.dismiss('Buy milk') }).focus();
  await userEvent.keyboard('{Enter}');
  await quiet();
  expect(screen.getByTestId('new-task')).toHaveFocus();
});

class FakeNotification {
  static permission = 'default';
  static shown: FakeNotification[] = [];
  static requestPermission = vi.fn(async () => {
    FakeNotification.permission = 'granted';
    return 'granted';
  });
  onclick: (() => void) | null = null;
  close = vi.fn();

  constructor(
    readonly title: string,
    readonly options: { tag: string },
  ) {
    FakeNotification.shown.push(this);
  }
}

function withNotifications(permission: NotificationPermission) {
  FakeNotification.permission = permission;
  FakeNotification.shown = [];
  vi.stubGlobal('Notification', FakeNotification);
  vi.stubGlobal('isSecureContext', true);
}

test('what rang before the page came is told by the page alone', async () => {
  withNotifications('granted');
  server.root.tasks = () => page([milk(aRing(5))]);
  await open(server);
  await ring();
  expect(FakeNotification.shown).toEqual([]);
});

test('the system tells a ring once it was asked to, and takes it back with the notice', async () => {
  withNotifications('default');
  const { shown } = FakeNotification;
  const feed = await rung();
  expect(shown).toEqual([]);
  await press(TASKS.edit('Buy milk'));
  expect(FakeNotification.requestPermission).not.toHaveBeenCalled();
  await press(TEXT.notify);
  expect(await screen.findByText(TEXT.notified)).toBeVisible();
  await press(TASKS.cancel);
  expect(shown).toEqual([]); // what is on the page already is no news

  happens(feed, 'REMINDER_UPDATED', aReminder({ version: 3 }));
  await quiet();
  happens(feed, 'REMINDER_TRIGGERED', aRing(0, { version: 4 }));
  await ring();
  expect(shown).toMatchObject([{ title: 'Buy milk', options: { tag: 'bell' } }]);
  shown[0]?.onclick?.();
  expect(await screen.findByRole('dialog')).toHaveAccessibleName(TASKS.editing);
  happens(feed, 'REMINDER_UPDATED', aReminder({ version: 5 }));
  await waitFor(() => expect(shown[0]?.close).toHaveBeenCalled());
  expect(shown).toHaveLength(1);
});
