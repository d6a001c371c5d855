import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { aServer } from '@/tests/app';
import { SignedIn } from './SignedIn';
import { TEXT } from './text';

test('whoever tries too often is told when to try again', async () => {
  const server = aServer();
  server.signedIn = false;
  server.root.logIn = () => {
    throw new GraphQLError('Too many wrong passwords. Try again in 15 minutes.', {
      extensions: { code: 'RATE_LIMITED', retryAfter: 900 },
    });
  };
  render(<SignedIn>nothing</SignedIn>);
  await userEvent.type(await screen.findByLabelText(TEXT.email), 'ana@example.org');
  await userEvent.type(screen.getByLabelText(TEXT.password), 'wrong{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('Try again in 15 minutes.');
});
