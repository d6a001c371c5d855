'use client';

import { useEffect } from 'react';

/** Puts the service worker in its place: it keeps the app for when the server is away, and shows what is pushed. */
export function Worker() {
  useEffect(() => {
    // What the page itself needs is loaded first.
    const start = () =>
      void navigator.serviceWorker?.register('/sw.js', { scope: '/', updateViaCache: 'none' }).catch(() => undefined);
    if (document.readyState === 'complete') start();
    else addEventListener('load', start, { once: true });
    return () => removeEventListener('load', start);
  }, []);
  return null;
}
