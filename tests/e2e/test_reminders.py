"""Reminders: set in the editor, rung in every window, and gone from all of them once somebody has acted."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import BACK_MS, PROMPT_SECONDS, Window, api_of, lateness, two_windows
from tests.support.client import Api
from tests.support.server import Server

pytestmark = pytest.mark.e2e

RING = "[data-testid=ring]"
#: In place of the system's notifications, of which a browser without a screen has none.
NOTIFICATIONS = """
window.shown = [];
window.Notification = class {
  static permission = 'default';
  static async requestPermission() { return (Notification.permission = 'granted'); }
  constructor(title, options) { this.title = title; this.tag = options.tag; shown.push(this); }
  close() { this.closed = true; }
};
"""


async def ring_soon(api: Api, title: str, seconds: float = 3) -> datetime:
    """A task with a reminder a moment from now; when that is."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    made = await api.mutate(
        "createTask", "errors { message }", title=title, reminders=[{"remindAt": at.isoformat()}]
    )
    assert made["errors"] == []
    return at


async def test_a_ring_shows_in_two_windows_and_a_snooze_in_one_takes_it_away_in_the_other(
    browser: Browser, server: Server
) -> None:
    here, there = await two_windows(browser, server)
    async with await api_of(here, server.url) as api:
        at = await ring_soon(api, "Take the pizza out", 4)
        for late in await lateness((here, there), RING, "Take the pizza out", at):
            assert 0 <= late < PROMPT_SECONDS
        await there.rings.get_by_role("button", name="10 minutes").click()
        for window in (here, there):
            await expect(window.rings).to_have_count(0)
        data = await api.run("{ reminders { nodes { status remindAt } } }")
        [reminder] = data["reminders"]["nodes"]
        assert reminder["status"] == "PENDING"
        assert timedelta(minutes=9) < datetime.fromisoformat(reminder["remindAt"]) - datetime.now(UTC)

        await ring_soon(api, "Call the plumber")
        await expect(here.rings).to_contain_text("Call the plumber")
        await here.rings.get_by_role("button", name="Done").click()
        for window in (here, there):
            await expect(window.rings).to_have_count(0)
            await expect(
                window.page.get_by_role("checkbox", name="Reopen “Call the plumber”")
            ).to_be_checked()
    assert here.complaints == there.complaints == []


async def test_a_dismissed_ring_is_gone_in_every_tab_and_after_a_reload(
    browser: Browser, server: Server
) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    tab = Window(window.context, await window.context.new_page())
    await tab.page.goto(server.url)
    await tab.is_live()
    async with await api_of(window, server.url) as api:
        await ring_soon(api, "Take the pizza out")
    for page in (window, tab):
        await expect(page.rings).to_have_count(1)
    await tab.page.reload()
    await expect(tab.rings).to_have_count(1)
    await window.page.get_by_role("button", name="Dismiss “Take the pizza out”").click()
    for page in (window, tab):
        await expect(page.rings).to_have_count(0)
    await tab.page.reload()
    await expect(tab.row("Take the pizza out")).to_have_count(1)
    await expect(tab.rings).to_have_count(0)
    assert window.complaints == tab.complaints == []


async def test_what_rang_while_the_server_was_away_is_told_late(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    async with await api_of(window, server.url) as api:
        at = await ring_soon(api, "Take the pizza out", 2)
    await server.kill()
    await expect(window.connection).not_to_have_attribute("data-state", "live")
    assert datetime.now(UTC) - at < timedelta(minutes=1)
    await server.start()
    await expect(window.rings).to_contain_text("Take the pizza out", timeout=BACK_MS)


async def test_the_editor_sets_reminders_with_the_due_date_and_takes_them_away(
    browser: Browser, server: Server
) -> None:
    here, there = await two_windows(browser, server)
    await here.add("Dentist")
    editor = await here.edit("Dentist")
    await expect(editor.get_by_role("button", name="1 day before")).to_be_disabled()
    await editor.get_by_label("Due on").fill("2031-05-06")
    await editor.get_by_label("At", exact=True).fill("10:00")
    await editor.get_by_role("button", name="1 day before", exact=True).click()
    await editor.get_by_role("button", name="At the time", exact=True).click()
    await editor.get_by_text("Another time").click()
    await editor.get_by_label("How long before").fill("2")
    await editor.get_by_label("Unit").select_option("HOURS")
    await editor.get_by_role("button", name="Add", exact=True).first.click()
    await editor.get_by_role("button", name="Save").click()
    await expect(there.row("Dentist")).to_contain_text("Mon, May 5, 2031, 10:00")
    other = await there.edit("Dentist")
    reminders = other.get_by_role("group", name="Reminders").get_by_role("listitem")
    await expect(reminders).to_have_count(3)
    for entry, words in enumerate(("1 day before", "2 hours before", "At the time")):
        await expect(reminders.nth(entry)).to_contain_text(words)
    await other.get_by_role("button", name="Remove the reminder 1 day before").click()
    await other.get_by_role("button", name="Save").click()
    await expect(here.row("Dentist")).to_contain_text("Tue, May 6, 2031, 8:00")
    assert here.complaints == there.complaints == []


async def test_rings_are_told_by_the_system_where_a_person_asked_for_that(
    browser: Browser, server: Server
) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    await window.context.add_init_script(NOTIFICATIONS)
    await window.page.reload()
    await window.is_live()
    async with await api_of(window, server.url) as api:
        await ring_soon(api, "Quietly", 1)
        await expect(window.rings).to_contain_text("Quietly")
        assert await window.page.evaluate("shown.length") == 0
        await window.page.get_by_role("button", name="Dismiss “Quietly”").click()
        editor = await window.edit("Quietly")
        await editor.get_by_role("button", name="Notify me on this device").click()
        await expect(editor).to_contain_text("Notifications are on for this device.")
        await editor.get_by_role("button", name="Cancel").click()
        await ring_soon(api, "Aloud", 1)
    await expect(window.rings).to_contain_text("Aloud")
    assert await window.page.evaluate("shown.map(({ title }) => title)") == ["Aloud"]
    await window.page.evaluate("shown[0].onclick()")
    await expect(window.page.get_by_role("dialog").get_by_label("Title")).to_have_value("Aloud")
    await window.rings.get_by_role("button", name="1 hour").click()  # beside the open editor
    await expect(window.rings).to_have_count(0)
    assert await window.page.evaluate("shown[0].closed")
    assert window.complaints == []
