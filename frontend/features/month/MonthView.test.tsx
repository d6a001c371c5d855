import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { Task } from '@/features/tasks/board';
import { TEXT as TASKS } from '@/features/tasks/text';
import { plusDays } from '@/features/tasks/zone';
import { TEXT as VIEWS } from '@/features/views/text';
import { aServer, connection, open, press } from '@/tests/app';
import { page, refusal, type Server } from '@/tests/server';
import { about, aSeries, aTask } from '@/tests/things';
import { longDay } from './MonthDay';
import { TEXT } from './text';

let server: Server;
let stored: Task;

beforeEach(() => {
  server = aServer();
  stored = aTask({ dueDate: '2031-05-14T10:00:00Z' });
  server.root.tasks = ({ filter }) => page(filter ? [] : [stored]);
  server.root.updateTask = ({ input: { dueDate } }) => {
    stored = { ...stored, dueDate: String(dueDate), version: stored.version + 1 };
    return { task: stored, errors: [] };
  };
  history.replaceState(null, '', '/?view=month&month=2031-05');
});

const cell = (day: string) => document.querySelector(`[data-day="${day}"]`) as HTMLElement;
const on = (day: string) =>
  within(cell(day))
    .queryAllByTestId('month-task')
    .map((task) => task.dataset.taskId);
const saved = () => waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));
const sent = () => server.sent.filter(({ name }) => name === 'UpdateTask').map(({ variables }) => variables.input);

test('a task is moved by days and weeks with the keyboard, and its time of day stays', async () => {
  await open(server);
  expect(on('2031-05-14')).toEqual(['milk']);
  within(cell('2031-05-14')).getByTestId('month-task').focus();
  await userEvent.keyboard('{Alt>}{ArrowRight}{/Alt}');
  await waitFor(() => expect(on('2031-05-15')).toEqual(['milk']));
  expect(screen.getByTestId('month-task')).toHaveFocus();
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  await waitFor(() => expect(on('2031-05-08')).toEqual(['milk']));
  await saved();
  expect(sent().map((input) => input?.dueDate)).toEqual(['2031-05-15T10:00:00.000Z', '2031-05-08T10:00:00.000Z']);
});

test('a task that is moved out of the weeks shown takes the calendar and the focus along', async () => {
  await open(server);
  within(cell('2031-05-14')).getByTestId('month-task').focus();
  for (const day of ['2031-05-21', '2031-05-28', '2031-06-04', '2031-06-11', '2031-06-18']) {
    await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
    await waitFor(() => expect(on(day)).toEqual(['milk']));
    expect(screen.getByTestId('month-task')).toHaveFocus();
  }
  expect(location.search).toBe('?view=month&month=2031-06');
});

test('a task keeps the focus where something else takes it to another day, and leaves it where that went', async () => {
  const feed = await open(server);
  const moved = (day: number, version: number) => {
    stored = { ...stored, dueDate: `2031-05-${day}T10:00:00Z`, version };
    act(() => feed.event(about('TASK_UPDATED', `c${version}`, stored)));
  };
  screen.getByTestId('month-task').focus();
  moved(20, 2);
  await waitFor(() => expect(on('2031-05-20')).toEqual(['milk']));
  expect(screen.getByTestId('month-task')).toHaveFocus();
  await userEvent.click(document.body);
  moved(22, 3);
  await waitFor(() => expect(on('2031-05-22')).toEqual(['milk']));
  expect(document.body).toHaveFocus();
});

test('where others moved it meanwhile, the editor has both', async () => {
  server.root.updateTask = () => ({
    task: { ...stored, dueDate: '2031-05-20T10:00:00Z', version: 2 },
    ...refusal('Changed elsewhere.', 'CONFLICT'),
  });
  await open(server);
  screen.getByTestId('month-task').focus();
  await userEvent.keyboard('{Alt>}{ArrowRight}{/Alt}');
  expect(await screen.findByRole('alert')).toHaveTextContent(TASKS.changedElsewhere);
});

test('months are gone through, and stand in the address', async () => {
  await open(server);
  await press(TEXT.next);
  expect(screen.getByRole('table', { name: /June 2031/ })).toBeVisible();
  expect(location.search).toBe('?view=month&month=2031-06');
  await press(TEXT.thisMonth);
  expect(location.search).toBe('?view=month');
  expect(await screen.findByRole('heading', { level: 1, name: VIEWS.views.month })).toBeVisible();
});

test('a day takes a new task', async () => {
  await open(server);
  await userEvent.click(within(cell('2031-05-20')).getByRole('button'));
  await userEvent.type(screen.getByLabelText(TEXT.title), 'Party{Enter}');
  await waitFor(() =>
    expect(server.sent.at(-1)?.variables.input).toMatchObject({ title: 'Party', dueOn: '2031-05-20' }),
  );
});

