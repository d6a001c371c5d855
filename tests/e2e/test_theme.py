"""Dark and light: by system, unless somebody chose."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.app import Window
from tests.support.server import Server

pytestmark = pytest.mark.e2e

DARK, LIGHT = "rgb(11, 17, 32)", "rgb(248, 250, 252)"


async def shows(page: Page, colour: str) -> None:
    await expect(page.locator("body")).to_have_css("background-color", colour)


async def test_the_colours_follow_the_system_until_somebody_chooses(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url, color_scheme="dark")
    page = window.page
    await shows(page, DARK)
    await window.sign_up()
    await page.emulate_media(color_scheme="light")
    await shows(page, LIGHT)
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_label("Dark").check()
    await shows(page, DARK)
    tab = await window.context.new_page()
    # From the first frame: nothing of the app has run before its scripts are there.
    await tab.route("**/*.js", lambda route: route.abort())
    await tab.goto(server.url)
    await shows(tab, DARK)
    await tab.unroute("**/*.js")
    await tab.goto(f"{server.url}/settings/")
    await tab.get_by_label("As the system").check()
    await shows(page, LIGHT)  # as this window's system is
    assert window.complaints == []
