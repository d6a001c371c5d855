"""What happens elsewhere is told in a toast, and what one does oneself is not."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import Window, api_of, two_windows
from tests.support.server import Server

pytestmark = pytest.mark.e2e

TOAST = "[data-sonner-toast]"
MANY = "5 changes from another device"


async def test_the_other_device_tells_what_was_added_and_shows_it(browser: Browser, server: Server) -> None:
    here, there = await two_windows(browser, server)
    # Another tab of the same browser is no other device.
    tab = Window(here.context, await here.context.new_page())
    await tab.page.goto(server.url)
    await tab.is_live()
    await here.add("Pay rent")
    toast = there.page.locator(TOAST)
    await expect(toast).to_contain_text("Added on another device: Pay rent")
    await toast.get_by_role("button", name="Show").click()
    await expect(there.page.get_by_role("dialog").get_by_label("Title")).to_have_value("Pay rent")
    await there.page.keyboard.press("Escape")

    async with await api_of(here, server.url) as api:
        for number in range(5):
            await api.mutate("createTask", "errors { message }", title=f"Task {number}")
        # Read at once: a toast does not stay.
        told = (expect(window.page.locator(TOAST)).to_contain_text(MANY) for window in (here, tab, there))
        await asyncio.gather(*told)
    assert here.complaints == there.complaints == tab.complaints == []


async def test_who_does_not_want_to_be_told_is_not(browser: Browser, server: Server) -> None:
    here, there = await two_windows(browser, server)
    await there.page.get_by_role("link", name="Settings").click()
    await there.page.get_by_role("checkbox", name="Tell me what is added").uncheck()
    await there.page.reload()
    await expect(there.page.get_by_role("checkbox", name="Tell me what is added")).not_to_be_checked()
    await there.page.get_by_role("link", name="All tasks").click()
    await here.add("Pay rent")
    await expect(there.row("Pay rent")).to_be_visible()
    await there.page.get_by_role("link", name="Settings").click()
    await there.page.get_by_role("checkbox", name="Tell me what is added").check()
    # What was not told then is not told now; what comes is.
    await here.add("Buy milk")
    await expect(there.page.locator(TOAST)).to_have_text("Added on another device: Buy milkShow")
    assert here.complaints == there.complaints == []
