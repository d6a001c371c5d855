"""Several tasks at once, by mouse and by keyboard alone."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import Window, two_windows
from tests.support.server import Server

pytestmark = pytest.mark.e2e

TITLES = ["Bread", "Milk", "Salt", "Tea"]


async def test_several_tasks_are_moved_and_deleted_and_one_undo_brings_them_back(
    browser: Browser, server: Server
) -> None:
    here, there = await two_windows(browser, server)
    for title in TITLES:
        await here.add(title)
    await here.page.get_by_role("button", name="New project").click()
    await here.page.get_by_role("dialog").get_by_label("Name").fill("Garden")
    await here.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await here.page.get_by_role("navigation").get_by_role("button", name="All tasks").click()
    await expect(here.rows).to_have_count(4)

    await here.page.get_by_role("button", name="Select tasks").click()
    await here.page.get_by_role("checkbox", name="Select “Bread”").click()
    await here.page.get_by_role("checkbox", name="Select “Salt”").click(modifiers=["Shift"])
    await here.page.get_by_role("toolbar").get_by_role("button", name="Move").click()
    await here.page.get_by_role("menuitem", name="Garden").click()
    for title in ("Bread", "Milk", "Salt"):
        await expect(there.row(title)).to_contain_text("Garden")
    await expect(there.row("Tea")).not_to_contain_text("Garden")
    await here.page.get_by_role("button", name="Undo").click()
    await expect(there.rows.filter(has_text="Garden")).to_have_count(0)

    await here.page.get_by_role("button", name="Select tasks").click()
    await here.page.get_by_role("button", name="Select all").click()
    await here.page.get_by_role("toolbar").get_by_role("button", name="Delete").click()
    await expect(there.rows).to_have_count(0)
    await (
        here.page.get_by_role("listitem")
        .filter(has_text="4 tasks were deleted")
        .get_by_role("button", name="Undo")
        .click()
    )
    await expect(there.rows).to_have_count(4)
    assert await there.titles() == TITLES
    assert here.complaints == there.complaints == []


async def test_several_tasks_are_completed_by_keyboard_alone(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    for title in TITLES:
        await window.add(title)
    await window.page.get_by_role("checkbox", name="Complete “Bread”").focus()
    for key in ("ArrowDown", "x", "Shift+ArrowDown"):
        await window.page.keyboard.press(key)
    await expect(window.page.get_by_role("toolbar")).to_contain_text("2 selected")
    await expect(window.page.get_by_role("checkbox", name="Select “Salt”")).to_be_focused()
    await window.page.get_by_role("toolbar").get_by_role("button", name="Complete").focus()
    await window.page.keyboard.press("Enter")
    await expect(window.page.get_by_role("region", name="Tasks")).to_be_focused()
    await expect(window.page.get_by_text("Completed · 2")).to_be_visible()
    await expect(window.page.get_by_role("checkbox", name="Reopen “Milk”")).to_be_checked()
    assert window.complaints == []
