/** Changes go out in the order they were made, and again until they are answered: all tabs' by one tab at a time.
 *
 * Sending one twice is harmless: a create has an id of the client's own, and the other changes say what shall be, not
 * what to do. So while the server is away nothing is lost: it waits here, and where the browser keeps things, it waits
 * through a reload as well.
 */

import { ApolloLink, Observable } from '@apollo/client';
import { print } from 'graphql';
import { BehaviorSubject, type Observer } from 'rxjs';
import type { Aim } from '@/features/tasks/aim';
import type { Answer } from '@/graphql/http';
import { newId } from '@/graphql/ids';
import { TEXT } from '@/graphql/text';
import type { Change, Data, Refused } from './change';
import { Sender, type SenderPorts } from './sender';
import type { Tabs } from './tabs';

/** So long after there is nothing left to send, what is still said to wait was answered unheard. */
const UNHEARD_MS = 2_000;

export interface OutboxPorts extends SenderPorts {
  tabs: Tabs;
  /** What an answer leaves of a change for its maker to decide. */
  refusal: (change: Change, answer: Answer<Data>) => Refused | null;
  /** Shows what was made in another tab, or before this page was loaded. */
  show: (change: Change) => void;
  /** Puts the answer in the place of what was shown. */
  answered: (change: Change, answer: Answer<Data>) => void;
  /** What an answer says is in the cache now. */
  settled: () => void;
  /** The person logs out in another tab. */
  left: () => void;
}

/** Given in an operation's context: what it is after, and who is told what it was in the end, with the server's own
 * answer: what the operation itself gives has lost what was known by then. */
export interface WithAim {
  aim: Aim;
  settled?: (change: Change, answer: Answer<Data>) => void;
}

interface Asked {
  sink: Observer<ApolloLink.Result>;
  settled: WithAim['settled'];
}

