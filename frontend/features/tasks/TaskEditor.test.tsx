import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { aServer, asks, edit, press } from '@/tests/app';
import { page, refusal, type Server } from '@/tests/server';
import { about, aTask } from '@/tests/things';
import { TEXT } from './text';

let server: Server;

beforeEach(() => {
  server = aServer();
});

test('the editor follows what others change, but for what is changed in it', async () => {
  const feed = await edit(server);
  await userEvent.type(screen.getByLabelText(TEXT.title), ' and bread');
  feed.event(about('TASK_UPDATED', 'one', aTask({ description: 'Two litres', version: 2 })));
  await waitFor(() => expect(screen.getByLabelText(TEXT.description)).toHaveValue('Two litres'));
  expect(screen.getByLabelText(TEXT.title)).toHaveValue('Buy milk and bread');
  await press(TEXT.save);
  await waitFor(() => expect(server.names()).toContain('UpdateTask'));
  const sent = { id: 'milk', expectedVersion: 2, title: 'Buy milk and bread' };
  expect(server.sent.at(-1)?.variables.input).toEqual(sent);
});

test.each([
  [TEXT.keepMine, 'Buy milk!'],
  [TEXT.takeTheirs, 'Soy milk'],
])('where both changed a field both are shown: %s', async (choice, title) => {
  const feed = await edit(server);
  await userEvent.type(screen.getByLabelText(TEXT.title), '!');
  feed.event(about('TASK_UPDATED', 'one', aTask({ title: 'Soy milk', version: 2 })));
  expect(await screen.findByRole('alert')).toHaveTextContent('Soy milk');
  expect(screen.getByLabelText(TEXT.title)).toHaveValue('Buy milk!');
  expect(screen.getByRole('button', { name: TEXT.save })).toBeDisabled();
  await press(choice);
  expect(screen.getByLabelText(TEXT.title)).toHaveValue(title);
  expect(screen.queryByRole('alert')).toBeNull();
  await press(TEXT.save);
  expect(await screen.findByText(title, { selector: 'p' })).toBeVisible();
});

test('an edit that others were quicker than opens again, with both', async () => {
  await edit(server);
  server.root.updateTask = () => ({
    task: aTask({ title: 'Soy milk', version: 2 }),
    ...refusal('Changed elsewhere.', 'CONFLICT'),
  });
  await userEvent.type(screen.getByLabelText(TEXT.title), '!');
  await press(TEXT.save);
  expect(await screen.findByRole('alert')).toHaveTextContent('Soy milk');
  expect(screen.getByLabelText(TEXT.title)).toHaveValue('Buy milk!');
});

test('a task that is deleted while it is edited can be restored with what was written', async () => {
  const feed = await edit(server);
  server.root.restoreTask = () => ({ task: aTask({ version: 3 }), errors: [] });
  await userEvent.type(screen.getByLabelText(TEXT.title), '!');
  feed.event(about('TASK_DELETED', 'one', aTask({ deletedAt: '2026-01-02T10:00:00Z', version: 2 })));
  expect(await screen.findByRole('alert')).toHaveTextContent(TEXT.deletedElsewhere);
  await press(TEXT.restoreAndSave);
  expect(await screen.findByText('Buy milk!')).toBeVisible();
  await waitFor(() => expect(server.names().slice(-2)).toEqual(['RestoreTask', 'UpdateTask']));
});

test('what is typed in the editor is not lost to a closed tab', async () => {
  await edit(server);
  expect(asks()).toBe(false);
  await userEvent.type(screen.getByLabelText(TEXT.title), '!');
  expect(asks()).toBe(true);
});

test('a hint belongs to its field', async () => {
  server.root.tasks = () =>
    page([aTask({ timeZone: 'Asia/Tokyo', dueOn: '2031-05-01', dueDate: '2031-04-30T15:00:00Z' })]);
  await edit(server);
  expect(screen.getByLabelText(TEXT.dueTime)).toHaveAccessibleDescription(TEXT.inZone('Asia/Tokyo', null));
});
