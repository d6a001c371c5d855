/** The copy of everything, on the device: what changed of the cache, and the place in the log that it stands at, are
 * written as one. So a reload goes on from there, offline as well.
 *
 * One tab writes at a time, for as long as it lives: two would each write over what the other knows better.
 */

import type { ApolloCache, NormalizedCacheObject } from '@apollo/client';
import type { Versions } from '@/features/live/apply';
import type { Database, Writing } from './database';

type Rows = NormalizedCacheObject;

const LOCK = 'taskflow-copy';
/** How much later than on screen things are on the device. */
const LAG_MS = 500;
/** So many rows are written in a moment, and so many read: of thousands at once a page would stand still. A transaction
 * lasts as long as it has something to do. */
const WRITTEN = 100;
const READ = 500;

export class Copy {
  private cursor: string | null = null;
  /** The rows as they are written; null while it is not this tab that writes. */
  private written: Rows | null = null;
  /** Whether what stands there otherwise goes. */
  private whole = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private saving: Promise<void> = Promise.resolve();
  private readonly closing = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly cache: ApolloCache,
    private readonly versions: Versions,
    /** What it holds of each thing: where another program wrote it, it is dropped. */
    private readonly form: string,
  ) {}

  /** Puts back what there is; the place in the log that it stands at. */
  async restore(): Promise<string | null> {
    const writes = await this.takeTurn();
    const kept = await this.read();
    if (writes) this.written = kept?.rows ?? {};
    if (!kept) return null;
    const rows = { ...kept.rows };
    for (const gone of kept.buried) delete rows[gone]; // what an earlier page let go of
    this.cache.restore(rows);
    for (const row of Object.values(kept.rows)) {
      const { __typename, id, version } = row ?? {};
      if (__typename && typeof id === 'string' && typeof version === 'number') {
        this.versions.admit({ __typename, id, version });
      }
    }
    this.versions.buryAll(kept.buried);
    this.cursor = kept.cursor;
    return kept.cursor;
  }

  /** The cache stands at this place in the log now. */
  standsAt(cursor: string) {
    this.cursor = cursor;
    this.changed();
  }

  /** The cache has changed. */
  changed() {
    this.timer ??= setTimeout(() => void this.save(), LAG_MS);
  }

  /** Writes what has changed since it was written last. */
  save(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.saving = this.saving.then(() => this.write()).catch(() => this.giveUp());
    return this.saving;
  }

  close() {
    clearTimeout(this.timer);
    this.closing.abort();
    this.written = null;
  }

  private async read(): Promise<{ rows: Rows; cursor: string; buried: string[] } | null> {
    try {
      return await this.database.transact(async (all) => {
        const head = await all.objectStore('head').get('head');
        if (head?.form !== this.form) {
          await all.objectStore('head').clear();
          await all.objectStore('rows').clear();
          return null;
        }
        return { ...head, rows: await rowsOf(all) };
      });
    } catch {
      return null;
    }
  }

  private async write() {
    const { cursor, written, whole } = this;
    if (!written || cursor === null) return;
    const { __META: _, ROOT_MUTATION: __, ...rows } = this.cache.extract() as Rows;
    const head = { form: this.form, cursor, buried: this.versions.buried() };
    await this.database.transact(async (all) => {
      const store = all.objectStore('rows');
      if (whole) await store.clear();
      const gone = Object.keys(written).filter((key) => !(key in rows));
      const changed = Object.entries(rows).filter(([key, row]) => row !== written[key]);
      await Promise.all(gone.map((key) => store.delete(key)));
      for (let from = 0; from < changed.length; from += WRITTEN) {
        await Promise.all(changed.slice(from, from + WRITTEN).map(async ([key, row]) => row && store.put(row, key)));
      }
      await all.objectStore('head').put(head, 'head');
    });
    if (this.written !== written) return;
    this.written = rows;
    this.whole = false;
  }

  /** What is written stays as it is: older, and whole. */
  private giveUp() {
    this.written = null;
  }

  /** Whether this tab writes from now on. If not, it does once the one that does is closed. */
  private takeTurn(): Promise<boolean> {
    const { signal } = this.closing;
    const closed = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    return new Promise((resolve) => {
      void navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        if (lock) return closed;
        navigator.locks
          .request(LOCK, { signal }, async () => {
            await this.startOver();
            await closed;
          })
          .catch(() => undefined); // closed while it waited
      });
    });
  }

  /** What is written is another tab's, and this one doesn't know it: all is written anew. */
  private async startOver() {
    await this.saving;
    this.cache.gc();
    this.written = {};
    this.whole = true;
    await this.save();
  }
}

async function rowsOf(all: Writing): Promise<Rows> {
  const store = all.objectStore('rows');
  const rows: Rows = {};
  for (let from: IDBKeyRange | null = null; ; ) {
    const [keys, values] = await Promise.all([store.getAllKeys(from, READ), store.getAll(from, READ)]);
    for (const [index, key] of keys.entries()) rows[key] = values[index];
    const last = keys.at(-1);
    if (keys.length < READ || last === undefined) return rows;
    from = IDBKeyRange.lowerBound(last, true);
  }
}
