import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { GraphQLError } from 'graphql';
import { beforeEach, expect, test } from 'vitest';
import { TEXT as TASKS } from '@/features/tasks/text';
import { aServer, edit, press } from '@/tests/app';
import { page, type Server } from '@/tests/server';
import { about, aSeries, aTask } from '@/tests/things';
import { TEXT } from './text';

const UNSHOWN = 'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO';
const LONG_AGO = ['2031-05-01T09:00:00Z'];

let server: Server;

beforeEach(() => {
  server = aServer();
  server.root.previewRecurrence = () => [];
  server.root.setRecurrence = ({ input: { recurrence } }) => ({
    task: aSeries({ ...(recurrence as object), summary: 'as was wished' }, { version: 2 }),
    errors: [],
  });
});

const kind = () => screen.getByLabelText(TEXT.kind, { selector: 'select' });
const choose = (label: string, option: string) => userEvent.selectOptions(screen.getByLabelText(label), option);
const dates = () => within(screen.getByRole('status', { name: TEXT.next })).queryAllByRole('listitem');
const asked = () => server.sent.filter(({ name }) => name === 'PreviewRecurrence').map(({ variables }) => variables);
const sent = (name: string) => server.sent.filter((each) => each.name === name).map(({ variables }) => variables.input);

/** The editor on a milk that is due at nine on the first of May 2031, a Thursday, in UTC. */
async function editDue(but: Parameters<typeof aTask>[0] = {}) {
  server.root.tasks = () => page([aTask({ dueDate: '2031-05-01T09:00:00Z', ...but })]);
  return edit(server);
}

test('what is chosen is asked about as one types, shown, and saved', async () => {
  await editDue();
  server.root.previewRecurrence = () => ['2031-05-01T09:00:00Z', '2031-05-05T09:00:00Z'];
  await choose(TEXT.kind, 'WEEKLY');
  expect(screen.getByRole('checkbox', { name: 'Thursday' })).toBeChecked();
  await userEvent.click(screen.getByRole('checkbox', { name: 'Monday' }));
  await userEvent.clear(screen.getByLabelText(TEXT.every.WEEKLY));
  await userEvent.type(screen.getByLabelText(TEXT.every.WEEKLY), '2');
  await choose(TEXT.ends, 'day');
  await userEvent.clear(screen.getByLabelText(TEXT.lastDay));
  await userEvent.type(screen.getByLabelText(TEXT.lastDay), '2031-06-30');

  const rule = 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20310630T235959Z';
  await waitFor(() => expect(asked().at(-1)).toMatchObject({ rule }));
  expect(asked().at(-1)).toMatchObject({ start: '2031-05-01T09:00:00.000Z', timeZone: 'UTC', allDay: false, first: 5 });
  await waitFor(() => expect(dates()).toHaveLength(2));
  expect(dates()[1]).toHaveTextContent(/May 5, 2031/);

  await press(TASKS.save);
  expect(await screen.findByText('as was wished', { exact: false })).toBeVisible();
  expect(sent('UpdateTask')).toEqual([]);
  expect(sent('SetRecurrence')).toEqual([
    {
      taskId: 'milk',
      expectedVersion: 1,
      recurrence: { rule, mode: 'SCHEDULE', missed: 'LATEST', start: '2031-05-01T09:00:00.000Z' },
    },
  ]);
});

test('an answer that comes after that of a later question is dropped', async () => {
  await editDue();
  const answers = new Map<unknown, (dates: string[]) => void>();
  server.root.previewRecurrence = ({ rule }) => new Promise((resolve) => answers.set(rule, resolve));
  await choose(TEXT.kind, 'DAILY');
  await waitFor(() => expect(answers.has('FREQ=DAILY')).toBe(true));
  await choose(TEXT.kind, 'YEARLY');
  await waitFor(() => expect(answers.has('FREQ=YEARLY')).toBe(true));
  answers.get('FREQ=YEARLY')?.(['2032-05-01T09:00:00Z']);
  await waitFor(() => expect(dates()).toHaveLength(1));
  answers.get('FREQ=DAILY')?.(['2031-05-01T09:00:00Z', '2031-05-02T09:00:00Z']);
  await new Promise((resolve) => setTimeout(resolve)); // the answer has come by then
  expect(dates()).toHaveLength(1);
  expect(dates()[0]).toHaveTextContent('2032');
});