test('a series is shown where it comes again', async () => {
  const series = aSeries({}, { title: 'Buy milk' });
  const upcoming = ['2031-05-02T09:00:00Z', '2031-05-03T09:00:00Z'];
  server.root.tasks = ({ filter }) =>
    page([filter ? { ...series, recurrence: { ...series.recurrence, upcoming } } : series]);
  await open(server);
  const again = await screen.findAllByRole('button', { name: TEXT.occurrence('Buy milk') });
  expect(again.map((button) => button.closest('td')?.dataset.day)).toEqual(['2031-05-02', '2031-05-03']);
  expect(on('2031-05-01')).toEqual(['milk']);
});

test('a task that is moved to a busy day is seen there', async () => {
  const many = Array.from({ length: 7 }, (_, index) => aTask({ id: `t${index}`, dueDate: '2031-05-15T09:00:00Z' }));
  server.root.tasks = ({ filter }) => page(filter ? [] : [stored, ...many]);
  await open(server);
  within(cell('2031-05-14')).getByTestId('month-task').focus();
  await userEvent.keyboard('{Alt>}{ArrowRight}{/Alt}');
  await waitFor(() => expect(on('2031-05-15')).toContain('milk'));
  expect(document.activeElement).toHaveAttribute('data-task-id', 'milk');
});

test('clearing the filters leaves the month as it is', async () => {
  history.replaceState(null, '', '/?view=month&month=2031-05&state=open');
  await open(server);
  await press(VIEWS.clearFilters);
  expect(location.search).toBe('?view=month&month=2031-05');
});

/** So many days from one on. */
const daily = (from: string, count: number) =>
  Array.from({ length: count }, (_, day) => `${plusDays(from, day)}T09:00:00Z`);

test('all series are asked for, page by page, and one that is done comes again', async () => {
  const series = ['one', 'two'].map((id) =>
    aSeries({}, { id, title: id === 'one' ? 'Buy milk' : id, completed: id === 'two' }),
  );
  server.root.tasks = ({ filter, after }) => {
    if (!filter) return page(series);
    expect(filter).not.toHaveProperty('completed');
    const [task] = series.slice(after ? 1 : 0);
    return page(
      [{ ...task, recurrence: { ...task?.recurrence, upcoming: daily('2031-05-02', 1) } }],
      after ? null : 'one',
    );
  };
  await open(server);
  expect(await screen.findByRole('button', { name: TEXT.occurrence('Buy milk') })).toBeVisible();
  expect(screen.getByRole('button', { name: TEXT.occurrence('two') })).toBeVisible();
});

test('how far it is known where tasks come again is said, where more is on screen', async () => {
  const series = aSeries({}, { title: 'Buy milk' });
  server.root.tasks = ({ filter }) =>
    page([filter ? { ...series, recurrence: { ...series.recurrence, upcoming: daily('2031-05-02', 100) } } : series]);
  await open(server);
  await screen.findAllByRole('button', { name: TEXT.occurrence('Buy milk') });
  const note = TEXT.unknown(longDay('2031-08-09'));
  expect(screen.queryByText(note)).toBeNull();
  for (const _ of ['June', 'July', 'August']) await press(TEXT.next);
  expect(screen.getByText(note)).toBeVisible();
});

test('where tasks come again is asked for once the server is there', async () => {
  const series = aSeries({}, { title: 'Buy milk' });
  let away = true;
  server.root.tasks = ({ filter }) => {
    if (!filter) return page([series]);
    if (away) throw new Error('It is away.');
    return page([{ ...series, recurrence: { ...series.recurrence, upcoming: daily('2031-05-02', 1) } }]);
  };
  const feed = await open(server);
  await waitFor(() => expect(server.names()).toContain('Occurrences'));
  expect(screen.queryByRole('button', { name: TEXT.occurrence('Buy milk') })).toBeNull();
  server.down = true;
  feed.socket.closes(1006);
  expect(await screen.findByText(TEXT.notAsked)).toBeVisible();
  away = server.down = false;
  expect(await screen.findByRole('button', { name: TEXT.occurrence('Buy milk') }, { timeout: 10_000 })).toBeVisible();
  expect(screen.queryByText(TEXT.notAsked)).toBeNull();
});

test('a busy day shows a few, and the others when asked', async () => {
  const many = Array.from({ length: 7 }, (_, index) =>
    aTask({
      id: `t${index}`,
      title: index ? `Task ${index}` : 'Buy milk',
      dueOn: '2031-05-14',
      dueDate: '2031-05-14T00:00:00Z',
    }),
  );
  server.root.tasks = ({ filter }) => page(filter ? [] : many);
  await open(server);
  expect(on('2031-05-14')).toHaveLength(4);
  await press(TEXT.more(3));
  expect(on('2031-05-14')).toHaveLength(7);
});
