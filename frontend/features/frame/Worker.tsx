'use client';

import { useEffect } from 'react';
import { toast } from 'sonner';
import { TEXT } from './text';
import { followUpdates, takeUpdate } from './updates';

/** Puts the service worker in its place: it keeps the app for when the server is away, and shows what is pushed. Says
 * when it has a newer version. */
export function Worker() {
  useEffect(() => {
    let unfollow: (() => void) | undefined;
    let over = false;
    const start = async () => {
      const registration = await navigator.serviceWorker?.register('/sw.js', { scope: '/', updateViaCache: 'none' });
      if (registration && !over) unfollow = followUpdates(registration, offer);
    };
    // What the page itself needs is loaded first.
    const loaded = () => void start().catch(() => undefined);
    if (document.readyState === 'complete') loaded();
    else addEventListener('load', loaded, { once: true });
    return () => {
      over = true;
      removeEventListener('load', loaded);
      unfollow?.();
    };
  }, []);
  return null;
}

function offer(waiting: ServiceWorker) {
  toast(TEXT.updateThere, {
    id: TEXT.updateThere,
    duration: Number.POSITIVE_INFINITY,
    action: { label: TEXT.update, onClick: () => takeUpdate(waiting) },
  });
}