test('while one types nothing is asked', async () => {
  await editDue();
  await choose(TEXT.kind, 'OWN');
  await userEvent.clear(screen.getByLabelText(TEXT.ownRule));
  await userEvent.type(screen.getByLabelText(TEXT.ownRule), 'FREQ=HOURLY;INTERVAL=6');
  await waitFor(() => expect(asked().at(-1)).toMatchObject({ rule: 'FREQ=HOURLY;INTERVAL=6' }));
  expect(asked().length).toBeLessThan(5);
});

test.each([
  ['by hand', 'OWN', TEXT.ownRule, 'FREQ is YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY.'],
  ['in its interval', 'DAILY', TEXT.every.DAILY, 'INTERVAL is a whole number from 1 to 1000.'],
])('a rule that is wrong %s says why at its field, and is not saved', async (_, by, field, message) => {
  await editDue();
  server.root.previewRecurrence = () => {
    throw new GraphQLError(message, { extensions: { code: 'INVALID_INPUT', field: ['rule'] } });
  };
  await choose(TEXT.kind, by);
  await waitFor(() => expect(screen.getByLabelText(field)).toBeInvalid());
  expect(screen.getByLabelText(field)).toHaveAccessibleDescription(message);
  await press(TASKS.save);
  expect(screen.getByLabelText(field)).toHaveFocus();
  expect(sent('SetRecurrence')).toEqual([]);
});

test('an end that is wrong says why at the end', async () => {
  await editDue();
  const message = 'By this rule nothing happens in the 30 years after the start.';
  server.root.previewRecurrence = () => {
    throw new GraphQLError(message, { extensions: { code: 'INVALID_INPUT', field: ['rule'] } });
  };
  await choose(TEXT.kind, 'DAILY');
  await choose(TEXT.ends, 'day');
  await waitFor(() => expect(screen.getByLabelText(TEXT.lastDay)).toHaveAccessibleDescription(message));
});

test('where the server is away, the form says so and saves all the same', async () => {
  await editDue();
  server.down = true;
  await choose(TEXT.kind, 'DAILY');
  expect(await screen.findByText(TEXT.unreachable)).toBeVisible();
  server.down = false;
  await press(TASKS.save);
  await waitFor(() => expect(sent('SetRecurrence')).toHaveLength(1));
});

test('a rule that the form can’t show is told in words, and left alone by other edits', async () => {
  server.root.tasks = () => page([aSeries({ rule: UNSHOWN, summary: 'every year on Monday of week 20', lead: 'P1W' })]);
  server.root.task = () => ({ id: 'milk', recurrence: { upcoming: LONG_AGO } });
  await edit(server);
  const dialog = screen.getByRole('dialog');
  expect(dialog).toHaveTextContent('every year on Monday of week 20');
  expect(dialog).toHaveTextContent(UNSHOWN);
  expect(screen.queryByLabelText(TEXT.kind, { selector: 'select' })).toBeNull();
  await userEvent.type(screen.getByLabelText(TASKS.title), '!');
  await press(TASKS.save);
  await waitFor(() => expect(sent('UpdateTask')).toEqual([{ id: 'milk', expectedVersion: 1, title: 'Buy milk!' }]));
  expect(sent('SetRecurrence')).toEqual([]);
});

