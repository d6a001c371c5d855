import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { SignedIn } from '@/features/session/SignedIn';
import { aServer, press } from '@/tests/app';
import type { Server } from '@/tests/server';
import { ExportSection } from './ExportSection';
import { FeedSection } from './FeedSection';
import { ImportSection } from './ImportSection';
import { TEXT } from './text';

const ICS = 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n';

let server: Server;

beforeEach(async () => {
  server = aServer();
});

async function open(section: React.ReactNode) {
  render(
    <SignedIn>
      <div data-testid="section">{section}</div>
    </SignedIn>,
  );
  await server.subscribed.take();
  await screen.findByTestId('section');
}

test('what could not be asked for is, once the server is there', async () => {
  server.root.calendarFeed = () => null;
  const { rerender } = render(<SignedIn>{null}</SignedIn>);
  const feed = await server.subscribed.take();
  server.down = true;
  feed.socket.closes(1006);
  rerender(
    <SignedIn>
      <FeedSection />
    </SignedIn>,
  );
  expect(await screen.findByRole('alert')).toBeVisible();
  server.down = false;
  expect(await screen.findByText(TEXT.feedNone, {}, { timeout: 10_000 })).toBeVisible();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('an address is made, shown, replaced once that was confirmed, and revoked', async () => {
  const feed = { createdAt: new Date().toISOString(), lastReadAt: null };
  let made = 0;
  server.root.calendarFeed = () => null;
  server.root.createCalendarFeed = () => {
    made++;
    return { feed, url: `https://here/${made}`, eventsUrl: `https://here/${made}?as=events`, errors: [] };
  };
  server.root.revokeCalendarFeed = () => ({ feed: null, url: null, eventsUrl: null, errors: [] });
  await open(<FeedSection />);
  await screen.findByText(TEXT.feedNone);
  await press(TEXT.create);
  expect(await screen.findByLabelText(TEXT.url)).toHaveValue('https://here/1');
  expect(screen.getByLabelText(TEXT.eventsUrl)).toHaveValue('https://here/1?as=events');
  await press(TEXT.replace);
  expect(made).toBe(1);
  await userEvent.click(screen.getAllByRole('button', { name: TEXT.replace }).at(-1) as HTMLElement);
  await waitFor(() => expect(screen.getByLabelText(TEXT.url)).toHaveValue('https://here/2'));
  await press(TEXT.revoke);
  await userEvent.click(screen.getAllByRole('button', { name: TEXT.revoke }).at(-1) as HTMLElement);
  await screen.findByText(TEXT.feedNone);
  expect(screen.queryByLabelText(TEXT.url)).toBeNull();
});

test('nothing is imported before it was seen what would come of it', async () => {
  const counts = { created: 2, updated: 0, unchanged: 1, skipped: 1 };
  const note = { uid: 'one', name: 'LOCATION', message: 'Places are not kept.' };
  server.root.importCalendar = () => ({ ...counts, notes: [note], errors: [] });
  await open(<ImportSection />);
  const file = new File([ICS], 'plants.ics', { type: 'text/calendar' });
  const upload = () => userEvent.upload(document.querySelector('input[type=file]') as HTMLInputElement, file);
  await upload();
  expect(await screen.findByText(TEXT.would('plants.ics', counts))).toBeVisible();
  expect(screen.getByRole('region', { name: TEXT.notKept })).toHaveTextContent('Places are not kept. LOCATION · one');
  expect(server.sent.at(-1)?.variables.input).toEqual({ ics: ICS, dryRun: true });
  await press(TEXT.cancel);
  expect(screen.queryByRole('button', { name: TEXT.import })).toBeNull();
  await upload();
  await userEvent.click(await screen.findByRole('button', { name: TEXT.import }));
  expect(await screen.findByText(TEXT.imported(counts))).toBeVisible();
  expect(server.sent.at(-1)?.variables.input).toEqual({ ics: ICS, dryRun: false });
});

test('a file that is refused says why', async () => {
  server.root.importCalendar = () => ({
    created: 0,
    updated: 0,
    unchanged: 0,
    skipped: 0,
    notes: [],
    errors: [{ code: 'INVALID_INPUT', message: 'Line 3 is none.', field: ['ics'] }],
  });
  await open(<ImportSection />);
  await userEvent.upload(document.querySelector('input[type=file]') as HTMLInputElement, new File(['x'], 'x.ics'));
  expect(await screen.findByRole('alert')).toHaveTextContent('Line 3 is none.');
  expect(screen.queryByRole('button', { name: TEXT.import })).toBeNull();
});

test('an export has all of its parts', async () => {
  const saved: Blob[] = [];
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => `blob:${saved.push(blob as Blob)}`);
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
  const pages = <Part,>(parts: Part[], name: string) => {
    server.root[name === 'ics' ? 'exportCalendar' : 'exportData'] = ({ after }) => {
      const at = Number(after ?? 0);
      const pageInfo = { hasNextPage: at + 1 < parts.length, endCursor: String(at + 1) };
      return { [name]: parts[at], pageInfo };
    };
  };
  pages(['BEGIN\r\n', 'MIDDLE\r\n', 'END\r\n'], 'ics');
  pages([[{ kind: 'user' }, { kind: 'task' }], [{ kind: 'task', title: 'Ü' }]], 'nodes');
  await open(<ExportSection />);
  await press(TEXT.exportCalendar);
  await waitFor(() => expect(saved).toHaveLength(1));
  expect(await saved[0]?.text()).toBe('BEGIN\r\nMIDDLE\r\nEND\r\n');
  await waitFor(() => expect(screen.getByRole('button', { name: TEXT.exportData })).toBeEnabled());
  await press(TEXT.exportData);
  await waitFor(() => expect(saved).toHaveLength(2));
  const things = [{ kind: 'user' }, { kind: 'task' }, { kind: 'task', title: 'Ü' }];
  expect(JSON.parse((await saved[1]?.text()) ?? '')).toEqual(things);
  vi.restoreAllMocks();
});
