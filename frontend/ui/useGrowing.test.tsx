import { act, render, screen } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { useGrowing } from './useGrowing';

/** What is watched, and what to do once it is in sight. */
let watched: { element: Element; see: () => void } | null;

beforeEach(() => {
  watched = null;
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(private readonly told: (entries: { isIntersecting: boolean }[]) => void) {}
      observe(element: Element) {
        watched = { element, see: () => act(() => this.told([{ isIntersecting: true }])) };
      }
      disconnect() {
        watched = null;
      }
    },
  );
});

function List({ name, total }: { name: string; total: number }) {
  const { limit, end } = useGrowing(total, name);
  return (
    <>
      <output>{Math.min(limit, total)}</output>
      <div ref={end} />
    </>
  );
}

const drawn = () => Number(screen.getByRole('status').textContent);

test('a long list grows as its end comes into sight, until all of it is there', () => {
  render(<List name="all" total={100} />);
  const first = drawn();
  expect(first).toBeLessThan(100);
  watched?.see();
  expect(drawn()).toBeGreaterThan(first);
  while (watched) watched.see();
  expect(drawn()).toBe(100);
});

test('another list begins anew', () => {
  const { rerender } = render(<List name="all" total={100} />);
  const first = drawn();
  watched?.see();
  rerender(<List name="today" total={100} />);
  expect(drawn()).toBe(first);
});

test('a short list is there at once, and nothing is watched', () => {
  render(<List name="all" total={3} />);
  expect(drawn()).toBe(3);
  expect(watched).toBeNull();
});
