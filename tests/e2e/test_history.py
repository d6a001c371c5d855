"""What happened to a task, and what was deleted."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import Window, two_windows
from tests.support.server import Server

pytestmark = pytest.mark.e2e


async def test_a_task_tells_what_happened_to_it(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    await window.add("Buy milk")
    editor = await window.edit("Buy milk")
    await editor.get_by_label("Title").fill("Buy oat milk")
    await editor.get_by_label("Priority").select_option("HIGH")
    await editor.get_by_label("Name of a new label").fill("Errand")
    await editor.get_by_role("button", name="Add label").click()
    await editor.get_by_role("button", name="Save").click()
    await expect(window.row("Buy oat milk")).to_contain_text("Errand")
    await window.page.get_by_role("checkbox", name="Complete “Buy oat milk”").click()
    await expect(window.connection).to_have_attribute("data-waiting", "0")

    await window.edit("Buy oat milk")
    await editor.get_by_text("What happened to this task").click()
    entries = editor.get_by_role("list", name="What happened to this task").get_by_role("listitem")
    await expect(entries).to_have_count(3)
    await expect(entries.nth(0)).to_contain_text("Completed")
    await expect(entries.nth(1)).to_contain_text("Buy milk")
    await expect(entries.nth(1)).to_contain_text("Buy oat milk")
    await expect(entries.nth(1)).to_contain_text("Errand")
    await expect(entries.nth(2)).to_contain_text("Created")
    assert window.complaints == []


async def test_the_trash_gives_back_what_was_deleted_whenever(browser: Browser, server: Server) -> None:
    here, there = await two_windows(browser, server)
    await here.add("Plan the holiday")
    editor = await here.edit("Plan the holiday")
    await editor.get_by_label("Add a subtask").fill("Book the train")
    await editor.get_by_label("Add a subtask").press("Enter")
    await editor.get_by_role("button", name="Cancel").click()
    await here.page.get_by_role("button", name="Delete “Plan the holiday”").click()
    await expect(there.rows).to_have_count(0)
    await here.page.reload()  # what is deleted is not loaded
    await here.is_live()
    await here.page.get_by_role("navigation").get_by_role("button", name="Trash").click()
    thrown = here.page.get_by_test_id("trash-row")
    await expect(thrown).to_have_count(1)
    await expect(thrown).to_contain_text("with 1 subtask")
    await here.page.get_by_role("button", name="Restore “Plan the holiday”").click()
    await expect(thrown).to_have_count(0)
    await expect(there.rows).to_have_count(2)
    assert await there.titles() == ["Plan the holiday", "Book the train"]
    assert here.complaints == there.complaints == []
