import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { GraphQLError } from 'graphql';
import { beforeEach, expect, test, vi } from 'vitest';
import { RefusedChanges } from '@/features/refused/RefusedChanges';
import { SignedIn } from '@/features/session/SignedIn';
import { Board } from '@/features/tasks/Board';
import { TEXT as TASKS } from '@/features/tasks/text';
import { aServer, connection, open, press, rows } from '@/tests/app';
import { page, refusal, type Server } from '@/tests/server';
import { aProject, aReminder, aTask } from '@/tests/things';
import { TEXT } from './text';

const RENT = 'Pay rent every month on the 1st at 9 #home !high';

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn() }), usePathname: () => '/' }));

let server: Server;

beforeEach(() => {
  server = aServer();
  server.root.projects = () => page([aProject()]);
  server.root.previewRecurrence = ({ start }) => [start, '2031-06-01T09:00:00Z'];
});

const field = () => screen.getByTestId('new-task');
/** At once: a key at a time takes its time where the machine is busy. */
const write = async (text: string) => {
  await userEvent.click(field());
  await userEvent.paste(text);
};
const chips = () => screen.queryAllByTestId('chip').map((chip) => `${chip.dataset.kind}: ${said(chip)}`);
const said = (chip: HTMLElement) => chip.textContent?.replace(/^(?!New)\w+: /, '');
const takeBack = (kind: keyof typeof TEXT.kinds, words: string) => TEXT.takeBack(TEXT.what(TEXT.kinds[kind]) + words);
const take = (kind: keyof typeof TEXT.kinds, words: string) => press(takeBack(kind, words));
/** The server takes its time over new tasks, until this is called. */
function slowly(): () => void {
  const create = server.root.createTask;
  let answers = () => {};
  const asked = new Promise<void>((resolve) => {
    answers = resolve;
  });
  server.root.createTask = async (args) => {
    await asked;
    return create?.(args);
  };
  return answers;
}

const sent = (name: string) => server.sent.filter((one) => one.name === name).map(({ variables }) => variables.input);

test('what is typed shows as chips, with what the server says comes next, and is saved so', async () => {
  const answer = slowly();
  await open(server);
  await write(RENT);
  expect(chips()).toEqual([
    'repeats: every month on the 1st',
    expect.stringMatching(/^time: 9:00/),
    'project: Home',
    'priority: High',
  ]);
  expect(screen.getByTestId('new-title')).toHaveTextContent('Title: Pay rent');
  const next = await screen.findByRole('status', { name: /Next/ });
  await waitFor(() => expect(within(next).getAllByRole('listitem')).toHaveLength(2));
  expect(within(next).getAllByRole('listitem')[1]).toHaveTextContent('2031');

  await userEvent.keyboard('{Enter}');
  const row = rows().at(-1) as HTMLElement;
  expect(row).toHaveTextContent('Pay rent');
  expect(row).toHaveTextContent(TASKS.priorities.HIGH);
  expect(row).toHaveTextContent('Home');
  expect(row).toHaveTextContent('repeats');
  answer();
  expect(field()).toHaveValue('');
  expect(chips()).toEqual([]);
  await waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));
  const [input] = sent('CreateTask');
  expect(input).toEqual({
    id: expect.any(String),
    title: 'Pay rent',
    priority: 'HIGH',
    projectId: 'home',
    dueDate: expect.stringMatching(/-01T/),
    timeZone: 'UTC',
    recurrence: { rule: 'FREQ=MONTHLY;BYMONTHDAY=1', mode: 'SCHEDULE', missed: 'LATEST' },
  });
  const preview = server.sent.filter(({ name }) => name === 'PreviewRecurrence').at(-1)?.variables;
  expect(preview).toMatchObject({ rule: 'FREQ=MONTHLY;BYMONTHDAY=1', start: input?.dueDate, allDay: false });
});

test('a plain title is sent as that, and asks the server for nothing else', async () => {
  await open(server);
  await write('Read the Sunday paper');
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(sent('CreateTask')).toEqual([{ id: expect.any(String), title: 'Read the Sunday paper' }]));
  expect(server.names()).not.toContain('PreviewRecurrence');
});

