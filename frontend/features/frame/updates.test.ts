import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followUpdates, takeUpdate } from './updates';

class Target extends EventTarget {
  tell(name: string) {
    this.dispatchEvent(new Event(name));
  }
}

/** A version that the browser has found. */
class Found extends Target {
  state: ServiceWorkerState = 'installing';
  readonly postMessage = vi.fn();

  becomes(state: ServiceWorkerState) {
    this.state = state;
    this.tell('statechange');
  }
}

class Registration extends Target {
  installing: Found | null = null;
  waiting: Found | null = null;
  readonly update = vi.fn(async () => undefined);

  finds(found: Found) {
    this.installing = found;
    this.tell('updatefound');
  }
}

let registration: Registration;
let container: Target & { controller: object | null };
const told = vi.fn();
let unfollow: () => void;

beforeEach(() => {
  told.mockClear();
  registration = new Registration();
  container = Object.assign(new Target(), { controller: {} });
  vi.stubGlobal('navigator', { serviceWorker: container });
});

afterEach(() => unfollow());

function follow() {
  unfollow = followUpdates(registration as unknown as ServiceWorkerRegistration, told);
}

test('a version that is there, or comes later, is told of once it is whole', () => {
  registration.waiting = new Found();
  follow();
  expect(told).toHaveBeenCalledWith(registration.waiting);
  const later = new Found();
  registration.finds(later);
  expect(told).toHaveBeenCalledTimes(1);
  later.becomes('installed');
  expect(told).toHaveBeenLastCalledWith(later);
  later.becomes('activated');
  expect(told).toHaveBeenCalledTimes(2);
});

test('the first version that a browser gets is no news', () => {
  container.controller = null;
  follow();
  const first = new Found();
  registration.finds(first);
  first.becomes('installed');
  expect(told).not.toHaveBeenCalled();
});

test('it is looked for each hour, and not while nobody looks', () => {
  vi.useFakeTimers();
  follow();
  vi.advanceTimersByTime(59 * 60_000);
  expect(registration.update).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2 * 60_000);
  expect(registration.update).toHaveBeenCalledTimes(1);
  const hidden = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  vi.advanceTimersByTime(3 * 60 * 60_000);
  expect(registration.update).toHaveBeenCalledTimes(1);
  hidden.mockReturnValue('visible');
  document.dispatchEvent(new Event('visibilitychange'));
  expect(registration.update).toHaveBeenCalledTimes(2);
  hidden.mockRestore();
});

test('who takes it sees its page as soon as it is in charge', () => {
  follow();
  const found = new Found();
  const reload = vi.fn();
  takeUpdate(found, reload);
  expect(found.postMessage).toHaveBeenCalledWith({ type: 'update' });
  expect(reload).not.toHaveBeenCalled();
  container.tell('controllerchange');
  expect(reload).toHaveBeenCalledTimes(1);
});
