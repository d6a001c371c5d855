/** A browser that keeps things and has tabs: IndexedDB, locks that tabs share, and channels between them. */

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { vi } from 'vitest';
import { Database } from '@/graphql/kept/database';
import { Session } from '@/graphql/session';
import { openStore, type Store } from '@/graphql/store';

type Work = (lock: object | null) => unknown;

/** Locks as browsers have them, for one page that plays all tabs. */
class Locks {
  private readonly queues = new Map<string, Promise<unknown>>();
  private readonly held = new Set<string>();

  request(name: string, ...rest: [Work] | [LockOptions, Work]): Promise<unknown> {
    const work = rest.at(-1) as Work;
    const { ifAvailable, signal } = (rest.length === 2 ? rest[0] : {}) as LockOptions;
    if (ifAvailable && this.held.has(name)) return Promise.resolve(work(null));
    const turn = (this.queues.get(name) ?? Promise.resolve()).then(async () => {
      if (signal?.aborted) return;
      this.held.add(name);
      try {
        return await work({});
      } finally {
        this.held.delete(name);
      }
    });
    if (!this.held.has(name)) this.held.add(name);
    this.queues.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  }
}

/** To be called before each test: nothing is kept yet. */
export function aDevice() {
  vi.stubGlobal('indexedDB', new IDBFactory());
  Object.defineProperty(navigator, 'locks', { configurable: true, value: new Locks() });
}

/** The stores of the database in which there is anything. */
export async function left(): Promise<string[]> {
  const db = await openDB('taskflow');
  const counts = await Promise.all([...db.objectStoreNames].map(async (name) => [name, await db.count(name)] as const));
  db.close();
  return counts.flatMap(([name, count]) => (count > 0 ? [name] : []));
}

/** A tab of somebody who is signed in, as it is loaded; it goes on from what is on the device. */
export async function aTab(session = new Session()): Promise<{ store: Store; session: Session; database: Database }> {
  if (session.userId$.value === undefined) await session.refresh();
  const database = await Database.open(session.userId$.value ?? '');
  if (!database) throw new Error('Nothing can be kept here.');
  const store = openStore(session, database);
  await store.restore();
  return { store, session, database };
}