test('a chip that is taken back leaves its words in the title, by the keyboard too', async () => {
  await open(server);
  await write('Watch Friday the 13th tomorrow #home !low');
  expect(chips()).toEqual(['date: Tomorrow', 'project: Home', 'priority: Low']);
  await take('date', 'Tomorrow');
  expect(chips()).toEqual(['project: Home', 'priority: Low']);
  expect(field()).toHaveFocus();
  await userEvent.tab(); // past the help
  await userEvent.tab();
  expect(screen.getByRole('button', { name: takeBack('project', 'Home') })).toHaveFocus();
  await userEvent.keyboard(' ');
  expect(field()).toHaveFocus();
  await write(' now');
  await userEvent.keyboard('{Enter}');
  await waitFor(() =>
    expect(sent('CreateTask')).toEqual([
      { id: expect.any(String), title: 'Watch Friday the 13th tomorrow #home now', priority: 'LOW' },
    ]),
  );
  await write('Call mum tomorrow');
  expect(chips()).toEqual(['date: Tomorrow']); // it was one line that was meant
});

test('names that are new are made before the task', async () => {
  const answer = slowly();
  server.root.createProject = ({ input }) => ({ project: aProject({ ...input, version: 1 }), errors: [] });
  server.root.createLabel = ({ input }) => ({
    label: { __typename: 'Label', version: 1, ...input },
    errors: [],
  });
  await open(server);
  await write('Fix the gate #garden @tools');
  expect(chips()).toEqual([`project: ${TEXT.newProject('garden')}`, `label: ${TEXT.newLabel('tools')}`]);
  await userEvent.keyboard('{Enter}');
  expect(rows().at(-1)).toHaveTextContent('garden');
  expect(rows().at(-1)).toHaveTextContent('tools');
  answer();
  await waitFor(() => expect(connection()).toHaveAttribute('data-waiting', '0'));
  const [project] = sent('CreateProject');
  const [label] = sent('CreateLabel');
  expect(project).toMatchObject({ name: 'garden' });
  expect(sent('CreateTask')).toMatchObject([{ title: 'Fix the gate', projectId: project?.id, labelIds: [label?.id] }]);
  expect(server.names().filter((name) => name.startsWith('Create'))).toEqual([
    'CreateProject',
    'CreateLabel',
    'CreateTask',
  ]);

  await write('Mow #GARDEN');
  expect(chips()).toEqual(['project: garden']);
});

test('a reminder goes along', async () => {
  const answer = slowly();
  server.root.createReminder = ({ input: { id } }) => ({ reminder: aReminder({ id: String(id) }), errors: [] });
  await open(server);
  await write('Call mum 2031-05-01 at 9 remind me 10 minutes before');
  await userEvent.keyboard('{Enter}');
  expect(rows().at(-1)).toHaveTextContent('reminds');
  answer();
  await waitFor(() => expect(sent('CreateReminder')).toHaveLength(1));
  const [task] = sent('CreateTask');
  expect(task).toMatchObject({ title: 'Call mum' });
  expect(sent('CreateReminder')).toMatchObject([{ taskId: task?.id, beforeDue: 'PT10M' }]);
});

test('a rule that the server refuses is not sent, and it is said why', async () => {
  const message = 'By this rule nothing happens.';
  server.root.previewRecurrence = () => {
    throw new GraphQLError(message, { extensions: { code: 'INVALID_INPUT' } });
  };
  await open(server);
  await write('Nothing every year on feb 30');
  expect(await screen.findByRole('alert')).toHaveTextContent(TEXT.refused(message));
  expect(field()).toHaveAccessibleDescription(TEXT.refused(message));
  await userEvent.keyboard('{Enter}');
  expect(field()).toHaveValue('Nothing every year on feb 30');
  expect(sent('CreateTask')).toEqual([]);
  await take('repeats', 'every year on February 30');
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(sent('CreateTask')).toMatchObject([{ title: 'Nothing every year on feb 30' }]));
});

test('a line that could not be saved stands in its card, and in the field it would be sent twice', async () => {
  server.root.createTask = () => ({ task: null, ...refusal('Too many tasks.', 'LIMIT_EXCEEDED') });
  await open(server, 'Buy milk', <RefusedChanges />);
  await write('Call mum tomorrow');
  await userEvent.keyboard('{Enter}');
  expect(await screen.findByTestId('refused')).toHaveTextContent('Call mum');
  expect(field()).toHaveValue('');
});

