"""The clocks that people go by: those of their account, in a browser that is elsewhere."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import Window
from tests.support.server import Server

pytestmark = pytest.mark.e2e

#: Half past eleven in the evening of the first of March in New York, and the second everywhere east of it.
LATE = datetime(2031, 3, 2, 4, 30, tzinfo=UTC)


async def test_days_are_those_of_the_account_wherever_the_browser_is(
    browser: Browser, server: Server
) -> None:
    home = await Window.open(browser, server.url, timezone_id="America/New_York", locale="en-GB")
    email = await home.sign_up()
    away = await Window.open(browser, server.url, timezone_id="Pacific/Kiritimati", locale="en-GB")
    await away.log_in(email)
    await away.page.get_by_role("button", name="Keep America/New York").click()
    await away.is_live()
    await away.page.clock.set_fixed_time(LATE)
    await away.page.reload()
    await away.is_live()

    await away.add("Rent today")
    await away.add("Call today at 23:45")
    await away.add("Tent tomorrow")
    await expect(away.row("Rent")).to_contain_text("Today")
    await expect(away.row("Call")).to_contain_text("Today, 23:45")
    await expect(away.row("Tent")).to_contain_text("Tomorrow")
    await away.page.get_by_role("navigation").get_by_role("button", name="Today").first.click()
    await expect(away.rows).to_have_count(2)
    await away.page.get_by_role("navigation").get_by_role("button", name="Calendar").click()
    await expect(away.page.locator('[data-day="2031-03-01"]')).to_contain_text("Rent")
    await expect(away.page.locator('[data-day="2031-03-01"] [aria-current="date"]')).to_be_visible()
    await expect(away.page.locator('[data-day="2031-03-02"]')).to_contain_text("Tent")
    # What was meant there is what is there at home.
    await home.page.clock.set_fixed_time(LATE)
    await home.page.reload()
    await expect(home.row("Call")).to_contain_text("Today, 23:45")
    assert home.complaints == away.complaints == []
