import { readFileSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';

/** public/shell.js as a build of this version makes it, in a worker of its own. */
class Worker {
  readonly registration: { waiting: { postMessage: (message: unknown) => void } | null } = { waiting: null };
  readonly skipWaiting = vi.fn();
  readonly location = { origin: 'https://taskflow.test' };
  readonly clients = { matchAll: async () => Array.from({ length: this.windows }) };
  windows = 1;
  private readonly listeners = new Map<string, (event: object) => void>();

  constructor(version: string, paths: string[]) {
    const shell = JSON.stringify({ version, files: paths.map((path) => [path, `sha256-${path} ${version}`]) });
    const source = readFileSync('public/shell.js', 'utf8').replace("{ version: '', files: [] }", shell);
    new Function('self', 'caches', 'fetch', source)(this, caches, network);
  }

  addEventListener(name: string, listener: (event: object) => void) {
    this.listeners.set(name, listener);
  }

  async lives(name: 'install' | 'activate') {
    let work: unknown;
    this.listeners.get(name)?.({ waitUntil: (promise: unknown) => (work = promise) });
    await work;
  }

  /** What a page gets; undefined where the worker leaves it to the browser. */
  async get(path: string, mode = 'navigate', method = 'GET'): Promise<string | undefined> {
    let answer: Response | Promise<Response> | undefined;
    const url = path.startsWith('/') ? this.location.origin + path : path;
    const event = {
      request: { url, mode, method },
      respondWith: (given: Response | Promise<Response>) => (answer = given),
    };
    this.listeners.get('fetch')?.(event);
    const response = await answer;
    const to = response?.headers.get('location');
    return to ? `to ${to}` : response?.text();
  }

  told(data: unknown) {
    this.listeners.get('message')?.({ data });
  }
}

/** The version that the server has; null while it is away. */
let served: string | null;
let stored: Map<string, Map<string, Response>>;

const caches = {
  open: async (name: string) => {
    const entries = stored.get(name) ?? new Map<string, Response>();
    stored.set(name, entries);
    return {
      put: async (path: string, response: Response) => entries.set(path, response),
      match: async (path: string) => entries.get(path)?.clone(),
    };
  },
  match: async (path: string) =>
    [...stored.values()]
      .find((entries) => entries.has(path))
      ?.get(path)
      ?.clone(),
  keys: async () => [...stored.keys()],
  delete: async (name: string) => stored.delete(name),
};

async function network(target: string | { url: string }, init?: RequestInit) {
  const path = typeof target === 'string' ? target : new URL(target.url).pathname;
  if (served === null) throw new TypeError('Failed to fetch');
  if (init?.integrity && init.integrity !== `sha256-${path} ${served}`) throw new TypeError('Failed to verify');
  return new Response(`${path} ${served}`);
}

const PATHS = ['/', '/settings/', '/index.txt', '/_next/static/a.js'];

async function installed(version = 'one', paths = PATHS) {
  served = version;
  const worker = new Worker(version, paths);
  await worker.lives('install');
  await worker.lives('activate');
  return worker;
}

beforeEach(() => {
  stored = new Map();
});

test('the app opens without the server, whatever stands behind its path', async () => {
  const worker = await installed();
  served = null;
  expect(await worker.get('/')).toBe('/ one');
  expect(await worker.get('/?task=milk')).toBe('/ one');
  expect(await worker.get('/settings/')).toBe('/settings/ one');
  expect(await worker.get('/index.txt?_rsc=abc', 'cors')).toBe('/index.txt one');
  expect(await worker.get('/_next/static/a.js', 'no-cors')).toBe('/_next/static/a.js one');
});

test('a path without its slash leads where the server would lead', async () => {
  const worker = await installed();
  expect(await worker.get('/settings?from=mail')).toBe('to https://taskflow.test/settings/?from=mail');
});

test('what is no part of the app is left to the browser', async () => {
  const worker = await installed();
  expect(await worker.get('/graphql', 'cors', 'POST')).toBeUndefined();
  expect(await worker.get('/', 'navigate', 'POST')).toBeUndefined();
  expect(await worker.get('/calendar/feed.ics')).toBeUndefined();
  expect(await worker.get('https://elsewhere.test/')).toBeUndefined();
});

test('pages that were not built for it are none of its', async () => {
  const worker = await installed('', []);
  expect(await worker.get('/')).toBeUndefined();
  expect(await worker.get('/_next/static/a.js', 'no-cors')).toBeUndefined();
  expect(stored.size).toBe(0);
});

test('a version that the server has no more is not taken: files of two versions never stand together', async () => {
  await installed();
  const late = new Worker('two', PATHS);
  served = 'three';
  await expect(late.lives('install')).rejects.toThrow('verify');
});

test('a new version waits while pages show the old one, which stays whole', async () => {
  const worker = await installed();
  served = 'two';
  worker.registration.waiting = { postMessage: vi.fn() };
  worker.windows = 2;
  expect(await worker.get('/')).toBe('/ one');
  expect(await worker.get('/_next/static/a.js', 'no-cors')).toBe('/_next/static/a.js one');
  expect(worker.registration.waiting.postMessage).not.toHaveBeenCalled();
});

test('a page that is loaded while no other is open takes the new version over', async () => {
  const worker = await installed();
  served = 'two';
  const next = new Worker('two', PATHS);
  await next.lives('install');
  worker.registration.waiting = { postMessage: (message) => next.told(message) };
  expect(await worker.get('/')).toBe('/ two');
  expect(next.skipWaiting).toHaveBeenCalledOnce();
  served = null;
  expect(await worker.get('/')).toBe('/ one');
});

test('what pages of the last version load later is still there; what is older goes', async () => {
  await installed('one', ['/', '/_next/static/of-one.js']);
  await installed('two', ['/', '/_next/static/of-two.js']);
  const worker = await installed('three', ['/', '/_next/static/of-three.js']);
  served = null;
  expect(await worker.get('/')).toBe('/ three');
  expect(await worker.get('/_next/static/of-two.js', 'no-cors')).toBe('/_next/static/of-two.js two');
  await expect(worker.get('/_next/static/of-one.js', 'no-cors')).rejects.toThrow('Failed to fetch');
});