test('what is too long for a title is neither cut nor sent, and it is said', async () => {
  await open(server);
  await write('y'.repeat(600));
  expect(field()).toHaveValue('y'.repeat(600));
  expect(screen.getByRole('alert')).toHaveTextContent(TEXT.tooLong(600, 500));
  await userEvent.keyboard('{Enter}');
  expect(field()).toHaveValue('y'.repeat(600));
  expect(sent('CreateTask')).toEqual([]);
  await userEvent.clear(field());
  await write(`Sweep #${'p'.repeat(101)}`); // which is no name for a project
  expect(chips()).toEqual([]);
});

test('a line waits until it is known which names there are', async () => {
  let load = () => {};
  const loading = new Promise<void>((resolve) => (load = resolve));
  server.root.projects = async () => {
    await loading;
    return page([aProject()]);
  };
  render(
    <SignedIn>
      <Board />
    </SignedIn>,
  );
  await screen.findByTestId('new-task');
  await write('Buy soap #home !high');
  expect(chips()).toEqual(['priority: High']);
  await userEvent.keyboard('{Enter}');
  expect(screen.getByText(TEXT.held)).toBeVisible();
  expect(field()).toHaveValue('Buy soap #home !high');
  load();
  await waitFor(() => expect(sent('CreateTask')).toMatchObject([{ title: 'Buy soap', projectId: 'home' }]));
  expect(sent('CreateProject')).toEqual([]);
  expect(field()).toHaveValue('');
  expect(screen.queryByText(TEXT.held)).toBeNull();
});

test('a reminder that is taken away before its task is saved never rings', async () => {
  const answer = slowly();
  server.root.createReminder = ({ input: { id } }) => ({ reminder: aReminder({ id: String(id) }), errors: [] });
  server.root.cancelReminder = ({ input: { id } }) => ({
    reminder: aReminder({ id: String(id), status: 'CANCELLED', version: 2 }),
    errors: [],
  });
  await open(server);
  await write('Call mum 2031-05-01 at 9 remind me 10 minutes before');
  await userEvent.keyboard('{Enter}');
  await press(TASKS.edit('Call mum'));
  await userEvent.click(screen.getByRole('button', { name: /^Remove the reminder/ }));
  await press(TASKS.save);
  answer();
  await waitFor(() => expect(sent('CancelReminder')).toHaveLength(1));
  expect(sent('CancelReminder')[0]?.id).toBe(sent('CreateReminder')[0]?.id);
});

test('while the server is away a line is understood all the same', async () => {
  const feed = await open(server);
  server.down = true;
  feed.socket.closes(1006);
  await write('Water plants every friday !1');
  await userEvent.keyboard('{Enter}');
  expect(rows().at(-1)).toHaveTextContent('Water plants');
  expect(rows().at(-1)).toHaveTextContent(TASKS.waiting);
  server.down = false;
  window.dispatchEvent(new Event('online'));
  await waitFor(() =>
    expect(sent('CreateTask').at(-1)).toMatchObject({ recurrence: { rule: 'FREQ=WEEKLY;BYDAY=FR' } }),
  );
});

test('a task stays in the project that is open, unless it names another', async () => {
  server.root.projects = () => page([aProject(), aProject({ id: 'work', name: 'Work', position: 'a1' })]);
  server.root.tasks = () => page([aTask({ project: aProject() })]);
  await open(server);
  await userEvent.click(screen.getByRole('button', { name: /^Home/ }));
  await write('One');
  await userEvent.keyboard('{Enter}');
  await write('Two #work');
  await userEvent.keyboard('{Enter}');
  await waitFor(() =>
    expect(sent('CreateTask')).toMatchObject([{ projectId: 'home' }, { title: 'Two', projectId: 'work' }]),
  );
});

test('a line that was begun is there after a visit elsewhere', async () => {
  await open(server);
  await write('Call mum tomorrow');
  await press('Trash');
  expect(screen.queryByTestId('new-task')).toBeNull();
  await userEvent.click(screen.getAllByRole('button', { name: /^All/ })[0] as HTMLElement);
  expect(field()).toHaveValue('Call mum tomorrow');
  expect(chips()).toEqual(['date: Tomorrow']);
});

test('what can be typed is told', async () => {
  await open(server);
  await press(TEXT.help);
  expect(await screen.findByRole('dialog', { name: TEXT.help })).toHaveTextContent('every weekday');
});
