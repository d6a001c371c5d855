/** Notifications of this browser, which come whether or not a page is open. */

import { BehaviorSubject, filter, firstValueFrom } from 'rxjs';
import { askPermission, permission } from '@/features/reminders/notification';
import type { Fault } from '@/graphql/ask';
import type { Channels, Known } from './channels';
import { browserName } from './device';
import { forget, recall, remember } from './kept';
import { ADD_WEB_PUSH } from './operations';
import { TEXT } from './text';

/** Whether this browser can be pushed to: only pages that were served securely can. */
export function canBePushed(): boolean {
  return permission() !== 'none' && typeof navigator.serviceWorker === 'object' && typeof PushManager === 'function';
}

/** Where this browser's notifications are another person's, or nobody is here any more, they end. */
export async function endPushOfOthers(userId: string | null): Promise<void> {
  if (!canBePushed()) return;
  const kept = await recall();
  if (!kept || kept.userId === userId) return;
  await forget();
  await unsubscribe();
}

export class PushHere {
  /** This browser's channel. */
  readonly channelId$ = new BehaviorSubject<string | null>(null);

  constructor(
    private readonly channels: Channels,
    private readonly userId: string,
  ) {}

  /** Puts right what changed while no page was open. */
  async start(): Promise<void> {
    if (!canBePushed()) return;
    const known = await firstValueFrom(this.channels.known$.pipe(filter((known): known is Known => known !== null)));
    await oneTabAtATime(() => this.putRight(known));
  }

  private async putRight(known: Known): Promise<void> {
    const kept = await recall();
    if (kept?.userId !== this.userId) return;
    const old = known.channels.find(({ id }) => id === kept.channelId);
    if (!old) return this.end(); // it was removed on another device
    this.channelId$.next(old.id);
    const subscription = await current();
    if (subscription?.endpoint === kept.endpoint || permission() !== 'granted') return;
    const fault = await this.subscribe(known.vapidPublicKey, old.label);
    if (!fault && this.channelId$.value !== old.id) await this.channels.remove(old.id);
  }

  /** On a person's click: browsers let nobody else ask. */
  async turnOn(): Promise<Fault | null> {
    if ((await askPermission()) !== 'granted') return fault(TEXT.blocked);
    return this.subscribe(this.channels.known$.value?.vapidPublicKey ?? null, browserName());
  }

  /** Together with its channel. */
  async turnOff(): Promise<Fault | null> {
    const id = this.channelId$.value;
    const refused = id === null ? null : await this.channels.remove(id);
    if (!refused) await this.end();
    return refused;
  }

  /** Before a person signs out, as well as it can be done. */
  async leave(): Promise<void> {
    const id = this.channelId$.value;
    if (id !== null) await this.channels.remove(id);
  }

  private async end() {
    this.channelId$.next(null);
    await forget();
    await unsubscribe();
  }

  private async subscribe(vapidPublicKey: string | null, label: string): Promise<Fault | null> {
    if (!vapidPublicKey) return fault(TEXT.pushNotHere);
    let subscription: PushSubscription;
    try {
      const { pushManager } = await navigator.serviceWorker.ready;
      // One for another key can't be used, and stands in the way.
      await (await pushManager.getSubscription())?.unsubscribe();
      subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: vapidPublicKey });
    } catch {
      return fault(TEXT.pushFailed);
    }
    const { endpoint = '', keys = {} } = subscription.toJSON();
    const input = { endpoint, p256dh: keys.p256dh ?? '', auth: keys.auth ?? '', label };
    const added = await this.channels.change(ADD_WEB_PUSH, input);
    if (added.fault || !added.channel) {
      await unsubscribe();
      return added.fault;
    }
    await remember({ userId: this.userId, channelId: added.channel.id, endpoint });
    this.channelId$.next(added.channel.id);
    return null;
  }
}

async function current(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration('/');
  return (await registration?.pushManager.getSubscription()) ?? null;
}

async function unsubscribe(): Promise<void> {
  await (await current())?.unsubscribe().catch(() => false);
}

function oneTabAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
  return navigator.locks.request('taskflow-push', work);
}

function fault(message: string): Fault {
  return { code: '', field: undefined, message };
}