test('a rule that the form can’t show can be replaced or taken away, but by a person alone', async () => {
  server.root.tasks = () => page([aSeries({ rule: UNSHOWN, lead: 'P1W', missed: 'ALL', timeZone: 'Asia/Tokyo' })]);
  await edit(server);
  await press(TEXT.replace);
  expect(screen.getByLabelText(TEXT.ownRule)).toHaveValue(UNSHOWN);
  expect(kind()).toHaveValue('OWN');
  await choose(TEXT.kind, 'MONTHLY');
  await choose(TEXT.on, 'last');
  await press(TASKS.save);
  await waitFor(() => expect(sent('SetRecurrence')).toHaveLength(1));
  // What the form says nothing of stays.
  expect(sent('SetRecurrence')[0]?.recurrence).toEqual({
    rule: 'FREQ=MONTHLY;BYMONTHDAY=-1',
    mode: 'SCHEDULE',
    missed: 'ALL',
    start: '2031-05-01T09:00:00.000Z',
    timeZone: 'Asia/Tokyo',
    lead: 'P1W',
  });
});

test('a series that repeats no more', async () => {
  server.root.tasks = () => page([aSeries({ rule: UNSHOWN })]);
  server.root.clearRecurrence = () => ({ task: aTask({ version: 2 }), errors: [] });
  await edit(server);
  await press(TEXT.remove);
  expect(kind()).toHaveValue('NONE');
  await press(TASKS.save);
  await waitFor(() => expect(sent('ClearRecurrence')).toEqual([{ id: 'milk', expectedVersion: 1 }]));
});

test('a series shows what the server has to come, and the next one can be skipped', async () => {
  const days = ['2031-05-02T09:00:00Z', '2031-05-03T09:00:00Z', '2031-05-04T09:00:00Z'];
  server.root.tasks = () => page([aSeries()]);
  server.root.task = () => ({ id: 'milk', recurrence: { upcoming: days } });
  await edit(server);
  await waitFor(() => expect(dates()).toHaveLength(3));
  expect(asked()).toEqual([]);
  server.root.skipOccurrence = () => ({
    task: aSeries({ nextOccurrence: '2031-05-03T09:00:00Z' }, { version: 2 }),
    errors: [],
  });
  days.shift();
  await userEvent.click(screen.getByRole('button', { name: /^Skip .*May 2/ }));
  expect(await screen.findByRole('button', { name: /^Skip .*May 3/ })).toBeVisible();
  await waitFor(() => expect(dates()).toHaveLength(2));
  expect(sent('SkipOccurrence')).toEqual([{ taskId: 'milk', occurrence: '2031-05-02T09:00:00Z', expectedVersion: 1 }]);
});

test('what counts from its completion shows what is next, were it done today', async () => {
  await editDue({ dueDate: null });
  await choose(TEXT.kind, 'DAILY');
  const now = Date.now();
  server.root.previewRecurrence = () =>
    [now, now + 26 * 3_600_000, now + 50 * 3_600_000].map((at) => new Date(at).toISOString());
  await userEvent.click(screen.getByLabelText(TEXT.afterCompletion));
  await waitFor(() =>
    expect(within(screen.getByRole('status', { name: TEXT.ifDoneToday })).getAllByRole('listitem')).toHaveLength(1),
  );
  await press(TASKS.save);
  await waitFor(() => expect(sent('SetRecurrence')).toHaveLength(1));
  expect(sent('SetRecurrence')[0]?.recurrence).toEqual({ rule: 'FREQ=DAILY', mode: 'COMPLETION', missed: 'LATEST' });
});

test('what is past of a rule is not to come', async () => {
  const ago = new Date(Date.now() - 5 * 24 * 3_600_000);
  await editDue({ dueDate: ago.toISOString() });
  server.root.previewRecurrence = ({ first }) =>
    [...Array(Number(first)).keys()].map((day) => new Date(ago.getTime() + day * 24 * 3_600_000 + 1).toISOString());
  await choose(TEXT.kind, 'DAILY');
  await waitFor(() => expect(dates()).toHaveLength(5));
  expect(asked().at(-1)?.first).toBe(100);
});

