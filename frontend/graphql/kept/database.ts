/** What outlives the page, in IndexedDB: one person's at a time, so that nobody finds what the last one left.
 *
 * A browser that keeps nothing, or has no locks for several tabs to take turns, is no fault: then a tab keeps what it
 * has in memory, as long as it lives.
 */

import type { StoreObject } from '@apollo/client';
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import type { Change, Refused } from '@/graphql/outbox/change';

/** The copy of everything, as it was at a place in the log. Its rows stand beside it. */
export interface CopyHead {
  /** What it holds of each thing. A copy of another form is of no use. */
  form: string;
  cursor: string;
  /** What is gone for good. */
  buried: string[];
}

interface Stores extends DBSchema {
  owner: { key: 'owner'; value: string };
  head: { key: 'head'; value: CopyHead };
  rows: { key: string; value: StoreObject };
  /** In the order in which they were made, whichever tab made them. */
  outbox: { key: number; value: Change; indexes: { id: string } };
  refused: { key: string; value: Refused };
}

type Name = 'owner' | 'head' | 'rows' | 'outbox' | 'refused';
export type Writing = IDBPTransaction<Stores, Name[], 'readwrite'>;

const DATABASE = 'taskflow';
/** Counts up with every change of the stores; what an earlier program left is dropped then. */
const FORMAT = 1;
const ALL: Name[] = ['owner', 'head', 'rows', 'outbox', 'refused'];
/** A browser that doesn't open it by then never will. */
const OPEN_MS = 3_000;

/** The database has another owner by now, or none. */
export class NotOurs extends Error {}

export class Database {
  private constructor(
    private readonly db: IDBPDatabase<Stores>,
    private readonly userId: string,
  ) {}

  /** For this person; what was another one's is removed. Null where nothing can be kept here. */
  static async open(userId: string): Promise<Database | null> {
    try {
      const db = await connect();
      const all = db.transaction(ALL, 'readwrite');
      if ((await all.objectStore('owner').get('owner')) !== userId) await empty(all);
      await all.objectStore('owner').put(userId, 'owner');
      await all.done;
      return new Database(db, userId);
    } catch {
      return null;
    }
  }

  /** Reads or writes as one, and only what is this person's. Throws where it can't. */
  async transact<Result>(work: (all: Writing) => Promise<Result>): Promise<Result> {
    const all = this.db.transaction(ALL, 'readwrite', { durability: 'relaxed' });
    // A transaction that fails is told of once, by the line below that finds out.
    all.done.catch(() => undefined);
    try {
      if ((await all.objectStore('owner').get('owner')) !== this.userId) throw new NotOurs();
      const result = await work(all);
      await all.done;
      return result;
    } catch (error) {
      abort(all);
      throw error;
    }
  }

  /** Nothing of theirs stays. */
  clear(): Promise<void> {
    return this.transact(empty);
  }

  /** The copy goes; what they made and is not saved stays for when they come back. */
  clearCopy(): Promise<void> {
    return this.transact(async (all) => {
      await all.objectStore('head').clear();
      await all.objectStore('rows').clear();
    });
  }

  close() {
    this.db.close();
  }
}

/** Whoever was signed in here last, and left a copy that can be shown without asking the server. */
export async function lastOwner(): Promise<string | null> {
  try {
    const db = await connect();
    const owner = await db.get('owner', 'owner');
    const head = await db.get('head', 'head');
    db.close();
    return (head && owner) ?? null;
  } catch {
    return null;
  }
}

/** How many changes wait here for whoever was signed out by something else; null where nobody was. */
export async function leftWaiting(): Promise<number | null> {
  try {
    const db = await connect();
    const owner = await db.get('owner', 'owner');
    const waiting = await db.count('outbox');
    db.close();
    return owner === undefined ? null : waiting;
  } catch {
    return null;
  }
}

async function connect(): Promise<IDBPDatabase<Stores>> {
  if (!navigator.locks) throw new Error('Tabs can’t take turns here.');
  const opening = openDB<Stores>(DATABASE, FORMAT, {
    upgrade(db) {
      for (const name of [...db.objectStoreNames]) db.deleteObjectStore(name);
      for (const name of ['owner', 'head', 'rows'] as const) db.createObjectStore(name);
      db.createObjectStore('outbox', { autoIncrement: true }).createIndex('id', 'id', { unique: true });
      db.createObjectStore('refused', { keyPath: 'id' });
    },
    // A newer program wants to change it: it must not wait for this page.
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
  });
  return Promise.race([
    opening,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('It does not open.')), OPEN_MS)),
  ]);
}

/** Nothing of it counts. */
function abort(all: Writing) {
  try {
    all.abort();
  } catch {
    // It was the browser that did it.
  }
}

async function empty(all: Writing): Promise<void> {
  for (const name of ALL) await all.objectStore(name).clear();
}
