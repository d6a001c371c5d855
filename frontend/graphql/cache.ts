/** The cache of one person: what a list was is of no interest, nor what belonged to a task. */

import { type ApolloCache, InMemoryCache } from '@apollo/client';
import { BehaviorSubject } from 'rxjs';
import { BOARD, type Board, type Task } from '@/features/tasks/board';
import { RowReader } from './rows';

const newest = { merge: (_: unknown, incoming: unknown) => incoming };

/** Apollo's own, of this very version: how many changes are under way, and what they leave with all that is optimistic. */
const UNDER_WAY = 'txCount';
const STORE = 'optimisticData';

/** It tells what the board is after each change, with what waits to be saved on top. */
export class BoardCache extends InMemoryCache {
  /** Null before it is loaded. What has not changed of it is the very same as before. */
  readonly board$ = new BehaviorSubject<Board | null>(null);
  private readonly reader = new RowReader<Board>(BOARD);
  private byId: ReadonlyMap<string, Task> = new Map();
  private indexed: readonly Task[] = [];

  constructor() {
    super({
      resultCaching: false, // nothing is watched but the board, which is read below
      typePolicies: {
        Query: {
          fields: { tasks: { keyArgs: false, ...newest }, projects: { keyArgs: false, ...newest }, labels: newest },
        },
        Task: { fields: { labels: newest, reminders: newest, recurrence: newest } },
      },
    });
  }

  /** A task of the board as it is by now. */
  task(id: string): Task | undefined {
    const tasks = this.board$.value?.tasks.nodes ?? [];
    if (tasks !== this.indexed) {
      this.indexed = tasks;
      this.byId = new Map(tasks.map((task) => [task.id, task]));
    }
    return this.byId.get(id);
  }

  override restore(...rows: Parameters<InMemoryCache['restore']>): this {
    super.restore(...rows);
    this.look();
    return this;
  }

  protected override broadcastWatches(...how: Parameters<InMemoryCache['broadcastWatches']>) {
    super.broadcastWatches(...how);
    if (this[UNDER_WAY] === 0) this.look();
  }

  private look() {
    const store = this[STORE];
    const board = this.reader.read((id) => store.lookup(id));
    if (board !== this.board$.value) this.board$.next(board);
  }
}

/** The one that this app's clients have. */
export function boardOf(cache: ApolloCache): BoardCache {
  if (!(cache instanceof BoardCache)) throw new Error('It has no board.');
  return cache;
}
