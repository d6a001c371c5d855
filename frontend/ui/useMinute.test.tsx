import { act, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { useMinute } from './useMinute';

function Clock() {
  return <time>{useMinute().toISOString().slice(11, 19)}</time>;
}

test('a minute, and with it a day, is new as it begins', () => {
  vi.useFakeTimers({ now: new Date('2026-03-01T23:58:40Z') });
  render(<Clock />);
  act(() => void vi.advanceTimersByTime(19_999));
  expect(screen.getByText('23:58:40')).toBeVisible();
  act(() => void vi.advanceTimersByTime(1));
  expect(screen.getByText('23:59:00')).toBeVisible();
  act(() => void vi.advanceTimersByTime(60_000));
  expect(screen.getByText('00:00:00')).toBeVisible();
});

test('a page that slept shows what is now as soon as it is looked at', () => {
  vi.useFakeTimers({ now: new Date('2026-03-01T23:58:40Z') });
  render(<Clock />);
  vi.setSystemTime(new Date('2026-03-02T07:00:10Z'));
  act(() => void document.dispatchEvent(new Event('visibilitychange')));
  expect(screen.getByText('07:00:10')).toBeVisible();
});
