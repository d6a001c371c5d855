"""A day with TaskFlow, and the mouse never touched."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import Window
from tests.support.client import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.e2e


async def test_every_flow_goes_by_keyboard_alone(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    page, keys = window.page, window.page.keyboard
    await page.get_by_role("button", name="I\u2019m new here").focus()
    await keys.press("Enter")
    await page.get_by_label("Name").focus()
    for text in ("Ana", "ana@tasks.example", PASSWORD):
        await keys.type(text)
        await keys.press("Tab")
    await keys.press("Enter")
    await window.is_live()

    await keys.press("n")
    await keys.type("Buy milk tomorrow")
    await keys.press("Enter")
    await keys.type("Pay the rent every month")
    await keys.press("Enter")
    await expect(window.rows).to_have_count(2)
    await keys.press("Escape")
    await page.evaluate("() => document.activeElement.blur()")

    await keys.press("g")
    await keys.press("u")
    await expect(page.get_by_role("heading", name="Upcoming", level=1)).to_be_visible()
    await keys.press("j")
    await keys.press("Space")
    await expect(page.get_by_role("checkbox", checked=True).first).to_be_attached()

    await keys.press("Control+k")
    await expect(page.get_by_role("dialog", name="Commands")).to_be_visible()
    await keys.type("rent")
    await expect(page.get_by_role("option", name="Pay the rent")).to_be_visible()
    await keys.press("Enter")
    editor = page.get_by_role("dialog")
    await expect(editor.get_by_label("Title")).to_have_value("Pay the rent")
    await editor.get_by_label("Title").focus()
    await keys.press("End")
    await keys.type(" on time")
    await keys.press("Enter")
    await expect(window.row("Pay the rent on time")).to_be_visible()

    await keys.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await keys.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await keys.press("g")
    await keys.press("s")
    await expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    await keys.press("g")
    await keys.press("a")
    await expect(page.get_by_role("heading", name="All tasks", level=1)).to_be_visible()
    assert window.complaints == []
