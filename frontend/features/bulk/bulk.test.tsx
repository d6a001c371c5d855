import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Task } from '@/features/tasks/board';
import { TEXT as TASKS } from '@/features/tasks/text';
import { aServer, connection, open, press, rows, ticks } from '@/tests/app';
import { page, refusal, type Server } from '@/tests/server';
import { about, aProject, aTask } from '@/tests/things';
import { TEXT } from './text';

let server: Server;
/** As the server has them. */
let stored: Map<string, Task>;
const CALM = { __typename: 'Label' as const, id: 'calm', name: 'Calm', color: '#0891b2', version: 1 };
const HOME = { __typename: 'Project' as const, id: 'home', name: 'Home', color: '#059669' };

beforeEach(() => {
  server = aServer();
  stored = new Map(
    ['Buy milk', 'Bread', 'Tea', 'Salt'].map((title, index) => {
      const id = title.split(' ').at(-1)?.toLowerCase() ?? '';
      return [id, aTask({ id, title, position: `a${index}`, project: id === 'tea' ? HOME : null })];
    }),
  );
  server.root.tasks = () => page([...stored.values()]);
  server.root.projects = () => page([aProject(), aProject({ id: 'work', name: 'Work', position: 'a1' })]);
  server.root.labels = () => [CALM];
  server.root.changeTasks = ({ input: { ids, ...fields } }) => {
    const tasks = (ids as string[]).map((id) => {
      const task = stored.get(id) ?? aTask();
      const { completed = task.completed, deleted = task.deletedAt !== null } = fields;
      const next = {
        ...task,
        completed: Boolean(completed),
        deletedAt: deleted ? '2026-01-02T10:00:00Z' : null,
        version: task.version + 1,
        ...('projectId' in fields && { project: fields.projectId === 'home' ? HOME : null }),
      };
      stored.set(id, next);
      return next;
    });
    return { tasks, errors: [] };
  };
});

const sent = () => server.sent.filter(({ name }) => name === 'ChangeTasks').map(({ variables }) => variables.input);
const saved = () => waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));
const box = (title: string) => screen.getByRole('checkbox', { name: TEXT.choose(title) });
const shown = () => screen.queryAllByTestId('task-row').map((row) => row.dataset.taskId);

test('several tasks are chosen with the mouse, and deleted at once', async () => {
  await open(server);
  await press(TEXT.start);
  await userEvent.click(box('Buy milk'));
  const user = userEvent.setup();
  await user.keyboard('{Shift>}');
  await user.click(box('Tea'));
  await user.keyboard('{/Shift}');
  expect(screen.getByRole('toolbar')).toHaveTextContent(TEXT.chosen(3));
  expect(box('Bread')).toBeChecked();
  await press(TEXT.remove);
  expect(shown()).toEqual(['salt']);
  expect(screen.queryByRole('toolbar')).toBeNull();
  await saved();
  expect(sent()).toEqual([{ ids: ['milk', 'bread', 'tea'], deleted: true }]);
});

test('by keyboard, arrows go from row to row, x chooses, shift and arrows take a range', async () => {
  await open(server);
  ticks('Buy milk').focus();
  await userEvent.keyboard('{ArrowDown}');
  expect(ticks('Bread')).toHaveFocus();
  await userEvent.keyboard('x');
  expect(box('Bread')).toHaveFocus();
  expect(box('Bread')).toBeChecked();
  await userEvent.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
  expect(screen.getByTestId('announcements')).toHaveTextContent(TEXT.chosen(3));
  await userEvent.keyboard('{Control>}a{/Control}');
  expect(screen.getByRole('toolbar')).toHaveTextContent(TEXT.chosen(4));
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('toolbar')).toBeNull();
  expect(ticks('Salt')).toHaveFocus();
});

test('what is typed chooses nothing', async () => {
  await open(server);
  await userEvent.type(screen.getByTestId('new-task'), 'xx{Control>}a{/Control}');
  expect(screen.queryByRole('toolbar')).toBeNull();
});

test('those that are open are completed, and where all are done they are reopened', async () => {
  stored.set('bread', aTask({ id: 'bread', title: 'Bread', completed: true, completedAt: '2026-01-02T10:00:00Z' }));
  await open(server);
  await press(TEXT.start);
  await press(TEXT.all);
  await press(TEXT.complete);
  await saved();
  expect(sent()).toEqual([{ ids: ['milk', 'tea', 'salt'], completed: true }]);
  await press(TEXT.start);
  await press(TEXT.all);
  expect(screen.getByRole('button', { name: TEXT.reopen })).toBeVisible();
});

test('a refusal takes back what was shown of all', async () => {
  let answer = (_: unknown) => {};
  server.root.changeTasks = () => new Promise((resolve) => (answer = resolve));
  await open(server);
  await press(TEXT.start);
  await press(TEXT.all);
  await press(TEXT.remove);
  expect(shown()).toEqual([]);
  answer({ tasks: [], ...refusal('Not now.') });
  await waitFor(() => expect(rows()).toHaveLength(4));
});

test('tasks are moved to a project', async () => {
  await open(server);
  await press(TEXT.start);
  await press(TEXT.all);
  await press(TEXT.move);
  await userEvent.click(screen.getByRole('menuitem', { name: 'Home' }));
  expect(screen.getByRole('button', { name: 'Home 4' })).toBeVisible();
  await saved();
  expect(sent()).toEqual([{ ids: ['milk', 'bread', 'salt'], projectId: 'home' }]); // the tea was there
  expect(screen.getByRole('region', { name: TASKS.list })).toHaveFocus();
});

test('an answer for many is no news where an event was newer', async () => {
  let answer = (_: unknown) => {};
  server.root.changeTasks = () => new Promise((resolve) => (answer = resolve));
  const feed = await open(server);
  await press(TEXT.start);
  await press(TEXT.all);
  await press(TEXT.complete);
  const newer = aTask({ title: 'Oat milk', completed: true, version: 3 });
  await waitFor(() => expect(sent()).toHaveLength(1));
  feed.event(about('TASK_UPDATED', 'one', newer));
  answer({ tasks: [aTask({ completed: true, version: 2 })], errors: [] });
  await saved();
  expect(screen.getByText('Oat milk', { selector: 'p' })).toBeVisible();
});

test('all are chosen, also those of a long list that are not drawn yet', async () => {
  for (let number = 0; number < 100; number++) {
    stored.set(`t${number}`, aTask({ id: `t${number}`, title: `Task ${number}`, position: `b${number}` }));
  }
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(58);
  await open(server);
  expect(rows().length).toBeLessThan(60);
  await press(TEXT.start);
  await press(TEXT.all);
  expect(screen.getByRole('toolbar')).toHaveTextContent(TEXT.chosen(104));
});
