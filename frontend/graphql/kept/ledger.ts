/** What was made here and is not saved: in the database that the tabs share, or, where that won't take it, in memory. */

import type { Change, Refused } from '@/graphql/outbox/change';
import type { Database, Writing } from './database';

export class Ledger {
  /** What the database did not take. What came after it waits behind it. */
  private loose: Change[] = [];
  private looseRefused: Refused[] = [];
  /** What is answered, and could not be taken out of the database. */
  private readonly answered = new Set<string>();

  constructor(private readonly database: Database | null) {}

  /** All that waits, in order; null where that can't be told. */
  async changes(): Promise<Change[] | null> {
    const kept = await this.attempt<Change[] | null>((all) => all.objectStore('outbox').getAll(), null);
    if (!kept && this.database) return null;
    return [...(kept ?? []).filter(({ id }) => !this.answered.has(id)), ...this.loose];
  }

  async first(): Promise<Change | undefined> {
    const many = this.answered.size + 1;
    const kept = await this.attempt((all) => all.objectStore('outbox').getAll(null, many), []);
    return kept.find(({ id }) => !this.answered.has(id)) ?? this.loose[0];
  }

  /** Whether it outlives the page. */
  async add(change: Change): Promise<boolean> {
    const kept = this.loose.length === 0 && (await this.attempt(adding(change), false));
    if (!kept) this.loose.push(change);
    return kept;
  }

  /** What is sent in a change's place. */
  async replace(change: Change): Promise<void> {
    this.loose = this.loose.map((known) => (known.id === change.id ? change : known));
    await this.attempt(async (all) => {
      const outbox = all.objectStore('outbox');
      const key = await outbox.index('id').getKey(change.id);
      if (key !== undefined) await outbox.put(change, key);
    }, undefined);
  }

  /** It is answered, and this is what is left of it. */
  async settle(id: string, refused: Refused | null): Promise<void> {
    this.loose = this.loose.filter((change) => change.id !== id);
    const kept = await this.attempt(async (all) => {
      const outbox = all.objectStore('outbox');
      const key = await outbox.index('id').getKey(id);
      if (key !== undefined) await outbox.delete(key);
      if (refused) await all.objectStore('refused').put(refused);
      return true;
    }, false);
    if (kept) return;
    this.answered.add(id);
    if (refused) this.looseRefused.push(refused);
  }

  async refusals(): Promise<Refused[]> {
    const kept = await this.attempt((all) => all.objectStore('refused').getAll(), []);
    return [...kept, ...this.looseRefused];
  }

  /** The person has decided. */
  async decide(id: string): Promise<void> {
    this.looseRefused = this.looseRefused.filter((refused) => refused.id !== id);
    await this.attempt((all) => all.objectStore('refused').delete(id), undefined);
  }

  private async attempt<Result>(work: (all: Writing) => Promise<Result>, otherwise: Result): Promise<Result> {
    if (!this.database) return otherwise;
    return this.database.transact(work).catch(() => otherwise);
  }
}

function adding(change: Change) {
  return async (all: Writing): Promise<boolean> => {
    await all.objectStore('outbox').add(change);
    return true;
  };
}
