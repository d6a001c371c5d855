"""The web app as somebody uses it: by its labels, in one browser window."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self
from uuid import uuid4

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.support.client import LOG_IN, PASSWORD, Api
from tests.support.server import Server

#: The button that turns the form into one for a new account.
NEW_HERE = "I\u2019m new here"
#: A server that is away is a line in the console, and rightly so; everything else there is a fault.
EXPECTED_WHEN_AWAY = "net::ERR_CONNECTION_"
#: Resolves to when, in milliseconds, something of a selector with a text was first on the page.
APPEARED = """([selector, text]) => new Promise((resolve) => {
  const look = () => {
    if ([...document.querySelectorAll(selector)].some((element) => element.textContent.includes(text)))
      resolve(Date.now());
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  look();
})"""
#: What becomes due is on every screen within so many seconds, on a busy machine as well.
PROMPT_SECONDS = 2
#: A reconnect waits up to half a minute after long trouble.
BACK_MS = 40_000


class Window:
    """A window with its own cookies, as on a device of its own, and what the browser complained of in it."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page
        self.complaints: list[str] = []
        self.email = ""
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)
        self.rows = page.get_by_test_id("task-row")
        self.connection = page.get_by_test_id("connection-state")
        self.new_task = page.get_by_test_id("new-task")
        self.rings = page.get_by_test_id("ring")

    @classmethod
    async def open(cls, browser: Browser, url: str, **options: Any) -> Self:
        context = await browser.new_context(**options)
        window = cls(context, await context.new_page())
        await window.page.goto(url)
        return window

    def _note(self, message: Any) -> None:
        # What the content security policy stops is an error of the console too.
        if message.type in ("error", "warning") and EXPECTED_WHEN_AWAY not in message.text:
            self.complaints.append(message.text)

    async def sign_up(self, name: str = "Ana") -> str:
        email = f"{uuid4().hex}@example.com"
        await self.page.get_by_role("button", name=NEW_HERE).click()
        await self.page.get_by_label("Name").fill(name)
        await self._credentials(email, PASSWORD)
        await self.page.get_by_role("button", name="Sign up").click()
        await self.is_live()
        self.email = email
        return email

    async def log_in(self, email: str, password: str = PASSWORD) -> None:
        await self._credentials(email, password)
        await self.page.get_by_role("button", name="Log in").click()

    async def _credentials(self, email: str, password: str) -> None:
        await self.page.get_by_label("Email").fill(email)
        await self.page.get_by_label("Password").fill(password)

    async def is_live(self) -> None:
        await expect(self.connection).to_have_attribute("data-state", "live", timeout=BACK_MS)

    async def add(self, title: str) -> None:
        await self.new_task.fill(title)
        await self.new_task.press("Enter")

    async def heighten(self) -> None:
        """Makes room for some dozens of rows: those far from what is seen are not drawn."""
        await self.page.set_viewport_size({"width": 1280, "height": 4_000})

    def row(self, title: str) -> Locator:
        return self.rows.filter(has_text=title)

    async def edit(self, title: str) -> Locator:
        """The editor, opened on a task."""
        await self.page.get_by_role("button", name=f"Edit “{title}”").click()
        return self.page.get_by_role("dialog")

    async def appeared(self, selector: str, text: str) -> float:
        """When, in seconds, something of this selector with this text was first on the page, by its own clock."""
        return float(await self.page.evaluate(APPEARED, [selector, text])) / 1000

    async def titles(self) -> list[str]:
        return [text.split("\n")[0] for text in await self.rows.all_inner_texts()]


async def lateness(windows: Sequence[Window], selector: str, text: str, due: datetime) -> list[float]:
    """How many seconds after `due` each window showed something of this selector with this text."""
    moments = await asyncio.gather(*(window.appeared(selector, text) for window in windows))
    return [moment - due.timestamp() for moment in moments]


async def two_windows(browser: Browser, server: Server) -> tuple[Window, Window]:
    """The same account on two devices, each at a process of its own where there are two."""
    here = await Window.open(browser, server.url)
    email = await here.sign_up()
    there = await Window.open(browser, server.peer_url)
    await there.log_in(email)
    await there.is_live()
    return here, there


async def api_of(window: Window, url: str) -> Api:
    """The window's user on a device without a window."""
    api = Api(url)
    payload = (await api.run(LOG_IN, input={"email": window.email, "password": PASSWORD}))["logIn"]
    assert payload["errors"] == []
    api.token, api.user_id, api.email = payload["accessToken"], payload["user"]["id"], window.email
    return api
