import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { aServer, press } from '@/tests/app';
import type { Server } from '@/tests/server';
import { ResetPassword } from './ResetPassword';
import { SignedIn } from './SignedIn';
import { TEXT } from './text';

let server: Server;

beforeEach(() => {
  server = aServer();
  server.signedIn = false;
});

test('who forgot the password asks for a link, with what was typed already', async () => {
  server.root.requestPasswordReset = () => ({ errors: [] });
  render(<SignedIn>nothing</SignedIn>);
  await userEvent.type(await screen.findByLabelText(TEXT.email), 'ana@example.org');
  await press(TEXT.forgot);
  expect(screen.getByLabelText(TEXT.email)).toHaveValue('ana@example.org');
  server.down = true;
  await press(TEXT.sendLink);
  expect(await screen.findByRole('alert')).toHaveTextContent('can’t be reached');
  server.down = false;
  await press(TEXT.sendLink);
  expect(await screen.findByText(TEXT.linkSent)).toBeVisible();
  expect(server.sent.at(-1)).toMatchObject({
    name: 'RequestPasswordReset',
    variables: { input: { email: 'ana@example.org' } },
    token: undefined,
  });
  await press(TEXT.backToLogIn);
  expect(screen.getByLabelText(TEXT.email)).toHaveValue('ana@example.org');
});

test('the token of a link leaves the address, and a refusal its link in hand', async () => {
  history.replaceState(null, '', '/reset-password/#token=abc');
  const refusals = [
    { code: 'INVALID_INPUT', message: 'Too short.', field: ['newPassword'] },
    { code: 'BAD_CREDENTIALS', message: 'Not good any more.', field: ['token'] },
  ];
  server.root.resetPassword = () => ({ errors: refusals.splice(0, 1) });
  render(<ResetPassword />);
  const password = await screen.findByLabelText(TEXT.newPassword);
  expect(location.href).not.toContain('abc');
  await userEvent.type(password, 'short{Enter}');
  expect(await screen.findByText('Too short.')).toBeVisible();
  expect(password).toBeInvalid();
  await press(TEXT.setPassword);
  expect(await screen.findByText('Not good any more.')).toBeVisible();
  await press(TEXT.setPassword);
  expect(await screen.findByText(TEXT.resetDone)).toBeVisible();
  expect(server.sent.map(({ variables }) => variables.input)).toEqual(
    Array(3).fill({ token: 'abc', newPassword: 'short' }),
  );
  expect(screen.queryByLabelText(TEXT.newPassword)).toBeNull();
});

test('a link without a token says so, and one that is opened in the same tab is taken', async () => {
  history.replaceState(null, '', '/reset-password/');
  render(<ResetPassword />);
  expect(await screen.findByRole('alert')).toHaveTextContent(TEXT.resetNoToken);
  location.hash = '#token=xyz';
  window.dispatchEvent(new Event('hashchange'));
  await waitFor(() => expect(screen.getByLabelText(TEXT.newPassword)).toBeVisible());
  expect(location.hash).toBe('');
});
