"""The calendar feed, import and export, as they are used in the settings."""

import json

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.app import Window
from tests.support.server import Server

pytestmark = pytest.mark.e2e

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//Else//EN
BEGIN:VTODO
UID:one@else.example
DTSTAMP:20310501T090000Z
SUMMARY:Water the plants
DUE:20310506T100000Z
LOCATION:The balcony
END:VTODO
BEGIN:VTODO
UID:two@else.example
DTSTAMP:20310501T090000Z
SUMMARY:Call mum
END:VTODO
END:VCALENDAR
""".replace("\n", "\r\n")


async def settings(browser: Browser, url: str) -> Window:
    window = await Window.open(browser, url, accept_downloads=True)
    await window.sign_up()
    await window.page.get_by_role("link", name="Settings").click()
    return window


async def choose(page: Page, text: str) -> None:
    await page.get_by_label("Choose a file").first.set_input_files(
        {"name": "plants.ics", "mimeType": "text/calendar", "buffer": text.encode()}
    )


async def test_the_address_of_the_feed_is_shown_once_replaced_and_revoked(
    browser: Browser, server: Server
) -> None:
    window = await settings(browser, server.url)
    page = window.page
    state = page.get_by_test_id("feed-state")
    await expect(state).to_have_text("There is none.")
    await page.get_by_role("button", name="Make an address").click()
    first = await page.get_by_label("Address with to-dos", exact=True).input_value()
    events = await page.get_by_label("Address with events", exact=True).input_value()
    path = httpx.URL(first).path
    async with httpx.AsyncClient(base_url=server.url) as http:
        assert (await http.get(path)).text.startswith("BEGIN:VCALENDAR")
        assert (await http.get(httpx.URL(events).raw_path.decode())).status_code == 200
        await page.reload()
        await expect(state).to_contain_text("Last read:")
        await expect(page.get_by_label("Address with to-dos", exact=True)).to_have_count(0)

        await page.get_by_role("button", name="Make a new address").click()
        await page.get_by_role("dialog").get_by_role("button", name="Make a new address").click()
        await expect(page.get_by_label("Address with to-dos", exact=True)).not_to_have_value(first)
        second = await page.get_by_label("Address with to-dos", exact=True).input_value()
        assert (await http.get(path)).status_code == 404
        assert (await http.get(httpx.URL(second).path)).status_code == 200
        await page.get_by_role("button", name="Revoke").click()
        await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        await expect(state).to_have_text("There is none.")
        assert (await http.get(httpx.URL(second).path)).status_code == 404
    assert window.complaints == []


async def test_an_import_tells_first_what_it_cannot_keep_and_comes_back_as_an_export(
    browser: Browser, server: Server
) -> None:
    window = await settings(browser, server.url)
    page = window.page
    await choose(page, "no calendar")
    await expect(page.get_by_role("main").get_by_role("alert")).to_be_visible()
    await choose(page, CALENDAR)
    await expect(page.get_by_text("plants.ics: 2 new, 0 changed")).to_be_visible()
    await expect(page.get_by_role("region", name="What can’t be kept")).to_contain_text("LOCATION")
    await page.get_by_role("link", name="All tasks").click()
    await expect(window.rows).to_have_count(0)
    await page.get_by_role("link", name="Settings").click()
    await choose(page, CALENDAR)
    await page.get_by_role("button", name="Import", exact=True).click()
    await expect(page.get_by_text("Imported: 2 new")).to_be_visible()
    await choose(page, CALENDAR)
    await expect(page.get_by_text("0 new, 0 changed, 2 as they are")).to_be_visible()
    await expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()

    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Tasks (.ics)").click()
    download = await downloading.value
    assert download.suggested_filename.endswith(".ics")
    text = (await download.path()).read_text(encoding="utf-8")
    assert "SUMMARY:Water the plants" in text
    assert text.rstrip().endswith("END:VCALENDAR")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Everything (.json)").click()
    nodes = json.loads((await (await downloading.value).path()).read_text(encoding="utf-8"))
    assert {node["title"] for node in nodes if node["kind"] == "task"} == {"Water the plants", "Call mum"}

    await page.get_by_role("link", name="All tasks").click()
    await expect(window.row("Water the plants")).to_have_count(1)
    assert window.complaints == []


async def test_an_address_with_a_task_opens_it_after_signing_in_too(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    email = await window.sign_up()
    await window.add("Water the plants")
    await expect(window.rows).to_have_count(1)
    task_id = await window.rows.first.get_attribute("data-task-id")
    await expect(window.connection).to_have_attribute("data-waiting", "0")
    other = await Window.open(browser, f"{server.url}/?task={task_id}")
    await other.log_in(email)
    await expect(other.page.get_by_role("dialog").get_by_label("Title")).to_have_value("Water the plants")
    assert other.page.url == f"{server.url}/"
    gone = await Window.open(browser, f"{server.url}/?task=00000000-0000-0000-0000-000000000000")
    await gone.log_in(email)
    await expect(gone.page.get_by_text("That task is not there any more.")).to_be_visible()
    assert window.complaints == other.complaints == gone.complaints == []