test('a task without a date begins now: what its rule says of this very second is no more to come', async () => {
  await editDue({ dueDate: null });
  server.root.previewRecurrence = ({ first, start }) => {
    const begun = Math.floor(Date.parse(String(start)) / 1000) * 1000; // a series has no fraction of a second
    return [...Array(Number(first)).keys()].map((day) => new Date(begun + day * 24 * 3_600_000).toISOString());
  };
  await choose(TEXT.kind, 'DAILY');
  await waitFor(() => expect(dates()).toHaveLength(5));
});

test('a new due date moves this task alone, and the series where a person says so', async () => {
  server.root.tasks = () => page([aSeries({ rule: 'FREQ=DAILY;UNTIL=20310630T235959Z' })]);
  server.root.updateTask = () => ({ task: aSeries({}, { dueOn: '2031-05-02', version: 2 }), errors: [] });
  await edit(server);
  await userEvent.clear(screen.getByLabelText(TASKS.dueDay));
  await userEvent.type(screen.getByLabelText(TASKS.dueDay), '2031-05-02');
  await userEvent.click(screen.getByLabelText(TASKS.allDay));
  expect(screen.getByText(TEXT.moved)).toBeVisible();
  await press(TEXT.moveToo);
  expect(screen.queryByText(TEXT.moved)).toBeNull();
  await press(TASKS.save);
  await waitFor(() => expect(sent('SetRecurrence')).toHaveLength(1));
  expect(sent('UpdateTask')).toEqual([{ id: 'milk', expectedVersion: 1, dueOn: '2031-05-02' }]);
  expect(sent('SetRecurrence')[0]?.recurrence).toMatchObject({
    rule: 'FREQ=DAILY;UNTIL=20310630',
    start: '2031-05-02T00:00:00.000Z',
  });
});

test('another device’s rule and the own are both shown, for a person to choose', async () => {
  const feed = await editDue();
  await choose(TEXT.kind, 'DAILY');
  const theirs = aSeries({ rule: 'FREQ=WEEKLY', summary: 'every week' }, { version: 2 });
  feed.event(about('RECURRENCE_SET', 'one', theirs));
  expect(await screen.findByRole('alert')).toHaveTextContent('every week');
  expect(kind()).toHaveValue('DAILY');
  await press(TASKS.keepMine);
  await press(TASKS.save);
  await waitFor(() =>
    expect(sent('SetRecurrence')[0]).toMatchObject({ expectedVersion: 2, recurrence: { rule: 'FREQ=DAILY' } }),
  );
});

test('a row tells how its task recurs and what is next; a spawned one what it comes from', async () => {
  const series = aSeries({ nextOccurrence: '2031-05-02T09:00:00Z' });
  server.root.tasks = () =>
    page([
      series,
      aTask({ id: 'spawned', title: 'Milk', position: 'a1', spawnedFrom: { __typename: 'Task', id: 'milk' } }),
    ]);
  await edit(server);
  const [row, spawned] = screen.getAllByTestId('task-row');
  expect(row).toHaveTextContent(/every day · next: Fri, May 2, 2031/);
  expect(spawned).toHaveTextContent(TEXT.fromSeries('Buy milk'));
});

test('a day of a series is that day, wherever one is', async () => {
  server.root.tasks = () =>
    page([
      aSeries(
        { timeZone: 'Pacific/Kiritimati', nextOccurrence: '2031-05-01T10:00:00Z' }, // the second of May begins there
        { dueOn: '2031-05-01', dueDate: '2031-04-30T10:00:00Z', allDay: true, timeZone: 'Pacific/Kiritimati' },
      ),
    ]);
  await edit(server);
  expect(screen.getByTestId('task-row')).toHaveTextContent(/Thu, May 1, 2031.*next: Fri, May 2, 2031/);
});
