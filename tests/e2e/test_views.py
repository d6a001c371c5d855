"""Views and filters, which stand in the address."""

from datetime import date, timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import Window, api_of, two_windows
from tests.support.server import Server

pytestmark = pytest.mark.e2e


async def test_views_are_gone_to_linked_to_and_gone_back_to(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    views = window.page.get_by_role("navigation")
    heading = window.page.get_by_role("heading", level=1)
    await window.add("Some day")
    await views.get_by_role("button", name="Today").click()
    await expect(window.page.get_by_text("Nothing left for today")).to_be_visible()
    await window.add("Water the plants")
    await expect(window.rows).to_have_count(1)
    await expect(views.get_by_role("button", name="Today 1")).to_have_attribute("aria-current", "page")
    await expect(window.connection).to_have_attribute("data-waiting", "0")

    await views.get_by_role("button", name="All tasks").click()
    await expect(window.rows).to_have_count(2)
    await window.page.get_by_label("Search tasks").fill("plants")
    await expect(window.rows).to_have_count(1)
    assert window.page.url == f"{server.url}/?q=plants"
    await window.page.reload()
    await expect(window.page.get_by_label("Search tasks")).to_have_value("plants")
    await expect(window.rows).to_have_count(1)
    await window.page.go_back()
    await expect(heading).to_have_text("Today")
    await window.page.go_back()
    await expect(heading).to_have_text("All tasks")
    await expect(window.rows).to_have_count(2)
    await window.page.go_forward()
    await expect(heading).to_have_text("Today")
    await window.page.get_by_role("link", name="TaskFlow").click()
    await expect(heading).to_have_text("All tasks")
    assert window.page.url == f"{server.url}/"
    assert window.complaints == []


async def test_upcoming_goes_by_the_days_of_the_zone(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url, timezone_id="Pacific/Kiritimati", locale="en-GB")
    await window.sign_up()
    today = date.fromisoformat(await window.page.evaluate("new Date().toLocaleDateString('en-CA')"))
    async with await api_of(window, server.url) as api:
        for title, days, time in (
            ("Late", -1, "23:59"),
            ("First thing", 0, "00:00"),
            ("Last thing", 0, "23:59"),
            ("Next", 1, "00:00"),
        ):
            due = f"{today + timedelta(days=days)}T{time}:00+14:00"
            await api.mutate("createTask", "errors { message }", title=title, dueDate=due)
    await window.page.goto(f"{server.url}/?view=upcoming")

    async def titles(group: str) -> list[str]:
        rows = window.page.get_by_role("region", name=group).get_by_test_id("task-row")
        return [text.split("\n")[0] for text in await rows.all_inner_texts()]

    await expect(window.rows).to_have_count(4)
    assert await titles("Overdue") == ["Late"]
    assert await titles("Today") == ["First thing", "Last thing"]
    assert await titles("Tomorrow") == ["Next"]
    await window.page.goto(f"{server.url}/?view=today")
    await expect(window.rows).to_have_count(3)
    assert window.complaints == []


async def test_a_phone_has_the_views_at_its_foot_and_all_lists_in_a_sheet(
    browser: Browser, server: Server
) -> None:
    window = await Window.open(browser, server.url, viewport={"width": 360, "height": 740})
    await window.sign_up()
    views = window.page.get_by_role("navigation", name="Views")
    await views.get_by_role("button", name="Upcoming").click()
    await expect(window.page.get_by_role("heading", level=1)).to_have_text("Upcoming")
    await views.get_by_role("button", name="Lists").click()
    sheet = window.page.get_by_role("dialog", name="Lists")
    await sheet.get_by_role("button", name="New project").click()
    await window.page.get_by_label("Name").fill("Garden")
    await window.page.get_by_role("button", name="Save").click()
    await expect(window.page.get_by_role("heading", level=1)).to_have_text("Garden")
    await expect(window.page.get_by_role("dialog")).to_have_count(0)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await window.page.evaluate(overflow) == 0
    assert window.complaints == []


async def test_tasks_are_put_in_order_by_drag_and_by_keyboard(browser: Browser, server: Server) -> None:
    here, there = await two_windows(browser, server)
    for title in ("Bread", "Milk", "Salt", "Tea"):
        await here.add(title)
    await expect(there.rows).to_have_count(4)
    page = here.page
    await here.row("Tea").hover()
    handle = here.row("Tea").locator("[data-handle]")
    target = await here.row("Milk").bounding_box()
    assert target is not None
    await handle.hover()
    await page.mouse.down()
    await page.mouse.move(target["x"], target["y"] + 4, steps=8)
    await page.mouse.up()
    await expect(there.rows.nth(1)).to_contain_text("Tea")
    assert await here.titles() == await there.titles() == ["Bread", "Tea", "Milk", "Salt"]

    await page.get_by_role("checkbox", name="Complete “Bread”").focus()
    await page.keyboard.press("Alt+ArrowDown")
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.get_by_test_id("announcements")).to_have_text("“Bread” is now 3 of 4.")
    await expect(page.get_by_role("checkbox", name="Complete “Bread”")).to_be_focused()
    await expect(there.rows.nth(2)).to_contain_text("Bread")
    await here.page.reload()
    await expect(here.rows.first).to_contain_text("Tea")  # what the device kept may be a moment older
    await expect(here.rows.nth(2)).to_contain_text("Bread")
    assert await here.titles() == await there.titles() == ["Tea", "Milk", "Bread", "Salt"]
    assert here.complaints == there.complaints == []
