"""A task from one line: what is understood shows before it is saved, and is what is saved."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import Window, api_of
from tests.support.server import Server

pytestmark = pytest.mark.e2e

RENT = "Pay rent every month on the 1st at 9 #home !high"
VIENNA = "Europe/Vienna"
SAVED = """{ tasks { nodes {
  title dueDate allDay timeZone priority project { name } labels { name } recurrence { rule mode }
} } }"""


async def test_a_line_is_understood_shown_and_saved(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url, timezone_id=VIENNA, locale="en-GB")
    await window.sign_up()
    await window.new_task.fill(RENT)
    chips = window.page.get_by_test_id("chip")
    await expect(chips).to_have_text(
        ["Repeats: every month on the 1st", "Time: 9:00", "New project: home", "Priority: High"]
    )
    comes = window.page.get_by_role("status").get_by_role("listitem")
    await expect(comes).to_have_count(5)
    for occurrence in range(5):
        await expect(comes.nth(occurrence)).to_contain_text(" 1 ")
        await expect(comes.nth(occurrence)).to_contain_text("9:00")

    await window.new_task.press("Enter")
    await expect(window.new_task).to_have_value("")
    await expect(chips).to_have_count(0)
    row = window.row("Pay rent")
    await expect(row).to_contain_text("every month on the 1st")  # in the server's words
    await expect(row).to_contain_text("home")
    await expect(row).to_contain_text("High")

    async with await api_of(window, server.url) as api:
        [task] = (await api.run(SAVED))["tasks"]["nodes"]
    due = datetime.fromisoformat(task.pop("dueDate"))
    wall = due.astimezone(ZoneInfo(VIENNA))
    assert (wall.day, wall.hour, wall.minute) == (1, 9, 0)
    assert 0 < (due - datetime.now(UTC)).days + 1 <= 31
    assert task == {
        "title": "Pay rent",
        "allDay": False,
        "timeZone": VIENNA,
        "priority": "HIGH",
        "project": {"name": "home"},
        "labels": [],
        "recurrence": {"rule": "FREQ=MONTHLY;BYMONTHDAY=1", "mode": "SCHEDULE"},
    }
    assert window.complaints == []


async def test_a_chip_is_turned_back_into_words_by_the_keyboard(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    await window.new_task.fill("Watch Next Friday next friday @film")
    await expect(window.page.get_by_test_id("chip")).to_have_count(2)
    await window.page.get_by_role("button", name="Keep as plain words: New label: film").press("Enter")
    await expect(window.page.get_by_test_id("chip")).to_have_count(1)
    await expect(window.new_task).to_be_focused()
    await window.new_task.press("Enter")
    await expect(window.row("Watch Next Friday @film")).to_have_count(1)
    assert window.complaints == []


async def test_a_rule_that_the_server_refuses_is_not_saved(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    await window.new_task.fill("Nothing every year on february 30")
    refusal = "It can’t repeat like this: By this rule nothing happens in the 30 years after the start."
    await expect(window.page.get_by_role("alert").filter(has_text=refusal)).to_be_visible()
    await expect(window.new_task).to_have_accessible_description(refusal)
    await window.new_task.press("Enter")
    await expect(window.new_task).to_have_value("Nothing every year on february 30")
    await expect(window.rows).to_have_count(0)
    assert window.complaints == []
