"""Tasks that come again, as people set them up and as they show."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import PROMPT_SECONDS, Window, api_of, lateness, two_windows
from tests.support.server import Server

pytestmark = pytest.mark.e2e

ROW = "[data-testid=task-row]"
WEEK_20 = "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO"

#: What the element with the focus is called.
FOCUSED = """(({ ariaLabel, labels, textContent }) =>
  [ariaLabel, textContent, ...[...(labels ?? [])].map((label) => label.textContent)])(document.activeElement)"""


async def test_what_a_series_spawns_shows_by_itself_in_two_windows(browser: Browser, server: Server) -> None:
    here, there = await two_windows(browser, server)
    async with await api_of(here, server.url) as api:
        due = (datetime.now(UTC) + timedelta(seconds=4)).replace(microsecond=0)
        first = (due - timedelta(hours=1)).isoformat()
        made = await api.mutate(
            "createTask",
            "errors { message }",
            title="Look into the oven",
            dueDate=first,
            recurrence={"rule": "FREQ=HOURLY"},
        )
        assert made["errors"] == []
    for late in await lateness((here, there), ROW, "from “Look into the oven”", due):
        assert 0 <= late < PROMPT_SECONDS
    for window in (here, there):
        await expect(window.rows).to_have_count(2)
        await expect(window.row("every hour")).to_contain_text(re.compile("next: (Today|Tomorrow)"))
    assert here.complaints == there.complaints == []


async def test_the_editor_shows_what_comes_next_and_saves_a_weekly_rule(
    browser: Browser, server: Server
) -> None:
    here, there = await two_windows(browser, server)
    await here.add("Water the plants")
    editor = await here.edit("Water the plants")
    await editor.get_by_label("Due on").fill("2031-05-05")  # a Monday
    await editor.get_by_label("At", exact=True).fill("18:30")
    await editor.get_by_label("Repeats").select_option("WEEKLY")
    await expect(editor.get_by_role("checkbox", name="Monday")).to_be_checked()
    await editor.get_by_role("checkbox", name="Wednesday").check(force=True)
    comes = editor.get_by_role("status").get_by_role("listitem")
    await expect(comes).to_have_count(5)
    for occurrence, day in enumerate(("May 5", "May 7", "May 12", "May 14", "May 19")):
        await expect(comes.nth(occurrence)).to_contain_text(day)
        await expect(comes.nth(occurrence)).to_contain_text("6:30")
    await editor.get_by_role("button", name="Save").click()
    for window in (here, there):
        await expect(window.row("Water the plants")).to_contain_text("every week on Monday and Wednesday")
        await expect(window.row("Water the plants")).to_contain_text("next: Wed, May 7, 2031")

    other = await there.edit("Water the plants")
    await other.get_by_role("button", name="Skip Wed, May 7, 2031").click()
    await expect(other.get_by_role("button", name="Skip Mon, May 12, 2031")).to_be_visible()
    await expect(other.get_by_role("status").get_by_role("listitem").first).to_contain_text("May 12")
    await expect(here.row("Water the plants")).to_contain_text("next: Mon, May 12, 2031")

    async with await api_of(here, server.url) as api:
        data = await api.run("{ tasks { nodes { recurrence { rule mode missed } } } }")
    expected = {"rule": "FREQ=WEEKLY;BYDAY=MO,WE", "mode": "SCHEDULE", "missed": "LATEST"}
    assert [task["recurrence"] for task in data["tasks"]["nodes"]] == [expected]
    assert here.complaints == there.complaints == []


async def test_a_rule_that_the_server_refuses_says_why_at_its_field(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    await window.add("Water the plants")
    editor = await window.edit("Water the plants")
    await editor.get_by_label("Repeats").select_option("OWN")
    rule = editor.get_by_label("Rule (RRULE)")
    await rule.fill("FREQ=WEEKLY;BYDAY=XX")
    await expect(rule).to_have_attribute("aria-invalid", "true")
    await expect(rule).to_have_accessible_description(
        "BYDAY lists MO, TU, WE, TH, FR, SA and SU, with a number up to 53 as in 2TU or -1FR."
    )
    await editor.get_by_role("button", name="Save").click()
    await expect(rule).to_be_focused()
    await rule.fill("FREQ=WEEKLY;BYDAY=SA")
    await expect(editor.get_by_role("status").get_by_role("listitem")).to_have_count(5)
    await editor.get_by_role("button", name="Save").click()
    await expect(window.row("Water the plants")).to_contain_text("every week on Saturday")
    assert window.complaints == []


async def test_a_rule_that_the_form_can_not_show_survives_an_edit(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    async with await api_of(window, server.url) as api:
        await api.mutate(
            "createTask",
            "errors { message }",
            title="Tax retrun",
            dueOn="2031-05-12",
            recurrence={"rule": WEEK_20, "missed": "ALL", "lead": "P1W"},
        )
        recurrence = "{ tasks { nodes { recurrence { rule timeZone start mode missed lead } } } }"
        before = await api.run(recurrence)
        editor = await window.edit("Tax retrun")
        await expect(editor).to_contain_text("every year on Monday of week 20")
        await expect(editor).to_contain_text(WEEK_20)
        await expect(editor.get_by_label("Repeats", exact=True)).to_have_count(0)
        await editor.get_by_label("Title").fill("Tax return")
        await editor.get_by_role("button", name="Save").click()
        await expect(window.row("Tax return")).to_contain_text("every year on Monday of week 20")
        await expect(window.connection).to_have_attribute("data-waiting", "0")
        assert await api.run(recurrence) == before
    assert window.complaints == []


async def test_a_daily_task_is_made_with_the_keyboard_alone(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    await window.new_task.focus()
    keyboard = window.page.keyboard
    await keyboard.type("Water the plants")
    await keyboard.press("Enter")
    await expect(window.rows).to_have_count(1)

    async def tab_to(name: str) -> None:
        for _ in range(40):
            await keyboard.press("Tab")
            if name in await window.page.evaluate(FOCUSED):
                return
        raise AssertionError(f"the keyboard never gets to {name}")

    await tab_to("Edit “Water the plants”")
    await keyboard.press("Enter")
    await expect(window.page.get_by_role("dialog")).to_be_visible()
    await tab_to("Repeats")
    await keyboard.type("Daily")
    await expect(window.page.get_by_label("Repeats", exact=True)).to_have_value("DAILY")
    await tab_to("Save")
    await keyboard.press("Enter")
    await expect(window.row("Water the plants")).to_contain_text("every day")
    await expect(window.page.get_by_role("dialog")).to_have_count(0)
    assert window.complaints == []
