import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { TEXT as NAMED } from '@/features/named/text';
import { TEXT as VIEWS } from '@/features/views/text';
import { aServer, connection, open, press, rows } from '@/tests/app';
import { page, refusal, type Server } from '@/tests/server';
import { about, aProject, aTask } from '@/tests/things';
import { TEXT } from './text';

let server: Server;

beforeEach(() => {
  server = aServer();
});

test('a new project is there at once, and goes with its event', async () => {
  const feed = await open(server);
  server.root.createProject = ({ input }) => ({ project: aProject({ ...input }), errors: [] });
  await userEvent.click(screen.getByRole('button', { name: TEXT.add }));
  await userEvent.type(screen.getByLabelText(NAMED.name), 'Garden');
  await userEvent.click(screen.getByRole('button', { name: NAMED.save }));
  expect(await screen.findByRole('heading', { name: 'Garden' })).toBeVisible();
  await waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));
  expect(screen.getByRole('heading', { name: 'Garden' })).toBeVisible();
  expect(screen.queryByTestId('task-row')).toBeNull();

  const made = server.sent.at(-1)?.variables.input;
  feed.event(about('PROJECT_DELETED', 'one', String(made?.id)));
  expect(await screen.findByRole('heading', { name: VIEWS.views.all })).toBeVisible();
  await waitFor(() => expect(rows()).toHaveLength(1));
});

test('a project gets another name and colour', async () => {
  server.root.projects = () => page([aProject({ color: '#059669' })]);
  server.root.updateProject = ({ input }) => ({ project: aProject({ ...input, version: 2 }), errors: [] });
  await open(server);
  await press('Home');
  await press(TEXT.edit('Home'));
  expect(screen.getByRole('radio', { name: NAMED.colors['#059669'] })).toBeChecked();
  await userEvent.click(screen.getByRole('radio', { name: NAMED.colors['#c026d3'] }));
  await press(NAMED.save);
  await waitFor(() => expect(server.sent.at(-1)?.variables.input).toEqual({ id: 'home', color: '#c026d3' }));
});

test('a project that a link leads to has no other name while it is loaded', async () => {
  history.replaceState(null, '', '/?view=project&id=home');
  let load = (_: unknown) => {};
  server.root.projects = () => new Promise((resolve) => (load = resolve));
  const opening = open(server, 'Home');
  expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent(VIEWS.loading);
  load(page([aProject()]));
  await opening;
  expect(screen.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
});

test('a project is deleted once that was confirmed, and its tasks are at once without', async () => {
  const { __typename, id, name, color } = aProject();
  server.root.projects = () => page([aProject()]);
  server.root.tasks = () => page([aTask({ project: { __typename, id, name, color } })]);
  let refuse = (_: unknown) => {};
  server.root.deleteProject = () => new Promise((resolve) => (refuse = resolve));
  await open(server);
  await press('Home 1');
  await press(TEXT.remove('Home'));
  expect(screen.getByRole('dialog')).toHaveTextContent(TEXT.removed(1));
  await press(TEXT.cancel);
  expect(server.names()).not.toContain('DeleteProject');

  await press(TEXT.remove('Home'));
  await press(TEXT.removeIt);
  const all = await screen.findByRole('heading', { name: VIEWS.views.all });
  await waitFor(() => expect(all).toHaveFocus());
  refuse({ project: null, ...refusal('Not now.') });
  expect(await screen.findByRole('heading', { name: 'Home' })).toBeVisible();

  server.root.deleteProject = () => ({ project: null, errors: [] });
  await press(TEXT.remove('Home'));
  await press(TEXT.removeIt);
  await waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));
  expect(screen.queryByText('Home')).toBeNull();
  expect(rows()).toHaveLength(1);
});

test('an archived project is in a folded group, and can be brought back', async () => {
  server.root.projects = () => page([aProject(), aProject({ id: 'old', name: 'Old', position: 'a1', archived: true })]);
  let version = 1;
  server.root.updateProject = ({ input }) => {
    version += 1;
    return { project: aProject({ ...input, version }), errors: [] };
  };
  await open(server);
  const group = screen.getByText(`${TEXT.archived} · 1`).closest('details') as HTMLElement;
  expect(group).not.toHaveAttribute('open');
  expect(within(group).getByText('Old')).toBeInTheDocument();
  await press('Home');
  await press(TEXT.archive('Home'));
  expect(await within(group).findByText('Home')).toBeInTheDocument();
  await press(TEXT.unarchive('Home'));
  await waitFor(() => expect(within(group).queryByText('Home')).toBeNull());
  await waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));
});
