import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { SignedIn } from '@/features/session/SignedIn';
import { TEXT as SESSION } from '@/features/session/text';
import { Board } from '@/features/tasks/Board';
import { aServer, press } from '@/tests/app';
import { aDevice, left } from '@/tests/device';
import { refusal, type Server, VIEWER } from '@/tests/server';
import { ApiSection } from './ApiSection';
import { DeleteSection } from './DeleteSection';
import { PasswordSection } from './PasswordSection';
import { ProfileSection } from './ProfileSection';
import { browserName, SessionsSection } from './SessionsSection';
import { TimeZoneQuestion } from './TimeZoneQuestion';
import { TEXT } from './text';
import { sameClock, zones } from './zones';

let server: Server;

beforeEach(() => {
  localStorage.clear();
  server = aServer();
});

async function open(section: React.ReactNode) {
  const view = render(<SignedIn>{section}</SignedIn>);
  await server.subscribed.take();
  return view;
}

const at = (field: string, message = 'No.') => ({ errors: [{ code: 'INVALID_INPUT', message, field: [field] }] });
const input = () => server.sent.at(-1)?.variables.input;

test('of the profile, what was touched is saved, and what is refused stays at its field', async () => {
  await open(<ProfileSection />);
  const name = await screen.findByLabelText(TEXT.name);
  expect(screen.getByRole('button', { name: TEXT.save })).toBeDisabled();
  server.root.updateViewer = () => ({ user: null, ...at('name', 'Too long.') });
  await userEvent.type(name, ' Berg');
  await press(TEXT.save);
  expect(await screen.findByText('Too long.')).toBeVisible();
  expect(name).toHaveValue('Ana Berg');
  expect(name).toBeInvalid();

  server.root.updateViewer = ({ input }) => ({ user: { ...VIEWER, ...input, version: 2 }, errors: [] });
  await userEvent.selectOptions(screen.getByLabelText(TEXT.timeZone), 'Asia/Tokyo');
  await press(TEXT.save);
  expect(await screen.findByText(TEXT.saved)).toBeVisible();
  expect(input()).toEqual({ name: 'Ana Berg', timeZone: 'Asia/Tokyo' });
  expect(name).toHaveValue('Ana Berg');
  expect(screen.getByLabelText(TEXT.timeZone)).toHaveValue('Asia/Tokyo');
});

test('whoever is elsewhere is asked once whether their account comes along', async () => {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  server.viewer = {
    ...VIEWER,
    timeZone: sameClock(timeZone, 'Asia/Tokyo', new Date()) ? 'America/Lima' : 'Asia/Tokyo',
  };
  const view = await open(<TimeZoneQuestion />);
  await screen.findByRole('region', { name: TEXT.timeZone });
  await press(TEXT.keepZone(server.viewer.timeZone));
  expect(screen.queryByRole('region')).toBeNull();
  view.unmount();
  const again = await open(
    <>
      <TimeZoneQuestion />
      <ProfileSection />
    </>,
  );
  await screen.findByLabelText(TEXT.name);
  expect(screen.queryByRole('region')).toBeNull();
  again.unmount();

  localStorage.clear();
  server.root.updateViewer = ({ input }) => ({ user: { ...server.viewer, ...input, version: 2 }, errors: [] });
  await open(<TimeZoneQuestion />);
  await screen.findByRole('region');
  await userEvent.click(screen.getAllByRole('button')[0] as HTMLElement);
  await waitFor(() => expect(input()).toEqual({ timeZone }));
  expect(screen.queryByRole('region')).toBeNull();
});

test('clocks that go alike are one zone by many names', () => {
  const now = new Date('2026-11-27T12:00:00Z');
  expect(sameClock('Europe/Berlin', 'Europe/Vienna', now)).toBe(true);
  expect(sameClock('UTC', 'Etc/UTC', now)).toBe(true);
  expect(sameClock('Europe/Lisbon', 'UTC', now)).toBe(false); // alike in winter alone
  expect(zones('Asia/Calcutta')).toEqual(expect.arrayContaining(['UTC', 'Asia/Calcutta']));
});

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0';
const signIns = () => [
  {
    id: 'b',
    current: false,
    userAgent: FIREFOX,
    createdAt: '2026-11-01T10:00:00Z',
    lastUsedAt: '2026-11-02T10:00:00Z',
  },
  { id: 'a', current: true, userAgent: '', createdAt: '2026-11-01T10:00:00Z', lastUsedAt: '2026-11-03T10:00:00Z' },
];

test('where the account is signed in is shown, this browser first, and any other can be signed out', async () => {
  let there = signIns();
  server.root.sessions = () => there;
  server.root.endSession = () => {
    there = there.filter(({ current }) => current);
    return { errors: [] };
  };
  await open(<SessionsSection />);
  const [first, second] = await screen.findAllByTestId('session');
  expect(first).toHaveTextContent(TEXT.thisBrowser);
  expect(within(first as HTMLElement).queryByRole('button')).toBeNull();
  expect(second).toHaveTextContent('Firefox on Linux');
  await press(TEXT.endOne('Firefox on Linux'));
  await screen.findByText(TEXT.none);
  expect(screen.getAllByTestId('session')).toHaveLength(1);
});

