import type { NormalizedCacheObject } from '@apollo/client';
import { beforeEach, expect, test, vi } from 'vitest';
import { applyEvent, Versions } from '@/features/live/apply';
import { BOARD } from '@/features/tasks/board';
import { BoardCache } from '@/graphql/cache';
import { aDevice } from '@/tests/device';
import { page } from '@/tests/server';
import { about, aTask, type Thing } from '@/tests/things';
import { Copy } from './copy';
import { Database, lastOwner } from './database';

beforeEach(() => {
  aDevice();
});

/** A tab's cache, and the copy of it. */
async function tab({ form = 'now', owner = 'ana' } = {}) {
  const database = await Database.open(owner);
  if (!database) throw new Error('Nothing can be kept here.');
  const cache = new BoardCache();
  const versions = new Versions();
  const copy = new Copy(database, cache, versions, form);
  const cursor = await copy.restore();
  const titles = () => cache.readQuery({ query: BOARD })?.tasks.nodes.map(({ title }) => title);
  const event = (type: string, cursor: string, thing: Thing) => {
    applyEvent(cache, versions, about(type, cursor, thing) as Parameters<typeof applyEvent>[2]);
    copy.standsAt(cursor);
    return copy.save();
  };
  return { database, cache, copy, cursor, titles, event };
}

type Tab = Awaited<ReturnType<typeof tab>>;

async function load({ cache, copy }: Tab, ...tasks: ReturnType<typeof aTask>[]) {
  const viewer = {
    __typename: 'User' as const,
    id: 'ana',
    email: '',
    name: '',
    timeZone: 'UTC',
    allDayReminderTime: '09:00',
    version: 1,
  };
  const list = (nodes: object[]) => ({ ...page(nodes), pageInfo: { ...page([]).pageInfo, __typename: 'PageInfo' } });
  cache.restore({});
  cache.writeQuery({
    query: BOARD,
    data: {
      viewer,
      labels: [],
      tasks: { __typename: 'TaskConnection', ...list(tasks) },
      projects: { __typename: 'ProjectConnection', ...list([]) },
    } as never,
  });
  copy.standsAt('loaded');
  await copy.save();
}

test('a reload goes on from what was shown, and from its place in the log', async () => {
  const before = await tab();
  expect(before.cursor).toBeNull();
  await load(before, aTask());
  await before.event('TASK_CREATED', 'one', aTask({ id: 'bread', title: 'Bread' }));
  before.copy.close();
  const after = await tab();
  expect(after.cursor).toBe('one');
  expect(after.titles()).toEqual(['Buy milk', 'Bread']);
  // What is older than it is late.
  await after.event('TASK_UPDATED', 'two', aTask({ title: 'Old milk', version: 0 }));
  expect(after.titles()).toEqual(['Buy milk', 'Bread']);
});

test('what is gone for good stays gone', async () => {
  const before = await tab();
  await load(before, aTask());
  await before.event('TASK_PURGED', 'one', 'milk');
  before.copy.close();
  const after = await tab();
  await after.event('TASK_UPDATED', 'two', aTask({ version: 9 }));
  expect(after.titles()).toEqual([]);
});

test('what is not saved yet is no part of it', async () => {
  const before = await tab();
  await load(before, aTask());
  before.cache.recordOptimisticTransaction(
    (cache) => cache.modify({ id: 'Task:milk', fields: { title: () => 'Oat milk' } }),
    'mine',
  );
  await before.event('TASK_CREATED', 'one', aTask({ id: 'bread', title: 'Bread' }));
  before.copy.close();
  expect((await tab()).titles()).toEqual(['Buy milk', 'Bread']);
});

test('only what has changed is written', async () => {
  const { event, ...rest } = await tab();
  await load({ event, ...rest }, aTask(), aTask({ id: 'tea' }));
  const put = vi.spyOn(IDBObjectStore.prototype, 'put');
  await event('TASK_UPDATED', 'one', aTask({ id: 'tea', title: 'Green tea', version: 2 }));
  const keys = put.mock.calls.map(([, key]) => key);
  put.mockRestore();
  expect(keys).toEqual(['Task:tea', 'head']);
});

test('one tab writes, and the other takes over once it is closed, with all that it has', async () => {
  const first = await tab();
  await load(first, aTask());
  const second = await tab();
  expect(second.titles()).toEqual(['Buy milk']);
  await second.event('TASK_UPDATED', 'one', aTask({ title: 'Oat milk', version: 2 }));
  const head = () => second.database.transact((all) => all.objectStore('head').get('head'));
  expect((await head())?.cursor).toBe('loaded');
  await first.event('TASK_CREATED', 'zero', aTask({ id: 'stray', title: 'Seen by the first alone' }));
  first.copy.close();
  await vi.waitFor(async () => expect((await head())?.cursor).toBe('one'));
  const keys = await second.database.transact((all) => all.objectStore('rows').getAllKeys());
  expect(keys).not.toContain('Task:stray');
  second.copy.close();
  const third = await tab();
  expect(third.cursor).toBe('one');
  expect(third.titles()).toEqual(['Oat milk']);
});

test('a copy of another form is dropped', async () => {
  const before = await tab();
  await load(before, aTask());
  before.copy.close();
  const after = await tab({ form: 'with more of each thing' });
  expect(after.cursor).toBeNull();
  expect(after.titles()).toBeUndefined();
});

test('another person finds nothing, and what the first one’s tab still writes is not taken', async () => {
  const ana = await tab();
  await load(ana, aTask());
  expect(await lastOwner()).toBe('ana');
  ana.copy.close();
  const again = await tab();
  const bob = await tab({ owner: 'bob' });
  expect(bob.titles()).toBeUndefined();
  await again.event('TASK_UPDATED', 'one', aTask({ title: 'Of Ana', version: 2 }));
  const rows = await bob.database.transact((all) => all.objectStore('rows').getAll());
  expect(rows).toEqual([] satisfies NormalizedCacheObject[]);
  expect(await lastOwner()).toBeNull();
});

test('a browser that keeps nothing is no fault', async () => {
  vi.stubGlobal('indexedDB', {
    open: () => {
      throw new DOMException('Not in private windows.', 'SecurityError');
    },
  });
  expect(await Database.open('ana')).toBeNull();
  expect(await lastOwner()).toBeNull();
});

test('where it gets full, what is written stays whole', async () => {
  const before = await tab();
  await load(before, aTask());
  const { put } = IDBObjectStore.prototype;
  const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, row, key) {
    if (key === 'head') throw new DOMException('Full.', 'QuotaExceededError');
    return put.call(this, row, key);
  });
  await before.event('TASK_UPDATED', 'one', aTask({ title: 'Oat milk', version: 2 }));
  full.mockRestore();
  before.copy.close();
  const after = await tab();
  expect(after.cursor).toBe('loaded');
  expect(after.titles()).toEqual(['Buy milk']);
});
