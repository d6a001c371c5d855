import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { nextColor } from '@/features/named/colors';
import { TEXT as NAMED } from '@/features/named/text';
import type { Label } from '@/features/tasks/board';
import { TEXT as TASKS } from '@/features/tasks/text';
import { TEXT as VIEWS } from '@/features/views/text';
import { aServer, connection, open, press, rows } from '@/tests/app';
import { page, refusal, type Server } from '@/tests/server';
import { about, aTask } from '@/tests/things';
import { TEXT } from './text';

let server: Server;
const calm = (but: Partial<Label> = {}): Label => ({
  __typename: 'Label',
  id: 'calm',
  name: 'Calm',
  color: '#0891b2',
  version: 1,
  ...but,
});

beforeEach(() => {
  server = aServer();
  server.root.labels = () => [calm()];
  server.root.tasks = () => page([aTask({ labels: [calm()] }), aTask({ id: 'tea', title: 'Tea', position: 'a1' })]);
});

const saved = () => waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));

test('a new label is there at once, with the colour that was chosen, and tasks added to it have it', async () => {
  server.root.createLabel = ({ input }) => ({ label: calm({ ...input }), errors: [] });
  await open(server);
  await press(TEXT.add);
  await userEvent.type(screen.getByLabelText(NAMED.name), 'Errand');
  await userEvent.click(screen.getByRole('radio', { name: NAMED.colors['#059669'] }));
  await press(NAMED.save);
  expect(await screen.findByRole('heading', { level: 1, name: 'Errand' })).toBeVisible();
  const made = server.sent.at(-1)?.variables.input;
  expect(made).toMatchObject({ name: 'Errand', color: '#059669' });
  await userEvent.type(screen.getByTestId('new-task'), 'Post{Enter}');
  await saved();
  expect(server.sent.at(-1)?.variables.input).toMatchObject({ title: 'Post', labelIds: [made?.id] });
});

test('a label is renamed and recoloured, and its tasks with it', async () => {
  server.root.updateLabel = ({ input }) => ({ label: calm({ ...input, version: 2 }), errors: [] });
  await open(server);
  await press('Calm 1');
  expect(rows()).toHaveLength(1);
  await press(TEXT.edit('Calm'));
  await userEvent.clear(screen.getByLabelText(NAMED.name));
  await userEvent.type(screen.getByLabelText(NAMED.name), 'Slow');
  await press(NAMED.save);
  expect(await screen.findByRole('heading', { level: 1, name: 'Slow' })).toBeVisible();
  expect(rows()[0]).toHaveTextContent('Slow');
  await saved();
  expect(server.sent.at(-1)?.variables.input).toEqual({ id: 'calm', name: 'Slow' });
});

test('a label is deleted once that was confirmed; refused, it is back', async () => {
  let answer = (_: unknown) => {};
  server.root.deleteLabel = () => new Promise((resolve) => (answer = resolve));
  await open(server);
  await press('Calm 1');
  await press(TEXT.remove('Calm'));
  expect(screen.getByRole('dialog')).toHaveTextContent(TEXT.removed(1));
  await press(TEXT.removeIt);
  expect(await screen.findByRole('heading', { level: 1, name: VIEWS.views.all })).toBeVisible();
  expect(rows()).toHaveLength(2);
  expect(screen.queryByText('Calm')).toBeNull();
  answer({ label: null, ...refusal('Not now.') });
  expect(await screen.findByRole('heading', { level: 1, name: 'Calm' })).toBeVisible();
});

test('the editor gives a task labels, also one that is made there', async () => {
  server.root.createLabel = ({ input }) => ({ label: calm({ ...input }), errors: [] });
  server.root.updateTask = () => ({ task: aTask({ id: 'tea', title: 'Tea', version: 2 }), errors: [] });
  await open(server);
  await press(TASKS.edit('Tea'));
  const labels = within(screen.getByRole('group', { name: TEXT.heading }));
  await userEvent.click(labels.getByRole('checkbox', { name: 'Calm' }));
  await userEvent.type(labels.getByLabelText(TEXT.addNamed), 'Errand{Enter}');
  expect(labels.getByRole('checkbox', { name: 'Errand' })).toBeChecked();
  await press(TASKS.save);
  await saved();
  const made = server.sent.find(({ name }) => name === 'CreateLabel')?.variables.input;
  const labelIds = ['calm', String(made?.id)].sort();
  expect(server.sent.at(-1)?.variables.input).toEqual({ id: 'tea', expectedVersion: 1, labelIds });
});

test('where both changed the labels, theirs are named', async () => {
  server.root.labels = () => [calm(), calm({ id: 'home', name: 'At home' })];
  const feed = await open(server);
  await press(TASKS.edit('Buy milk'));
  await userEvent.click(screen.getByRole('checkbox', { name: 'Calm' }));
  feed.event(about('TASK_UPDATED', 'one', aTask({ labels: [calm({ id: 'home', name: 'At home' })], version: 2 })));
  expect(await screen.findByRole('alert')).toHaveTextContent('At home');
});

test('each new label gets a colour that no other has, while there is one', () => {
  const used: string[] = [];
  for (let number = 0; number < 7; number++) used.push(nextColor(used));
  expect(new Set(used).size).toBe(7);
  expect(used).not.toContain('#64748b');
  expect(used).toContain(nextColor(used));
});
