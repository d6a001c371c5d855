"""A phone: what fingers do to tasks, and that everything else is left as it was."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import Window, api_of
from tests.e2e.touch import finger, phone
from tests.support.server import Server

pytestmark = pytest.mark.e2e


async def with_tasks(browser: Browser, server: Server, *titles: str) -> Window:
    window = await phone(browser, server.url)
    await window.sign_up()
    for title in titles:
        await window.add(title)
        await expect(window.row(title)).to_be_visible()
    await expect(window.connection).to_have_attribute("data-waiting", "0")
    return window


async def test_a_swipe_to_the_right_completes_and_another_reopens(browser: Browser, server: Server) -> None:
    window = await with_tasks(browser, server, "Buy milk", "Buy bread")
    box = window.row("Buy milk").get_by_role("checkbox")
    async with finger(window, window.row("Buy milk").get_by_text("Buy milk")) as touch:
        await touch.by(220)
        await expect(window.page.locator("[data-armed]")).to_contain_text("Complete")
    await expect(box).to_be_checked()
    await expect(window.page.get_by_text("“Buy milk” was completed.")).to_be_visible()
    async with finger(window, window.row("Buy milk").get_by_text("Buy milk")) as touch:
        await touch.by(220)
    await expect(box).not_to_be_checked()
    await window.page.reload()
    await expect(box).not_to_be_checked()
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert window.complaints == []


async def test_a_swipe_to_the_left_deletes_and_can_be_undone(browser: Browser, server: Server) -> None:
    window = await with_tasks(browser, server, "Buy milk", "Buy bread")
    async with finger(window, window.row("Buy milk").get_by_text("Buy milk")) as touch:
        await touch.by(-220)
        await expect(window.page.locator("[data-armed]")).to_contain_text("Delete")
    await expect(window.row("Buy milk")).to_have_count(0)
    await window.page.get_by_role("button", name="Undo").click()
    await expect(window.row("Buy milk")).to_be_visible()
    await expect(window.connection).to_have_attribute("data-waiting", "0")
    await window.page.reload()
    await expect(window.row("Buy milk")).to_be_visible()
    assert window.complaints == []


async def test_a_finger_that_goes_back_or_not_far_does_nothing(browser: Browser, server: Server) -> None:
    window = await with_tasks(browser, server, "Buy milk")
    row = window.row("Buy milk")
    before = await row.bounding_box()
    async with finger(window, row.get_by_text("Buy milk")) as touch:
        await touch.by(60)
        await expect(window.page.get_by_text("Complete", exact=True)).to_be_visible()
        await expect(window.page.locator("[data-armed]")).to_have_count(0)
    await expect(window.page.get_by_text("Complete", exact=True)).to_have_count(0)
    async with finger(window, row.get_by_text("Buy milk")) as touch:
        await touch.by(220)
        await expect(window.page.locator("[data-armed]")).to_have_count(1)
        await touch.by(-200)
    await expect(window.page.get_by_text("Complete", exact=True)).to_have_count(0)
    await expect(row.get_by_role("checkbox")).not_to_be_checked()
    assert await row.bounding_box() == before
    assert window.complaints == []


async def test_a_scroll_stays_a_scroll(browser: Browser, server: Server) -> None:
    window = await with_tasks(browser, server, *(f"Task {number}" for number in range(16)))
    top = "document.scrollingElement.scrollTop"
    await window.page.evaluate("scrollTo(0, 0)")
    async with finger(window, window.row("Task 6").get_by_text("Task 6")) as touch:
        await touch.by(25, -260)
        await touch.by(220)  # what has begun to scroll goes on to
    await expect(window.page.locator("[data-armed]")).to_have_count(0)
    assert await window.page.evaluate(top) > 100
    await expect(window.rows).to_have_count(16)
    await expect(window.page.get_by_role("checkbox", checked=True)).to_have_count(0)
    assert window.complaints == []


async def test_without_motion_a_swipe_does_the_same(browser: Browser, server: Server) -> None:
    window = await phone(browser, server.url, reduced_motion="reduce")
    await window.sign_up()
    await window.add("Buy milk")
    async with finger(window, window.row("Buy milk").get_by_text("Buy milk")) as touch:
        await touch.by(220)
    await expect(window.row("Buy milk").get_by_role("checkbox")).to_be_checked()
    assert window.complaints == []


async def test_what_a_swipe_does_has_a_button_as_well(browser: Browser, server: Server) -> None:
    window = await with_tasks(browser, server, "Buy milk", "Buy bread")
    await window.page.get_by_role("button", name="Delete “Buy bread”").focus()
    await expect(window.page.get_by_role("button", name="Delete “Buy bread”")).to_be_in_viewport()
    dialog = await window.edit("Buy milk")
    await dialog.get_by_role("button", name="Delete “Buy milk”").click()
    await expect(window.row("Buy milk")).to_have_count(0)
    await expect(window.row("Buy bread").get_by_role("checkbox")).to_be_focused()
    assert window.complaints == []


async def test_a_task_is_put_elsewhere_in_the_list_by_its_handle(browser: Browser, server: Server) -> None:
    window = await with_tasks(browser, server, "Milk", "Bread", "Tea")
    assert await window.titles() == ["Milk", "Bread", "Tea"]
    below = await window.row("Tea").bounding_box()
    assert below is not None
    async with finger(window, window.row("Milk").locator("[data-handle]")) as touch:
        await touch.by(0, below["y"] + below["height"] - touch.at[1])
    await expect(window.rows.nth(2)).to_contain_text("Milk")
    await expect(window.connection).to_have_attribute("data-waiting", "0")
    await window.page.reload()
    await expect(window.rows.nth(2)).to_contain_text("Milk")
    assert await window.titles() == ["Bread", "Tea", "Milk"]
    assert window.complaints == []


async def test_a_task_of_the_calendar_is_carried_once_a_finger_rests_on_it(
    browser: Browser, server: Server
) -> None:
    window = await phone(browser, server.url)
    await window.sign_up()
    async with await api_of(window, server.url) as api:
        await api.mutate("createTask", "errors { message }", title="Dentist", dueOn="2031-05-07")
    await window.page.goto(f"{server.url}/?view=month&month=2031-05")
    task = window.page.get_by_test_id("month-task")
    old, new = (window.page.locator(f'[data-day="2031-05-{day}"]') for day in ("07", "21"))
    to = await new.bounding_box()
    assert to is not None

    # One that does not rest on it scrolls, and so moves nothing.
    async with finger(window, task) as touch:
        await touch.by(0, to["y"] - touch.at[1])
    await expect(window.page.locator("[data-carried]")).to_have_count(0)
    await expect(old).to_contain_text("Dentist")

    await window.page.evaluate("scrollTo(0, 0)")
    async with finger(window, task) as touch:
        await expect(window.page.locator("[data-carried]")).to_be_visible()
        await touch.move((to["x"] + to["width"] / 2, to["y"] + to["height"] / 2))
        await expect(new).to_have_attribute("data-over", "")
    await expect(new).to_contain_text("Dentist")
    await expect(old).not_to_contain_text("Dentist")
    await expect(window.page.get_by_role("dialog")).to_have_count(0)
    await window.page.get_by_role("button", name="Undo").click()
    await expect(old).to_contain_text("Dentist")
    assert window.complaints == []
