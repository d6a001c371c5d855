/** A newer version of the app, as the service worker finds it: it waits, whole, until somebody wants it. */

const LOOK_MS = 60 * 60_000;

/** Tells of each version that waits to take over, until what it returns is called; looks for one each hour. */
export function followUpdates(registration: ServiceWorkerRegistration, found: (waiting: ServiceWorker) => void) {
  // Without one that is in charge, this is the first, and no news.
  const tell = (worker: ServiceWorker) => navigator.serviceWorker.controller && found(worker);
  const coming = () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => worker.state === 'installed' && tell(worker));
  };
  let looked = Date.now();
  const look = () => {
    if (document.visibilityState !== 'visible' || Date.now() - looked < LOOK_MS) return;
    looked = Date.now();
    void registration.update().catch(() => undefined); // the server is away
  };
  if (registration.waiting) tell(registration.waiting);
  registration.addEventListener('updatefound', coming);
  document.addEventListener('visibilitychange', look);
  const timer = setInterval(look, LOOK_MS);
  return () => {
    registration.removeEventListener('updatefound', coming);
    document.removeEventListener('visibilitychange', look);
    clearInterval(timer);
  };
}

/** Lets it take over, and shows its page. */
export function takeUpdate(waiting: Pick<ServiceWorker, 'postMessage'>, reload = () => location.reload()) {
  navigator.serviceWorker.addEventListener('controllerchange', reload, { once: true });
  waiting.postMessage({ type: 'update' });
}
