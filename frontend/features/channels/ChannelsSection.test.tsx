import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { SignedIn } from '@/features/session/SignedIn';
import { aServer, press } from '@/tests/app';
import { coded, refusal, type Server } from '@/tests/server';
import { aChannel } from '@/tests/things';
import { ChannelsSection } from './ChannelsSection';
import { FailingChannels } from './FailingChannels';
import type { Channel } from './operations';
import { TEXT } from './text';

let server: Server;

beforeEach(() => {
  server = aServer();
  server.root.channelKinds = () => ['EMAIL', 'WEBHOOK'];
});

async function open(...channels: Channel[]) {
  server.root.channels = () => channels;
  render(
    <SignedIn>
      <FailingChannels />
      <ChannelsSection />
    </SignedIn>,
  );
  await screen.findByRole('button', { name: TEXT.addWebhook });
}

const items = () => screen.queryAllByTestId('channel');
const payload = (channel: Channel | null, but: object = {}) => ({ channel, secret: null, errors: [], ...but });

test('only what the server can send through is offered', async () => {
  server.root.channelKinds = () => ['WEBHOOK'];
  await open();
  expect(screen.getByText(TEXT.none)).toBeVisible();
  expect(screen.queryByRole('button', { name: TEXT.addEmail })).toBeNull();
  expect(screen.queryByRole('button', { name: TEXT.pushHere })).toBeNull();
});

test('an address waits for its link, which can be sent again', async () => {
  await open();
  const channel = aChannel({ kind: 'EMAIL', target: 'ana@example.org', confirmed: false });
  server.root.addEmailChannel = () => payload(channel);
  server.root.testChannel = () => ({
    ...payload(channel),
    errors: [{ code: 'CONFLICT', message: 'It was sent again.', field: ['id'] }],
  });
  await press(TEXT.addEmail);
  await userEvent.type(screen.getByLabelText(TEXT.address), 'ana@example.org{Enter}');
  await waitFor(() => expect(items()).toHaveLength(1));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(items()[0]).toHaveTextContent(TEXT.unconfirmed);
  await press(TEXT.resend);
  expect(await screen.findByText('It was sent again.')).toBeVisible();
});

test('what the server holds against a webhook stands at its field, and its secret is shown once', async () => {
  await open();
  server.root.addWebhookChannel = () => ({
    ...payload(null),
    errors: [{ code: 'INVALID_INPUT', message: 'Not a public address.', field: ['url'] }],
  });
  await press(TEXT.addWebhook);
  await userEvent.type(screen.getByLabelText(TEXT.url), 'https://127.0.0.1/');
  await userEvent.click(screen.getByLabelText(TEXT.types.TASK_CREATED));
  await press(TEXT.add);
  expect(await screen.findByText('Not a public address.')).toBeVisible();
  expect(screen.getByLabelText(TEXT.url)).toBeInvalid();
  expect(server.sent.at(-1)?.variables.input).toEqual({
    url: 'https://127.0.0.1/',
    types: ['TASK_CREATED', 'REMINDER_TRIGGERED'],
  });

  server.root.addWebhookChannel = () => payload(aChannel(), { secret: 'whsec_abc' });
  await press(TEXT.add);
  expect(await screen.findByLabelText(TEXT.secret)).toHaveValue('whsec_abc');
  await press(TEXT.close);
  expect(screen.queryByLabelText(TEXT.secret)).toBeNull();
  expect(items()).toHaveLength(1);
});

test('a webhook of nothing is not sent', async () => {
  await open();
  await press(TEXT.addWebhook);
  await userEvent.click(screen.getByLabelText(TEXT.types.REMINDER_TRIGGERED));
  expect(screen.getByRole('button', { name: TEXT.add })).toBeDisabled();
  expect(screen.getByRole('alert')).toHaveTextContent(TEXT.chooseOne);
});

test('what failed says so, everywhere, until it works again', async () => {
  const broken = aChannel({ enabled: false, failedAt: '2026-01-02T10:00:00Z', failure: 'It answered 410.' });
  await open(broken);
  const [item] = items();
  expect(item).toHaveTextContent('It answered 410.');
  expect(screen.getByRole('link', { name: TEXT.fails([broken.target]) })).toBeVisible();
  server.root.updateChannel = () => payload(aChannel());
  await userEvent.click(within(item as HTMLElement).getByRole('checkbox', { name: TEXT.on(broken.target) }));
  await waitFor(() => expect(item).not.toHaveTextContent('It answered 410.'));
  expect(server.sent.at(-1)?.variables.input).toEqual({ id: 'hook', enabled: true });
  expect(screen.queryByRole('link')).toBeNull();
});

test('a test says what came of it', async () => {
  await open(aChannel());
  server.root.testChannel = () => ({
    ...payload(aChannel()),
    errors: [{ code: 'DELIVERY_FAILED', message: 'It answered 500.', field: ['id'] }],
  });
  await press(TEXT.test);
  expect(await screen.findByText('It answered 500.')).toBeVisible();
  server.root.testChannel = () => payload(aChannel());
  await press(TEXT.test);
  expect(await screen.findByText(TEXT.tested)).toBeVisible();
  expect(screen.queryByText('It answered 500.')).toBeNull();
  server.down = true;
  await press(TEXT.test);
  expect(await screen.findByText('The server can’t be reached.')).toBeVisible();
});

test('a channel goes once that was confirmed, also where it is gone already', async () => {
  await open(aChannel(), aChannel({ id: 'other', target: 'https://example.org/other' }));
  for (const [target, answer] of [
    ['https://example.org/hook', payload(aChannel())],
    ['https://example.org/other', { ...payload(null), ...refusal('There is none.', 'NOT_FOUND') }],
  ] as const) {
    const before = items().length;
    server.root.removeChannel = () => answer;
    await press(TEXT.remove(target));
    await press(TEXT.cancel);
    expect(items()).toHaveLength(before);
    await press(TEXT.remove(target));
    await press(TEXT.removeAction);
    await waitFor(() => expect(items()).toHaveLength(before - 1));
  }
});

test('what was read before a change does not undo it', async () => {
  await open(aChannel());
  let answer = (_: unknown) => {};
  server.root.channels = () => new Promise((resolve) => (answer = resolve));
  document.dispatchEvent(new Event('visibilitychange')); // they are asked for again
  await waitFor(() => expect(server.names().filter((name) => name === 'Channels')).toHaveLength(3));
  server.root.removeChannel = () => payload(aChannel());
  await press(TEXT.remove('https://example.org/hook'));
  await press(TEXT.removeAction);
  await waitFor(() => expect(items()).toHaveLength(0));
  answer([aChannel()]);
  await new Promise((resolve) => setTimeout(resolve));
  expect(items()).toHaveLength(0);
});

test('where they can’t be asked for, what was known stays', async () => {
  await open(aChannel());
  server.root.channels = () => {
    throw coded('INTERNAL');
  };
  const asked = server.sent.length;
  document.dispatchEvent(new Event('visibilitychange'));
  await waitFor(() => expect(server.sent.length).toBeGreaterThan(asked));
  expect(items()).toHaveLength(1);
});