test('where the account is signed in is asked again once the server is there', async () => {
  let away = true;
  server.root.sessions = () => {
    if (away) throw new Error('It is away.');
    return signIns();
  };
  render(
    <SignedIn>
      <SessionsSection />
    </SignedIn>,
  );
  const feed = await server.subscribed.take();
  expect(await screen.findByRole('alert')).toBeVisible();
  away = false;
  feed.socket.closes(1006);
  expect(await screen.findAllByTestId('session', {}, { timeout: 10_000 })).toHaveLength(2);
  expect(screen.queryByRole('alert')).toBeNull();
});

test('signing out everywhere ends the others and this one, once that was confirmed', async () => {
  server.root.sessions = signIns;
  server.root.endOtherSessions = () => ({ errors: [] });
  await open(<SessionsSection />);
  await screen.findAllByTestId('session');
  await press(TEXT.endEverywhere);
  expect(server.names()).not.toContain('EndOtherSessions');
  await userEvent.click(screen.getAllByRole('button', { name: TEXT.endEverywhere }).at(-1) as HTMLElement);
  expect(await screen.findByRole('button', { name: SESSION.logIn })).toBeVisible();
  expect(server.names().slice(-2)).toEqual(['EndOtherSessions', 'LogOut']);
});

test('who signs out everywhere with unsaved changes is asked, and leaves nothing on the device', async () => {
  aDevice();
  server.root.sessions = signIns;
  server.root.endOtherSessions = () => ({ errors: [] });
  server.root.completeTask = () => new Promise(() => undefined);
  await open(
    <>
      <Board />
      <SessionsSection />
    </>,
  );
  await screen.findAllByTestId('session');
  await userEvent.click(await screen.findByRole('checkbox', { name: /Complete/ }));
  await press(TEXT.endEverywhere);
  const question = screen.getByRole('dialog');
  expect(question).toHaveTextContent(SESSION.logOutUnsaved(1));
  await userEvent.click(within(question).getByRole('button', { name: TEXT.endEverywhere }));
  await screen.findByRole('button', { name: SESSION.logIn });
  expect(await left()).toEqual([]);
});

test.each([
  [FIREFOX, 'Firefox on Linux'],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['  ', TEXT.unknownBrowser],
])('%s is called %s', (userAgent, name) => expect(browserName(userAgent)).toBe(name));

test('a password is changed with the one before it', async () => {
  await open(<PasswordSection />);
  await screen.findByLabelText(TEXT.currentPassword);
  server.root.changePassword = () => at('password', 'The password is wrong.');
  await userEvent.type(screen.getByLabelText(TEXT.currentPassword), 'wrong');
  await userEvent.type(screen.getByLabelText(TEXT.newPassword), 'a new horse battery');
  await press(TEXT.changePassword);
  expect(await screen.findByText('The password is wrong.')).toBeVisible();
  server.root.changePassword = () => ({ errors: [] });
  await press(TEXT.changePassword);
  expect(await screen.findByText(TEXT.passwordChanged)).toBeVisible();
  expect(input()).toEqual({ password: 'wrong', newPassword: 'a new horse battery' });
  expect(screen.getByLabelText(TEXT.newPassword)).toHaveValue('');
});

test('an account is deleted with its password, and nobody is signed in any more', async () => {
  aDevice();
  await open(<DeleteSection />);
  await screen.findByRole('button', { name: TEXT.deleteAccount });
  server.root.deleteAccount = () => refusal('The password is wrong.', 'BAD_CREDENTIALS');
  await press(TEXT.deleteAccount);
  await userEvent.type(screen.getByLabelText(TEXT.currentPassword), 'wrong');
  const submit = () =>
    userEvent.click(screen.getAllByRole('button', { name: TEXT.deleteAccount }).at(-1) as HTMLElement);
  await submit();
  expect(await screen.findByText('The password is wrong.')).toBeVisible();
  server.root.deleteAccount = () => ({ errors: [] });
  await submit();
  expect(await screen.findByRole('button', { name: SESSION.logIn })).toBeVisible();
  expect(await left()).toEqual([]);
});

test('GraphiQL is linked where the server has it', async () => {
  vi.stubGlobal('fetch', async () => new Response('', { headers: { 'content-type': 'text/html; charset=utf-8' } }));
  const { unmount } = render(<ApiSection />);
  expect(await screen.findByRole('link', { name: TEXT.graphiql })).toHaveAttribute(
    'href',
    expect.stringMatching(/\/graphql$/),
  );
  unmount();
  const answers = vi.fn(async () => new Response('{}', { status: 400 }));
  vi.stubGlobal('fetch', answers);
  render(<ApiSection />);
  await waitFor(() => expect(answers).toHaveReturned());
  expect(screen.queryByRole('link')).toBeNull();
});
