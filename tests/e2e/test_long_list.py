"""A list of which only what is near to what is seen is drawn."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import Window, api_of
from tests.support.server import Server

pytestmark = pytest.mark.e2e

COUNT = 120
#: Far fewer than there are.
DRAWN = 60


async def test_a_long_list_is_gone_through_and_put_in_order_though_little_of_it_is_drawn(
    browser: Browser, server: Server
) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    page = window.page
    async with await api_of(window, server.url) as api:
        ids = [
            (await api.mutate("createTask", "task { id }", title=f"Task {number:03}"))["task"]["id"]
            for number in range(COUNT)
        ]
    await page.reload()
    await expect(page.get_by_role("button", name=f"All tasks {COUNT}")).to_be_visible()
    await expect(window.rows.first).to_contain_text("Task 000")
    assert await window.rows.count() < DRAWN
    item = page.get_by_role("listitem").filter(has=window.row("Task 003")).last
    await expect(item).to_have_attribute("aria-posinset", "4")
    await expect(item).to_have_attribute("aria-setsize", str(COUNT))

    # The keyboard goes where nothing was drawn, also from a row that is out of sight.
    await page.keyboard.press("j")
    for _ in range(40):
        await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("checkbox", name="Complete “Task 040”")).to_be_focused()
    await expect(window.row("Task 040")).to_be_in_viewport()
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await expect(window.row("Task 119")).to_be_in_viewport()
    assert await window.rows.count() < DRAWN
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("checkbox", name="Complete “Task 041”")).to_be_focused()
    await expect(window.row("Task 041")).to_be_in_viewport()

    # Order by hand, ranges and the focus go by the list, and not by what is drawn of it.
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.get_by_test_id("announcements")).to_have_text(f"“Task 041” is now 41 of {COUNT}.")
    await expect(page.get_by_role("checkbox", name="Complete “Task 041”")).to_be_focused()
    await page.keyboard.press("Space")
    await expect(page.get_by_role("checkbox", name="Complete “Task 040”")).to_be_focused()
    await page.keyboard.press("x")
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await page.get_by_role("checkbox", name="Select “Task 110”").click(modifiers=["Shift"])
    await expect(page.get_by_role("toolbar")).to_contain_text("70 selected")  # 040 and 042 to 110
    await page.keyboard.press("Escape")

    # A link leads to a row that was not drawn.
    await page.goto(f"{server.url}/?task={ids[80]}")
    await expect(page.get_by_role("dialog").get_by_label("Title")).to_have_value("Task 080")
    await page.keyboard.press("Escape")
    await expect(window.row("Task 080")).to_be_in_viewport()
    assert window.complaints == []
