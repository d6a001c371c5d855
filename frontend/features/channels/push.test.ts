import { BehaviorSubject } from 'rxjs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { aChannel } from '@/tests/things';
import type { Channels, Known } from './channels';
import { browserName } from './device';
import { recall, remember } from './kept';
import { endPushOfOthers, PushHere } from './push';

/** A browser with a push service: it has at most one subscription. */
class Push {
  endpoint: string | null = null;
  made = 0;
  subscribedWith: unknown = null;

  subscription() {
    const { endpoint } = this;
    if (endpoint === null) return null;
    const unsubscribe = async () => {
      this.endpoint = null;
      return true;
    };
    return { endpoint, toJSON: () => ({ endpoint, keys: { p256dh: 'p', auth: 'a' } }), unsubscribe };
  }

  manager = {
    getSubscription: async () => this.subscription(),
    subscribe: async ({ applicationServerKey }: PushSubscriptionOptionsInit) => {
      this.subscribedWith = applicationServerKey;
      this.endpoint = `https://push.example/${++this.made}`;
      return this.subscription();
    },
  };
}

let push: Push;
let allowed: NotificationPermission;
let known$: BehaviorSubject<Known | null>;
let added: string[];
let removed: string[];
let here: PushHere;

beforeEach(() => {
  push = new Push();
  allowed = 'granted';
  added = [];
  removed = [];
  const registration = { pushManager: push.manager };
  const worker = { register: async () => registration, getRegistration: async () => registration, ready: registration };
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('PushManager', class {});
  const notification = () => {};
  Object.defineProperty(notification, 'permission', { get: () => allowed });
  vi.stubGlobal('Notification', Object.assign(notification, { requestPermission: async () => allowed }));
  Object.defineProperty(navigator, 'serviceWorker', { configurable: true, value: worker });
  Object.defineProperty(navigator, 'locks', {
    configurable: true,
    value: { request: (_: string, work: () => unknown) => work() },
  });
  const stored = new Map<string, Response>();
  const cache = {
    match: async (key: string) => stored.get(key)?.clone(),
    put: async (key: string, kept: Response) => stored.set(key, kept),
  };
  vi.stubGlobal('caches', { open: async () => cache, delete: async () => stored.clear() });

  known$ = new BehaviorSubject<Known | null>({ channels: [], kinds: ['WEB_PUSH'], vapidPublicKey: 'key' });
  const channels = {
    known$,
    change: async (_: unknown, { endpoint }: { endpoint: string }) => {
      added.push(endpoint);
      return { channel: aChannel({ id: `of ${endpoint}`, kind: 'WEB_PUSH' }), secret: null, fault: null };
    },
    remove: async (id: string) => {
      removed.push(id);
      return null;
    },
  };
  here = new PushHere(channels as unknown as Channels, 'ana');
});

afterEach(() => {
  Reflect.deleteProperty(navigator, 'serviceWorker');
  Reflect.deleteProperty(navigator, 'locks');
});

function knows(id: string) {
  known$.next({ channels: [aChannel({ id, kind: 'WEB_PUSH' })], kinds: ['WEB_PUSH'], vapidPublicKey: 'key' });
}

test('turned on, this browser is a channel, and is known to be that one', async () => {
  expect(await here.turnOn()).toBeNull();
  expect(push.subscribedWith).toBe('key');
  expect(added).toEqual(['https://push.example/1']);
  const id = 'of https://push.example/1';
  expect(here.channelId$.value).toBe(id);
  expect(await recall()).toEqual({ userId: 'ana', channelId: id, endpoint: 'https://push.example/1' });
  expect(await here.turnOff()).toBeNull();
  expect(removed).toEqual([id]);
  expect([push.endpoint, await recall(), here.channelId$.value]).toEqual([null, null, null]);
});

test('where a person or the browser says no, nothing is added', async () => {
  allowed = 'denied';
  expect((await here.turnOn())?.message).toBeTruthy();
  allowed = 'granted';
  push.manager.subscribe = () => Promise.reject(new DOMException('no push service'));
  expect((await here.turnOn())?.message).toBeTruthy();
  expect(added).toEqual([]);
});

test('what was turned on is known again, and left alone', async () => {
  await here.turnOn();
  knows('of https://push.example/1');
  here.channelId$.next(null);
  await here.start();
  expect(here.channelId$.value).toBe('of https://push.example/1');
  expect(added).toHaveLength(1);
});

test('where its channel was removed elsewhere, this browser is not pushed to any more', async () => {
  await here.turnOn();
  await here.start();
  expect([push.endpoint, await recall(), here.channelId$.value]).toEqual([null, null, null]);
});

test('a browser that is called otherwise by now takes the place of what it was', async () => {
  await here.turnOn();
  knows('of https://push.example/1');
  push.endpoint = null;
  await here.start();
  expect(added).toEqual(['https://push.example/1', 'https://push.example/2']);
  expect(removed).toEqual(['of https://push.example/1']);
  expect((await recall())?.channelId).toBe('of https://push.example/2');
});

test.each([null, 'bob'])('of who has left nothing is pushed to %s', async (next) => {
  await here.turnOn();
  await endPushOfOthers('ana');
  expect(push.endpoint).not.toBeNull();
  await endPushOfOthers(next);
  expect([push.endpoint, await recall()]).toEqual([null, null]);
});

test('another person’s channel is none of this one’s', async () => {
  await remember({ userId: 'bob', channelId: 'x', endpoint: 'y' });
  await here.start();
  expect(here.channelId$.value).toBeNull();
});

test('a browser is called what people call it', () => {
  const linux = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
  expect(browserName(linux)).toBe('Chrome on Linux');
  expect(browserName(`${linux} Edg/156.0`)).toBe('Edge on Linux');
  expect(browserName('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1')).toBe(
    'Safari on iOS',
  );
  expect(browserName('curl')).toBe('A browser');
});
