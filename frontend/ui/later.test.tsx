import { render, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { later, loadRest } from './later';
import { Toasts } from './Toasts';

const Hello = ({ name }: { name: string }) => <p>Hello {name}</p>;

test('what is loaded is drawn at once', async () => {
  const Later = later(async () => Hello);
  await loadRest();
  render(<Later name="Ana" />);
  screen.getByText('Hello Ana');
});

test('what is not is drawn once it is', async () => {
  const Later = later(async () => Hello);
  render(<Later name="Ana" />);
  expect(screen.queryByText('Hello Ana')).toBeNull();
  await screen.findByText('Hello Ana');
});

test('what can’t be loaded is said, and loaded the next time', async () => {
  let tries = 0;
  const Later = later(async () => {
    tries += 1;
    if (tries === 1) throw new Error('No network.');
    return Hello;
  });
  render(<Toasts />);
  const { unmount } = render(<Later name="Ana" />);
  await screen.findByText('No network.');
  unmount();
  render(<Later name="Ana" />);
  await waitFor(() => screen.getByText('Hello Ana'));
});
