import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { TEXT as VIEWS } from '@/features/views/text';
import { aServer, open, rows } from '@/tests/app';
import { page } from '@/tests/server';
import { aProject, aTask } from '@/tests/things';
import { isTyping } from '@/ui/isTyping';
import { keepUndo } from '@/ui/undo';
import { Commands } from './Commands';
import { Sequence } from './keys';
import { TEXT } from './text';

const router = { push: vi.fn() };
vi.mock('next/navigation', () => ({ usePathname: () => '/', useRouter: () => router }));

beforeEach(async () => {
  localStorage.clear();
  router.push.mockClear();
  const server = aServer();
  server.root.tasks = () => page([aTask(), aTask({ id: 'rent', title: 'Pay the rent', completed: true })]);
  server.root.projects = () => page([aProject({ name: 'Garden' })]);
  await open(server, 'Buy milk', <Commands />);
});

const heading = (name: string) => screen.findByRole('heading', { level: 1, name });
const keys = (text: string) => userEvent.keyboard(text);
const palette = () => screen.findByRole('dialog', { name: TEXT.palette });

test('keys go from view to view, and into the fields', async () => {
  await keys('gt');
  await heading(VIEWS.views.today);
  await keys('ga');
  await heading(VIEWS.views.all);
  await keys('n');
  const field = screen.getByTestId('new-task');
  expect(field).toHaveFocus();
  expect(field).toHaveValue('');
  await keys('gt?/');
  expect(field).toHaveValue('gt?/');
  expect(screen.queryByRole('dialog')).toBeNull();
  await userEvent.click(document.body);
  await keys('/');
  expect(screen.getByRole('searchbox')).toHaveFocus();
  (document.activeElement as HTMLElement).blur();
  await keys('j');
  expect(rows()[0]).toContainElement(document.activeElement as HTMLElement);
  await keys('gs');
  expect(router.push).toHaveBeenCalledWith('/settings/');
});

test('the palette finds commands, lists and tasks by parts of their names', async () => {
  await keys('{Control>}k{/Control}');
  const dialog = within(await palette());
  expect(dialog.getByText(TEXT.newTask)).toBeVisible();
  expect(dialog.queryByText('Buy milk')).toBeNull();
  await keys('gard');
  expect(dialog.getAllByRole('option')).toHaveLength(1);
  await keys('{Enter}');
  await heading('Garden');
  await keys('{Control>}k{/Control}');
  await palette();
  await keys('pay ren');
  expect(await screen.findByRole('option', { name: 'Pay the rent' })).toBeVisible();
  await keys('zzz');
  expect(screen.getByText(TEXT.nothing)).toBeVisible();
  await keys('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('a task that is found is opened', async () => {
  await keys('{Control>}k{/Control}');
  await palette();
  await keys('milk{Enter}');
  expect(await screen.findByDisplayValue('Buy milk')).toBeVisible();
});

test('z undoes, and so does Ctrl+Z; in a field that is its own', async () => {
  const done = vi.fn();
  keepUndo('Done.', done);
  await keys('n{Control>}z{/Control}z');
  expect(done).not.toHaveBeenCalled();
  await userEvent.click(document.body);
  await keys('{Control>}z{/Control}');
  expect(done).toHaveBeenCalledOnce();
  keepUndo('Done again.', done);
  await keys('z');
  expect(done).toHaveBeenCalledTimes(2);
});

test('the palette is not opened over another dialog', async () => {
  await keys('je');
  await screen.findByDisplayValue('Buy milk');
  await keys('{Control>}k{/Control}');
  expect(screen.getAllByRole('dialog')).toHaveLength(1);
  expect(screen.queryByRole('dialog', { name: TEXT.palette })).toBeNull();
});

test('all keys are shown, and those of a single key can be switched off', async () => {
  await keys('?');
  const dialog = within(await screen.findByRole('dialog', { name: TEXT.shortcuts }));
  for (const key of ['n', '/', '?', 'x', 'z', 'Space', 'Alt+←/→', 'Ctrl/⌘+A', 'Ctrl/⌘+Z'])
    expect(dialog.getByText(key)).toBeVisible();
  await userEvent.click(dialog.getByRole('checkbox', { name: TEXT.single }));
  await keys('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await keys('?n');
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(screen.getByTestId('new-task')).not.toHaveFocus();
  await keys('{Control>}k{/Control}');
  await palette();
});

test('keys of one row edit and delete it', async () => {
  await keys('je');
  expect(await screen.findByDisplayValue('Buy milk')).toBeVisible();
});

test('a sequence is complete with its last key, unless that took too long', () => {
  const sequence = new Sequence();
  const bindings = ['g t', 'n', 't'];
  expect(sequence.take('g', bindings, 0)).toBeNull();
  expect(sequence.take('t', bindings, 1_000)).toBe('g t');
  expect(sequence.take('t', bindings, 1_100)).toBe('t');
  expect(sequence.take('g', bindings, 2_000)).toBeNull();
  expect(sequence.take('t', bindings, 9_000)).toBe('t');
  expect(sequence.take('g', bindings, 9_100)).toBeNull();
  expect(sequence.take('n', bindings, 9_200)).toBe('n');
  expect(sequence.take('g', bindings, 9_300)).toBeNull();
  expect(sequence.take('g', bindings, 9_400)).toBeNull();
  expect(sequence.take('t', bindings, 9_500)).toBe('g t');
});

test.each([
  ['<input>', true],
  ['<input type="checkbox">', false],
  ['<textarea></textarea>', true],
  ['<button></button>', false],
])('whether one types into %s', (html, types) => {
  const place = document.createElement('div');
  place.innerHTML = html;
  expect(isTyping(place.firstElementChild)).toBe(types);
});
