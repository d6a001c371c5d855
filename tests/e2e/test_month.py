"""The calendar: a task goes to another day, and keeps its time of day."""

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.e2e.app import Window, api_of, two_windows
from tests.support.server import Server

pytestmark = pytest.mark.e2e

TASK = "task { id } errors { message }"
DUE = "query ($id: ID!) { task(id: $id) { dueDate dueOn } }"


def day(window: Window, name: str) -> Locator:
    return window.page.locator(f'[data-day="{name}"]')


async def test_a_task_is_dragged_to_another_day_and_keeps_its_time(browser: Browser, server: Server) -> None:
    here, there = await two_windows(browser, server)
    # A month as a whole: nobody scrolls as they drag.
    await here.page.set_viewport_size({"width": 1280, "height": 1100})
    async with await api_of(here, server.url) as api:
        # The clocks of Vienna go forward on the 30th of March 2031.
        payload = await api.mutate(
            "createTask", TASK, title="Dentist", dueDate="2031-03-28T09:30:00+01:00", timeZone="Europe/Vienna"
        )
        task_id = payload["task"]["id"]
        for window in (here, there):
            await window.page.goto(f"{server.url}/?view=month&month=2031-03")
            await expect(day(window, "2031-03-28")).to_contain_text("Dentist")
        await day(here, "2031-03-28").get_by_text("Dentist").drag_to(day(here, "2031-03-31"))
        await expect(day(there, "2031-03-31")).to_contain_text("Dentist")
        await expect(day(there, "2031-03-28")).not_to_contain_text("Dentist")
        assert (await api.run(DUE, id=task_id))["task"]["dueDate"] == "2031-03-31T07:30:00Z"

        await here.page.get_by_role("button", name="Undo").click()
        await expect(day(there, "2031-03-28")).to_contain_text("Dentist")
        assert (await api.run(DUE, id=task_id))["task"]["dueDate"] == "2031-03-28T08:30:00Z"
    assert here.complaints == there.complaints == []


async def test_a_day_of_the_calendar_takes_a_task_and_moves_it_by_keyboard(
    browser: Browser, server: Server
) -> None:
    window = await Window.open(browser, server.url, locale="en-GB")
    await window.sign_up()
    await window.page.get_by_role("navigation").get_by_role("button", name="Calendar").click()
    await window.page.goto(f"{server.url}/?view=month&month=2031-05")
    await window.page.get_by_role("button", name="Add a task on 14 May 2031").click()
    await window.page.get_by_role("dialog").get_by_label("Title").fill("Party")
    await window.page.keyboard.press("Enter")
    task = window.page.get_by_test_id("month-task")
    await expect(day(window, "2031-05-14")).to_contain_text("Party")
    await task.focus()
    await window.page.keyboard.press("Alt+ArrowDown")
    await expect(day(window, "2031-05-21")).to_contain_text("Party")
    await expect(task).to_be_focused()
    await window.page.keyboard.press("Alt+ArrowLeft")
    await expect(day(window, "2031-05-20")).to_contain_text("Party")
    await window.page.keyboard.press("Enter")
    await expect(window.page.get_by_role("dialog").get_by_label("Due on")).to_have_value("2031-05-20")
    assert window.complaints == []


async def test_a_series_is_seen_where_it_will_come_again(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    async with await api_of(window, server.url) as api:
        payload = await api.mutate(
            "createTask",
            TASK,
            title="Pay rent",
            dueOn="2031-05-05",
            recurrence={"rule": "FREQ=WEEKLY;BYDAY=MO"},
        )
        assert payload["errors"] == []
    await window.page.goto(f"{server.url}/?view=month&month=2031-05")
    for name in ("2031-05-05", "2031-05-12", "2031-05-19", "2031-05-26"):
        await expect(day(window, name)).to_contain_text("Pay rent")
    assert window.complaints == []
