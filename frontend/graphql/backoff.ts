/** How long to wait before try number `tries` (from 0), in milliseconds: doubling, capped, with jitter. */
export function backoff(tries: number, random: () => number = Math.random): number {
  return Math.min(4_000, 250 * 2 ** Math.min(tries, 10)) * (0.5 + random() / 2);
}

/** Resolves after `ms`, or as soon as the page comes back online or into view. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      document.removeEventListener('visibilitychange', seen);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const seen = () => {
      if (document.visibilityState === 'visible') done();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
    document.addEventListener('visibilitychange', seen);
    signal?.addEventListener('abort', done);
  });
}
