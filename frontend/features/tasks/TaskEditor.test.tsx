import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { toast } from 'sonner';
import { beforeEach, expect, test, vi } from 'vitest';
import { TEXT as LABELS } from '@/features/labels/text';
import { RefusedChanges } from '@/features/refused/RefusedChanges';
import { TEXT as REMINDERS } from '@/features/reminders/text';
import { aServer, asks, edit, open, press } from '@/tests/app';
import { page, refusal, type Server } from '@/tests/server';
import { about, aReminder, aTask } from '@/tests/things';
import { TEXT } from './text';

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn() }), usePathname: () => '/' }));

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

test.each([
  ['Escape', () => userEvent.keyboard('{Escape}')],
  ['a button', () => press(TEXT.cancel)],
])('what is given up by %s can be had back', async (_, leave) => {
  await edit(server);
  await userEvent.type(screen.getByLabelText(TEXT.description), 'Two litres');
  await leave();
  expect(screen.queryByRole('dialog')).toBeNull();
  const { title, action } = toast.getHistory().at(-1) as {
    title: string;
    action?: { onClick: (event: never) => void };
  };
  expect(title).toBe(TEXT.givenUp('Buy milk'));
  await press(TEXT.edit('Buy milk'));
  expect(screen.getByLabelText(TEXT.description)).toHaveValue('');
  await press(TEXT.cancel);
  act(() => action?.onClick(undefined as never));
  expect(screen.getByLabelText(TEXT.description)).toHaveValue('Two litres');
});

test('what is not given up, as its maker is signed out elsewhere, is there once they are back', async () => {
  const feed = await edit(server);
  await userEvent.type(screen.getByLabelText(TEXT.description), 'Two litres');
  server.signedIn = false;
  feed.socket.closes(4403);
  await userEvent.type(await screen.findByLabelText('Email'), 'ana@example.org');
  await userEvent.type(screen.getByLabelText('Password'), 'right');
  server.root.logIn = () => server.admits();
  await press('Log in');
  expect(await screen.findByLabelText(TEXT.description)).toHaveValue('Two litres');
  await press(TEXT.save);
  await waitFor(() => expect(server.sent.at(-1)?.variables.input).toMatchObject({ description: 'Two litres' }));
  expect(sessionStorage).toHaveLength(0);
});

test('a clash that is found while something else is written opens nothing over it', async () => {
  server.root.updateTask = () => new Promise((resolve) => (answer = resolve));
  let answer = (_: unknown) => {};
  await open(server, 'Buy milk', <RefusedChanges />);
  await press(TEXT.edit('Buy milk'));
  await userEvent.type(screen.getByLabelText(TEXT.title), '!');
  await press(TEXT.save);
  await userEvent.type(screen.getByTestId('new-task'), 'Brea');
  answer({ task: aTask({ title: 'Soy milk', version: 2 }), ...refusal('Changed elsewhere.', 'CONFLICT') });
  expect(await screen.findByTestId('refused')).toHaveTextContent('Buy milk!');
  await userEvent.keyboard('d');
  expect(screen.getByTestId('new-task')).toHaveValue('Bread');
  expect(screen.queryByRole('dialog')).toBeNull();
});

const inputs = (name: string) => server.sent.filter((one) => one.name === name).map(({ variables }) => variables.input);

test('what is typed to be added is saved with the rest', async () => {
  server.root.createLabel = ({ input }) => ({ label: { __typename: 'Label', version: 1, ...input }, errors: [] });
  server.root.createReminder = ({ input: { id } }) => ({ reminder: aReminder({ id: String(id) }), errors: [] });
  await edit(server);
  await userEvent.type(screen.getByLabelText(TEXT.addSubtask), ' Oat milk');
  await userEvent.type(screen.getByLabelText(LABELS.addNamed), 'shop ');
  await userEvent.click(screen.getByText(REMINDERS.another));
  await userEvent.type(screen.getByLabelText(REMINDERS.at), '2031-04-30T12:00');
  expect(asks()).toBe(true);
  await press(TEXT.save);
  await waitFor(() => expect(inputs('CreateTask')).toMatchObject([{ title: 'Oat milk', parentId: 'milk' }]));
  const [label] = inputs('CreateLabel');
  expect(label).toMatchObject({ name: 'shop' });
  expect(inputs('UpdateTask')).toMatchObject([{ id: 'milk', labelIds: [label?.id] }]);
  expect(inputs('CreateReminder')).toMatchObject([{ taskId: 'milk', remindAt: '2031-04-30T12:00:00.000Z' }]);
});

test('a moment that is typed is added by Enter, and the editor stays', async () => {
  await edit(server);
  await userEvent.click(screen.getByText(REMINDERS.another));
  await userEvent.type(screen.getByLabelText(REMINDERS.at), '2031-04-30T12:00{Enter}');
  expect(screen.getByRole('group', { name: REMINDERS.heading })).toHaveTextContent('Apr 30, 2031');
  expect(screen.getByLabelText(REMINDERS.at)).toHaveValue('');
  expect(inputs('UpdateTask')).toEqual([]);
});

test('what stands in the way of saving is shown, where it was folded away too', async () => {
  await edit(server);
  const folded = screen.getByText(REMINDERS.another).closest('details');
  await userEvent.click(screen.getByText(REMINDERS.another));
  await userEvent.type(screen.getByLabelText(REMINDERS.at), '2020-01-01T10:00');
  await userEvent.click(screen.getByText(REMINDERS.another));
  expect(folded).not.toHaveAttribute('open');
  await press(TEXT.save);
  expect(screen.getByRole('dialog')).toBeVisible();
  expect(folded).toHaveAttribute('open');
  expect(screen.getByLabelText(REMINDERS.at)).toHaveFocus();
});

test('a hint belongs to its field', async () => {
  server.root.tasks = () =>
    page([aTask({ timeZone: 'Asia/Tokyo', dueOn: '2031-05-01', dueDate: '2031-04-30T15:00:00Z' })]);
  await edit(server);
  expect(screen.getByLabelText(TEXT.dueTime)).toHaveAccessibleDescription(TEXT.inZone('Asia/Tokyo', null));
});
