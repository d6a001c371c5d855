/** The app itself, kept in the browser, so that it opens where the server is away; sw.js takes this in.
 *
 * A version is kept whole, checked file by file, and shown whole: pages come from this worker's own version until the
 * next one takes over, which is when a page asks for it, or is loaded while no other is open.
 */

/** What the build made: written into this line by shell.mjs. Pages that were not built for this have nothing here. */
const SHELL = { version: '', files: [] };

const PREFIX = 'taskflow-shell-';
const SHELL_CACHE = PREFIX + SHELL.version;
const PATHS = new Set(SHELL.files.map(([path]) => path));

self.addEventListener('install', (event) => event.waitUntil(keep()));
self.addEventListener('activate', (event) => event.waitUntil(tidy()));
self.addEventListener('message', ({ data }) => {
  if (data?.type === 'update') self.skipWaiting();
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin || PATHS.size === 0) return;
  if (request.mode === 'navigate') {
    if (PATHS.has(pathname)) event.respondWith(page(request, pathname));
    // As the server does; what stands behind `#` goes along.
    else if (PATHS.has(`${pathname}/`)) event.respondWith(Response.redirect(`${origin}${pathname}/${search}`, 307));
  } else if (PATHS.has(pathname) || pathname.startsWith('/_next/static/')) {
    event.respondWith(file(request, pathname));
  }
});

async function keep() {
  if (PATHS.size === 0) return;
  const cache = await caches.open(SHELL_CACHE);
  await Promise.all(
    SHELL.files.map(async ([path, integrity]) => {
      // Where the server has another version by now, this one is not to be had any more.
      const response = await fetch(path, { cache: 'no-cache', integrity });
      if (!response.ok || response.redirected) throw new Error(`${path} is not what was built.`);
      await cache.put(path, response);
    }),
  );
}

/** The version before this one stays, for what pages that still show it load later. */
async function tidy() {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== SHELL_CACHE);
  for (const name of others.slice(0, -1)) await caches.delete(name);
}

async function page(request, path) {
  const { waiting } = self.registration;
  if (waiting && (await self.clients.matchAll({ type: 'window' })).length <= 1) {
    waiting.postMessage({ type: 'update' });
    const newest = await fetch(request).catch(() => null);
    if (newest?.ok) return newest;
  }
  return (await kept(path)) ?? fetch(request);
}

async function file(request, path) {
  // What has a hash in its name is the same in every version.
  const found = (await kept(path)) ?? (path.startsWith('/_next/static/') && (await caches.match(path)));
  return found || fetch(request);
}

async function kept(path) {
  return (await caches.open(SHELL_CACHE)).match(path);
}
