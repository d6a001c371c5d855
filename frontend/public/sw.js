/** Notifications, whether or not a page is open: shows what is pushed, and does what is pressed.
 *
 * It is served as it stands, so it is plain JavaScript, and needs nothing but the app's files, which shell.js keeps.
 */

importScripts('/shell.js');

const ACTIONS = [
  { action: 'done', title: 'Done' },
  { action: 'snooze', title: 'In 10 minutes' },
];
const SNOOZE_MS = 10 * 60_000;
/** Pages that know how to show a task. */
const PAGES = ['/', '/settings/'];
/** A page that does not answer within this is not there yet, or shows the form to sign in. */
const ANSWER_MS = 500;
const TIMEOUT_MS = 15_000;
/** Waits between tries where the server can't be reached. */
const PAUSES_MS = [1_000, 3_000];
/** Where the page and this worker keep which channel is this browser's: see features/channels/kept.ts. */
const CACHE = 'taskflow-push';
const KEPT = '/push-channel';

const REFRESH = `mutation {
  payload: refreshSession(input: { inCookie: true }) { accessToken user { id } errors { message } }
}`;
const COMPLETE = `mutation ($input: TaskIdInput!) { payload: completeTask(input: $input) { errors { message } } }`;
const SNOOZE = `mutation ($input: SnoozeReminderInput!) {
  payload: snoozeReminder(input: $input) { errors { message } }
}`;
const OF_PUSH = '{ vapidPublicKey channels { id label types } }';
const ADD = `mutation ($input: AddWebPushChannelInput!) {
  payload: addWebPushChannel(input: $input) { channel { id } errors { message } }
}`;
const UPDATE =
  'mutation ($input: UpdateChannelInput!) { payload: updateChannel(input: $input) { errors { message } } }';
const REMOVE = 'mutation ($input: ChannelIdInput!) { payload: removeChannel(input: $input) { errors { message } } }';

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('push', (event) => event.waitUntil(show(read(event.data))));
self.addEventListener('notificationclick', (event) => event.waitUntil(clicked(event)));
self.addEventListener('pushsubscriptionchange', (event) => {
  // One at a time, over all pages as well.
  const renewing = navigator.locks.request('taskflow-push', () => renew(event.newSubscription));
  event.waitUntil(renewing);
});

/** What is pushed: `title`, `body`, `url`, `tag`; of one ring `taskId` and `reminderId`; of many `items` and `count`. */
function read(data) {
  try {
    return data.json();
  } catch {
    return {}; // a browser wants something shown for every push
  }
}

function show({ title = 'TaskFlow', body = '', url = '/', tag = '', taskId, reminderId, items = [], count = 0 }) {
  const lines = items.map((item) => (item.when ? `${item.title} · ${item.when}` : item.title));
  if (count > items.length) lines.push(`and ${count - items.length} more`);
  const rings = taskId && reminderId;
  return self.registration.showNotification(title, {
    body: [body, ...lines].filter(Boolean).join('\n'),
    tag,
    icon: '/icon.svg',
    data: { title, url, taskId, reminderId },
    actions: rings ? ACTIONS : [],
  });
}

async function clicked({ action, notification }) {
  notification.close();
  const { taskId, reminderId } = notification.data ?? {};
  if (action === 'done') return attempt(notification, COMPLETE, { id: taskId });
  // Reckoned once: however often it is tried, it says the same.
  const until = new Date(Date.now() + SNOOZE_MS).toISOString();
  if (action === 'snooze') return attempt(notification, SNOOZE, { id: reminderId, until });
  return open(notification.data ?? {});
}

/** Does it, as whoever is signed in; a failure is told, and can be tried again from there. */
async function attempt({ data, tag }, query, input) {
  try {
    const { token } = await signIn();
    await change(query, input, token);
  } catch (error) {
    await self.registration.showNotification(`Not saved: ${data.title}`, {
      body: `${error.message} Try again, or open TaskFlow.`,
      tag,
      icon: '/icon.svg',
      data,
      actions: ACTIONS,
    });
  }
}

/** In a window that is open, without loading it anew; else in a new one. */
async function open({ url = '/', taskId }) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const pages = windows.filter((window) => PAGES.includes(new URL(window.url).pathname));
  pages.sort((one, other) => rank(other) - rank(one));
  for (const page of pages) {
    if (!(await takes(page, { type: 'show', taskId }))) continue;
    await page.focus().catch(() => {}); // where browsers don't let it, it is shown all the same
    return;
  }
  // However the server is called in its settings, this browser's sign-in is with this origin.
  const { pathname, search } = new URL(url, self.location.origin);
  await self.clients.openWindow(taskId ? `/?task=${encodeURIComponent(taskId)}` : pathname + search);
}

function rank(window) {
  return Number(window.focused) * 2 + Number(window.visibilityState === 'visible');
}

function takes(page, message) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(true);
    setTimeout(() => resolve(false), ANSWER_MS);
    page.postMessage(message, [port2]);
  });
}

/** This browser is called otherwise from now on: its channel goes along, with what was chosen for it. */
async function renew(newSubscription) {
  const cache = await caches.open(CACHE);
  const kept = await (await cache.match(KEPT))?.json();
  if (!kept) return;
  const { token, userId } = await signIn();
  if (userId !== kept.userId) return;
  const { vapidPublicKey, channels } = await run(OF_PUSH, {}, token);
  const old = channels.find(({ id }) => id === kept.channelId);
  if (!vapidPublicKey || !old) return;
  const subscription =
    newSubscription ??
    (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: vapidPublicKey }));
  const { endpoint, keys } = subscription.toJSON();
  const input = { endpoint, p256dh: keys.p256dh, auth: keys.auth, label: old.label };
  const { channel } = await change(ADD, input, token);
  await cache.put(KEPT, new Response(JSON.stringify({ userId, channelId: channel.id, endpoint })));
  await change(UPDATE, { id: channel.id, types: old.types }, token);
  if (channel.id !== old.id) await change(REMOVE, { id: old.id }, token);
}

/** An access token, for the cookie that the browser keeps. */
async function signIn() {
  // One at a time, over all tabs as well: graphql/session.ts takes turns under the same name.
  const { payload } = await navigator.locks.request('taskflow-refresh', () => run(REFRESH, {}, null));
  if (!payload.accessToken) throw new Error('You are signed out.');
  return { token: payload.accessToken, userId: payload.user.id };
}

/** The payload of a mutation. Throws what the server says against it. */
async function change(query, input, token) {
  const { payload } = await run(query, { input }, token);
  if (payload.errors.length > 0) throw new Error(payload.errors[0].message);
  return payload;
}

/** `data`, tried again where the server can't be reached: all that is sent from here says what shall be. */
async function run(query, variables, token) {
  for (const pause of [...PAUSES_MS, null]) {
    const answer = await post(query, variables, token).catch(() => null);
    if (answer?.data) return answer.data;
    const code = answer?.errors?.[0]?.extensions?.code;
    if (answer?.errors?.length && code !== 'UNAVAILABLE') throw new Error(answer.errors[0].message);
    if (pause !== null) await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new Error('The server can’t be reached.');
}

/** As the pages do (`graphql/origin.ts`): it is one's own doing, and no other device's. */
function correlationId(token) {
  const [, claims] = token.split('.');
  const { sid } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
  return `${sid.slice(0, 8)}.${crypto.randomUUID()}`;
}

async function post(query, variables, token) {
  const response = await fetch('/graphql', {
    method: 'POST',
    credentials: 'same-origin',
    cache: 'no-store',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}`, 'x-correlation-id': correlationId(token) }),
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return response.json();
}
