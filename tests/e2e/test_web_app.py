"""What people do with the web app, each thing seen in a second window as well."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import BACK_MS, Window, two_windows
from tests.support.server import Server

pytestmark = pytest.mark.e2e


async def test_a_task_added_in_one_window_shows_in_the_other(browser: Browser, server: Server) -> None:
    here, there = await two_windows(browser, server)
    await here.add("Buy milk")
    await expect(there.row("Buy milk")).to_have_count(1)
    await there.add("Call mum")
    await expect(here.rows).to_have_count(2)
    await expect(there.rows).to_have_count(2)
    assert await here.titles() == await there.titles() == ["Buy milk", "Call mum"]
    assert here.complaints == there.complaints == []


async def test_a_server_killed_while_tasks_are_added_costs_nothing(browser: Browser, server: Server) -> None:
    here, there = await two_windows(browser, server)
    for window in (here, there):
        await window.heighten()
    expected = [f"Task {number:02}" for number in range(30)]

    async def add_all() -> None:
        for title in expected:
            await here.add(title)

    adding = asyncio.create_task(add_all())
    await expect(there.rows.nth(5)).to_be_visible(timeout=BACK_MS)
    await server.kill()
    await adding
    await expect(there.connection).not_to_have_attribute("data-state", "live")
    await expect(here.rows).to_have_count(len(expected))  # on screen at once, server or no server
    await expect(here.connection).not_to_have_attribute("data-waiting", "0")
    await server.start()

    for window in (here, there):
        await window.is_live()
        await expect(window.rows).to_have_count(len(expected), timeout=BACK_MS)
    await expect(here.connection).to_have_attribute("data-waiting", "0", timeout=BACK_MS)
    assert await here.titles() == await there.titles() == expected
    await there.page.reload()  # what the server has, and not what the windows remember
    await expect(there.rows).to_have_count(len(expected))
    assert await there.titles() == expected
    assert here.complaints == there.complaints == []


async def test_edits_completions_and_deletions_show_everywhere(browser: Browser, server: Server) -> None:
    here, there = await two_windows(browser, server)
    await here.add("Buy mlik")
    await expect(there.row("Buy mlik")).to_have_count(1)

    await there.page.get_by_role("button", name="Edit “Buy mlik”").click()
    dialog = there.page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill("Buy milk")
    await dialog.get_by_label("Notes").fill("Two litres")
    await dialog.get_by_label("Due on").fill("2031-05-01")
    await dialog.get_by_label("Priority").select_option("HIGH")
    await dialog.get_by_role("button", name="Save").click()
    row = here.row("Buy milk")
    await expect(row).to_contain_text(re.compile(r"2031"))
    await expect(row).to_contain_text("High")

    await here.page.get_by_role("checkbox", name="Complete “Buy milk”").click()
    await expect(there.page.get_by_role("checkbox", name="Reopen “Buy milk”")).to_be_checked()
    await there.page.get_by_role("checkbox", name="Reopen “Buy milk”").click()
    await expect(here.page.get_by_role("checkbox", name="Complete “Buy milk”")).not_to_be_checked()

    await here.page.get_by_role("button", name="Delete “Buy milk”").click()
    await expect(there.rows).to_have_count(0)
    await here.page.get_by_role("button", name="Undo").click()
    for window in (here, there):
        await expect(window.row("Buy milk")).to_contain_text("High")
    assert here.complaints == there.complaints == []


async def test_projects_hold_tasks_and_are_the_same_everywhere(browser: Browser, server: Server) -> None:
    here, there = await two_windows(browser, server)
    await here.page.get_by_role("button", name="New project").click()
    await here.page.get_by_role("dialog").get_by_label("Name").fill("Garden")
    await here.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(here.page.get_by_role("heading", name="Garden")).to_be_visible()
    await here.add("Sow beans")
    await expect(there.row("Sow beans")).to_contain_text("Garden")

    await there.add("Pay rent")
    await expect(here.rows).to_have_count(1)
    await there.page.get_by_role("navigation").get_by_role("button", name="Garden").click()
    await expect(there.rows).to_have_count(1)
    await there.page.get_by_role("button", name="Delete “Garden”").click()
    question = there.page.get_by_role("dialog")
    await expect(question).to_contain_text("Its task stays, without a project.")
    await question.get_by_role("button", name="Delete project").click()
    for window in (here, there):
        await expect(window.page.get_by_role("heading", name="All tasks")).to_be_visible()
        await expect(window.rows).to_have_count(2)
        await expect(window.row("Sow beans")).not_to_contain_text("Garden")
    assert here.complaints == there.complaints == []


async def test_subtasks_are_below_their_task_everywhere(browser: Browser, server: Server) -> None:
    here, there = await two_windows(browser, server)
    await here.add("Plan the holiday")
    editor = await here.edit("Plan the holiday")
    for title in ("Book the train", "Find a house"):
        await editor.get_by_label("Add a subtask").fill(title)
        await editor.get_by_label("Add a subtask").press("Enter")
    await editor.get_by_role("button", name="Cancel").click()
    below = there.page.get_by_role("listitem").filter(has_text="Plan the holiday").get_by_role("listitem")
    await expect(below).to_have_count(2)
    await there.page.get_by_role("checkbox", name="Complete “Find a house”").click()
    await expect(here.row("Plan the holiday")).to_contain_text("1/2")
    await here.page.get_by_role("button", name="Delete “Plan the holiday”").click()
    for window in (here, there):
        await expect(window.rows).to_have_count(0)
    assert here.complaints == there.complaints == []


async def test_the_list_works_on_a_phone_by_keyboard_and_in_the_dark(
    browser: Browser, server: Server
) -> None:
    window = await Window.open(
        browser, server.url, viewport={"width": 360, "height": 740}, color_scheme="dark"
    )
    await window.sign_up()
    await window.new_task.focus()
    await window.page.keyboard.type("A" * 120)
    await window.page.keyboard.press("Enter")
    await expect(window.rows).to_have_count(1)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await window.page.evaluate(overflow) == 0
    await window.rows.get_by_role("checkbox").focus()
    await window.page.keyboard.press("Space")
    await expect(window.rows.get_by_role("checkbox")).to_be_checked()
    await window.add("Another")
    await window.page.get_by_role("button", name="Delete “Another”").focus()
    await window.page.keyboard.press("Enter")
    await expect(window.rows.get_by_role("checkbox")).to_be_focused()
    await window.page.keyboard.press("Tab")
    await window.page.keyboard.press("Tab")
    await window.page.keyboard.press("Enter")
    await expect(window.page.get_by_role("region", name="Tasks")).to_be_focused()
    assert window.complaints == []
