/** What the tabs of one browser tell each other of the changes that they share, and how they take turns. */

import type { Answer } from '@/graphql/http';
import type { Change, Data, Refused } from './change';

export type Told =
  | { type: 'made'; change: Change }
  | { type: 'answered'; change: Change; answer: Answer<Data>; refused: Refused | null }
  | { type: 'decided'; id: string }
  | { type: 'left' };

const NAME = 'taskflow-outbox';

export class Tabs {
  private readonly channel: BroadcastChannel | null;

  constructor(
    private readonly userId: string,
    /** Whether there is a database that they share. */
    shared: boolean,
  ) {
    this.channel = shared && typeof BroadcastChannel === 'function' ? new BroadcastChannel(NAME) : null;
  }

  tell(told: Told) {
    this.channel?.postMessage({ userId: this.userId, told });
  }

  /** Calls back for what the others tell. Another person's tab is none of this one's. */
  hear(heard: (told: Told) => void) {
    if (!this.channel) return;
    this.channel.onmessage = ({ data: { userId, told } }: MessageEvent<{ userId: string; told: Told }>) => {
      if (userId === this.userId) heard(told);
    };
  }

  close() {
    this.channel?.close();
  }
}

/** One tab at a time. Where there are no locks, no two tabs share anything. */
export function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  return navigator.locks ? navigator.locks.request(NAME, work) : work();
}
