"""What reaches people outside of the page: a server that sends mail and pushes, and a browser that is pushed to."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser as Chromium
from playwright.async_api import CDPSession, Worker

from tests.e2e.app import Window
from tests.services.ports import free_port
from tests.support.receivers import Browser, Mailbox, Receiver
from tests.support.server import Server

PUSH_PATH = "/push/ana"
DEADLINE_SECONDS = 10
#: In place of a push service, which no browser without the internet reaches: the subscription that it would give.
SUBSCRIPTION = """
const given = %s;
const subscription = {
  endpoint: given.endpoint,
  toJSON: () => given,
  unsubscribe: async () => { localStorage.removeItem('subscribed'); return true; },
};
PushManager.prototype.getSubscription = async () => localStorage.getItem('subscribed') ? subscription : null;
PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
  localStorage.setItem('subscribed', applicationServerKey);
  return subscription;
};
"""
#: In the worker: a press on a notification, or on one of its buttons. Resolves once that was dealt with.
PRESS = """async ([title, action]) => {
  const [notification] = (await registration.getNotifications()).filter((shown) => shown.title === title);
  const event = new NotificationEvent('notificationclick', { notification, action });
  const work = new Promise((resolve) => { event.waitUntil = resolve; });
  dispatchEvent(event);
  await work;
}"""
SHOWN = """async () => (await registration.getNotifications()).map(
  ({ title, body, tag, data, actions }) =>
    ({ title, body, tag, data, actions: actions.map(({ action }) => action) }))"""


#: In the worker: notes what is shown once it is. Before that nobody may ask what is: Chromium takes a notification
#: that it is about to show for one that is gone, and forgets it.
NOTES = """() => {
  self.told = [];
  const show = registration.showNotification.bind(registration);
  registration.showNotification = async (title, options) => {
    await show(title, options);
    told.push(title);
  };
}"""


type OpenServer = Callable[..., Awaitable[Server]]


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    """For what a browser tells nobody of. Raises TimeoutError."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await look():  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.05)


@dataclass
class Reach:
    server: Server
    mailbox: Mailbox
    receiver: Receiver


@asynccontextmanager
async def open_reach(open_server: OpenServer) -> AsyncIterator[Reach]:
    """A server that sends mail, and may call what is on this machine."""
    with Mailbox() as mailbox, Receiver() as receiver:
        port = free_port()
        server = await open_server(
            port,
            ENV="development",
            CHANNELS_PRIVATE_ADDRESSES="on",
            PUBLIC_URL=f"http://127.0.0.1:{port}",
            SMTP_URL=mailbox.environment["SMTP_URL"],
            MAIL_FROM=mailbox.environment["MAIL_FROM"],
        )
        try:
            yield Reach(server, mailbox, receiver)
        finally:
            await server.stop()


class PushedWindow(Window):
    """A window in a browser that is pushed to. What a push service would bring is brought by the test."""

    reach: Reach
    #: What the subscription was made with.
    keys: Browser
    worker: Worker
    _devtools: CDPSession
    _registration: str

    @classmethod
    async def open_on(cls, chromium: Chromium, reach: Reach) -> "PushedWindow":
        context = await chromium.new_context(permissions=["notifications"])
        keys = Browser(f"{reach.receiver.url}{PUSH_PATH}")
        await context.add_init_script(
            SUBSCRIPTION % json.dumps({"endpoint": keys.endpoint, "keys": keys.keys})
        )
        window = cls(context, await context.new_page())
        window.reach, window.keys = reach, keys
        await window.page.goto(reach.server.url)
        return window

    async def turn_on_push(self) -> None:
        """In the settings; leads back to the tasks."""
        await self.page.get_by_role("link", name="Settings").click()
        await self.page.get_by_role("button", name="Notify me in this browser").click()
        await self.page.get_by_test_id("channel").wait_for()
        await self.page.get_by_role("link", name="All tasks").click()
        self.worker = await self._worker()
        await self.worker.evaluate(NOTES)
        self._devtools = await self.context.new_cdp_session(self.page)
        found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def registered(event: dict[str, Any]) -> None:
            for registration in event["registrations"]:
                if not found.done():
                    found.set_result(registration["registrationId"])

        self._devtools.on("ServiceWorker.workerRegistrationUpdated", registered)
        await self._devtools.send("ServiceWorker.enable")
        self._registration = await asyncio.wait_for(found, DEADLINE_SECONDS)

    async def _worker(self) -> Worker:
        url = f"{self.reach.server.url}/sw.js"
        found: Worker
        for found in self.context.service_workers:
            if found.url == url:
                return found
        found = await self.context.wait_for_event("serviceworker", lambda worker: worker.url == url)
        return found

    async def bring(self, count: int) -> dict[str, Any]:
        """Brings the browser what the server pushed last, of `count` pushes in all; what that says."""
        calls = await self.reach.receiver.taken.have(count)
        told = self.keys.read(calls[-1])
        await self.push(told)
        return dict(told)

    async def push(self, told: Any) -> None:
        await self._devtools.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": self.reach.server.url,
                "registrationId": self._registration,
                "data": told if isinstance(told, str) else json.dumps(told),
            },
        )

    async def shown(self, title: str) -> dict[str, Any]:
        """The notification with this title, once it is there."""

        async def told() -> bool:
            return title in await self.worker.evaluate("told")

        await until(told)
        [found] = [shown for shown in await self.worker.evaluate(SHOWN) if shown["title"] == title]
        return dict(found)

    async def shows_none(self) -> bool:
        return not await self.worker.evaluate(SHOWN)

    async def press(self, title: str, action: str = "") -> None:
        await self.worker.evaluate(PRESS, [title, action])