export class OutboxLink extends ApolloLink {
  /** How many changes are not answered yet, whichever tab made them. */
  readonly waiting$ = new BehaviorSubject(0);
  /** How many of them would be lost with this tab. */
  readonly unkept$ = new BehaviorSubject(0);
  /** What could not be saved, until somebody decides. */
  readonly refused$ = new BehaviorSubject<readonly Refused[]>([]);
  private readonly stopping = new AbortController();
  private readonly waiting = new Map<string, Change>();
  private readonly done = new Set<string>();
  private readonly unkept = new Set<string>();
  /** What was asked for in this tab, since it was loaded. */
  private readonly asked = new Map<string, Asked>();
  private keeping: Promise<unknown> = Promise.resolve();
  private readonly sender: Sender;
  private sweeping: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ports: OutboxPorts) {
    super();
    const calls = {
      onAnswer: (change: Change, answer: Answer<Data>) => this.settle(change, answer),
      onLeft: (reason: Error) => this.stop(reason),
      onIdle: () => this.idle(),
    };
    this.sender = new Sender(ports, calls, this.stopping.signal);
    ports.tabs.hear((told) => {
      if (told.type === 'made') this.found(told.change);
      else if (told.type === 'answered') this.told(told.change, told.answer, told.refused);
      else if (told.type === 'decided') this.drop(told.id);
      else ports.left();
    });
  }

  /** Takes up what an earlier page left. */
  async restore(): Promise<void> {
    const { ledger } = this.ports;
    this.refuse(await ledger.refusals());
    for (const change of (await ledger.changes()) ?? []) this.found(change);
  }

  /** Above what was loaded anew, what was not made in this page: it may have had nothing to stand on. */
  showAgain() {
    for (const [id, change] of this.waiting) if (!this.asked.has(id)) this.ports.show(change);
  }

  /** Nothing is sent any more. What waits, and what still comes, fails for this reason. */
  stop(reason: Error) {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort(reason);
    clearTimeout(this.sweeping);
    this.ports.tabs.close();
    for (const { sink } of this.asked.values()) sink.error(reason);
    this.asked.clear();
    this.waiting.clear();
    this.unkept.clear();
    this.count();
  }

  /** The person logs out: the other tabs are to know. */
  leave() {
    this.ports.tabs.tell({ type: 'left' });
  }

  /** The person has seen what was refused, and it is done with. */
  decide(id: string) {
    this.drop(id);
    this.ports.tabs.tell({ type: 'decided', id });
    void this.ports.ledger.decide(id);
  }

  /** Sends what was refused once more. */
  retry({ id, change }: Refused) {
    this.decide(id);
    const anew = { ...change, id: newId() };
    this.ports.show(anew);
    this.make(anew);
  }

  override request(operation: ApolloLink.Operation): Observable<ApolloLink.Result> {
    const { aim, settled, optimisticResponse } = operation.getContext() as Partial<WithAim> & {
      optimisticResponse?: Data;
    };
    return new Observable((sink) => {
      const { signal } = this.stopping;
      if (signal.aborted) return sink.error(signal.reason);
      const change: Change = {
        id: newId(),
        name: operation.operationName ?? '',
        query: print(operation.query),
        variables: operation.variables,
        shown: optimisticResponse ?? null,
        aim: aim ?? null,
      };
      this.asked.set(change.id, { sink, settled });
      this.make(change);
      // Once made, a change is sent, whether or not anybody still looks at its answer.
    });
  }

  private make(change: Change) {
    this.waiting.set(change.id, change);
    this.unkept.add(change.id);
    this.count();
    this.keeping = this.keeping.then(async () => {
      if (this.stopping.signal.aborted) return;
      const kept = await this.ports.ledger.add(change);
      if (kept) {
        this.unkept.delete(change.id);
        this.count();
        this.ports.tabs.tell({ type: 'made', change });
      }
      void this.sender.wake();
    });
  }

  /** A change of another tab's, or of an earlier page's. */
  private found(change: Change) {
    // Another tab may have been quicker to tell of its answer.
    if (this.stopping.signal.aborted || this.waiting.has(change.id) || this.done.has(change.id)) return;
    this.waiting.set(change.id, change);
    this.count();
    this.ports.show(change);
    void this.sender.wake();
  }

  private idle() {
    clearTimeout(this.sweeping);
    if (this.waiting.size > 0) this.sweeping = setTimeout(() => void this.sweep(), UNHEARD_MS);
  }

  /** Whatever tab sent them, and was closed before it told. */
  private async sweep() {
    const changes = await this.ports.ledger.changes();
    if (!changes) return;
    const kept = new Set(changes.map(({ id }) => id));
    for (const change of this.waiting.values()) {
      if (kept.has(change.id) || this.unkept.has(change.id)) continue;
      this.told(change, { errors: [{ message: TEXT.unheard }] }, null);
    }
  }

  private async settle(change: Change, answer: Answer<Data>) {
    const refused = this.ports.refusal(change, answer);
    await this.ports.ledger.settle(change.id, refused);
    this.ports.tabs.tell({ type: 'answered', change, answer, refused });
    this.told(change, answer, refused);
  }

  private told(change: Change, answer: Answer<Data>, refused: Refused | null) {
    if (this.stopping.signal.aborted) return;
    this.done.add(change.id);
    this.waiting.delete(change.id);
    this.unkept.delete(change.id);
    this.count();
    if (refused) this.refuse([refused]);
    const asked = this.asked.get(change.id);
    this.asked.delete(change.id);
    if (asked) {
      asked.settled?.(change, answer);
      asked.sink.next(answer as ApolloLink.Result);
      asked.sink.complete();
    } else {
      this.ports.answered(change, answer);
    }
    this.ports.settled();
  }

  private refuse(refused: readonly Refused[]) {
    const known = this.refused$.value;
    const more = refused.filter(({ id }) => !known.some((other) => other.id === id));
    if (more.length > 0) this.refused$.next([...known, ...more]);
  }

  private drop(id: string) {
    this.refused$.next(this.refused$.value.filter((refused) => refused.id !== id));
  }

  private count() {
    if (this.waiting$.value !== this.waiting.size) this.waiting$.next(this.waiting.size);
    if (this.unkept$.value !== this.unkept.size) this.unkept$.next(this.unkept.size);
  }
}
