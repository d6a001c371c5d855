/** Which channel is this browser's: kept where its service worker (public/sw.js) reads it too. */

export interface Kept {
  userId: string;
  channelId: string;
  /** Where the push service takes what is for this browser. */
  endpoint: string;
}

const CACHE = 'taskflow-push';
const KEPT = '/push-channel';

export async function recall(): Promise<Kept | null> {
  try {
    const kept = await (await caches.open(CACHE)).match(KEPT);
    return kept ? ((await kept.json()) as Kept) : null;
  } catch {
    return null;
  }
}

export async function remember(kept: Kept): Promise<void> {
  await (await caches.open(CACHE)).put(KEPT, new Response(JSON.stringify(kept)));
}

export async function forget(): Promise<void> {
  try {
    await caches.delete(CACHE);
  } catch {
    // A browser that keeps nothing.
  }
}
