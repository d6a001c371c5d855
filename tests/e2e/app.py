"""The web app as somebody uses it: by its labels, in one browser window."""

from typing import Any, Self
from uuid import uuid4

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.support.client import PASSWORD

#: The button that turns the form into one for a new account.
NEW_HERE = "I\u2019m new here"
#: A server that is away is a line in the console, and rightly so; everything else there is a fault.
EXPECTED_WHEN_AWAY = "net::ERR_CONNECTION_"
#: A reconnect waits up to half a minute after long trouble.
BACK_MS = 40_000


class Window:
    """A window with its own cookies, as on a device of its own, and what the browser complained of in it."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)
        self.rows = page.get_by_test_id("task-row")
        self.connection = page.get_by_test_id("connection-state")
        self.new_task = page.get_by_test_id("new-task")

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

    def row(self, title: str) -> Locator:
        return self.rows.filter(has_text=title)

    async def edit(self, title: str) -> Locator:
        """The editor, opened on a task."""
        await self.page.get_by_role("button", name=f"Edit “{title}”").click()
        return self.page.get_by_role("dialog")

    async def titles(self) -> list[str]:
        return [text.split("\n")[0] for text in await self.rows.all_inner_texts()]


async def two_windows(browser: Browser, url: str) -> tuple[Window, Window]:
    """The same account on two devices."""
    here = await Window.open(browser, url)
    email = await here.sign_up()
    there = await Window.open(browser, url)
    await there.log_in(email)
    await there.is_live()
    return here, there
