"""What dialogs do with the focus, the keys and the toasts beside them."""

import re

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.e2e.app import Window
from tests.support.server import Server

pytestmark = pytest.mark.e2e

#: Tasks that are on screen before anything is done.
TITLES = ("Bread", "Milk", "Salt")


async def a_list(browser: Browser, server: Server, width: int = 1100) -> Window:
    window = await Window.open(browser, server.url, viewport={"width": width, "height": 800})
    await window.sign_up()
    for title in TITLES:
        await window.add(title)
    await expect(window.rows).to_have_count(3)
    return window


async def overlap(one: Locator, other: Locator) -> bool:
    a, b = await one.bounding_box(), await other.bounding_box()
    assert a
    assert b
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )


@pytest.mark.parametrize("width", [1100, 390])
async def test_what_a_toast_offers_to_undo_is_undone_beside_an_open_editor(
    browser: Browser, server: Server, width: int
) -> None:
    window = await a_list(browser, server, width)
    await window.page.get_by_role("button", name="Delete “Milk”").click()
    await expect(window.rows).to_have_count(2)
    editor = await window.edit("Salt")
    await editor.get_by_label("Notes").fill("Half a pound")
    toast = window.page.locator("[data-sonner-toast]").filter(has_text="Milk")
    undo = toast.get_by_role("button", name="Undo")
    await undo.hover()  # it has come to rest
    for name in ("Save", "Cancel", "Close"):
        assert not await overlap(toast, editor.get_by_role("button", name=name))
    await undo.click()
    await expect(window.row("Milk")).to_have_count(1)
    await expect(editor.get_by_label("Notes")).to_have_value("Half a pound")
    assert window.complaints == []


async def test_a_dialog_begins_at_its_first_field_and_gives_the_focus_back(
    browser: Browser, server: Server
) -> None:
    window = await a_list(browser, server)
    page, keys = window.page, window.page.keyboard
    dialog = page.get_by_role("dialog")
    checkbox = page.get_by_role("checkbox", name="Complete “Bread”")
    pencil = page.get_by_role("button", name="Edit “Bread”")
    for opener, key in ((checkbox, "e"), (pencil, "Enter")):
        for end in ("Escape", "Enter"):
            await opener.focus()
            await keys.press(key)
            await expect(dialog.get_by_label("Title")).to_be_focused()
            await keys.press(end)
            await expect(dialog).to_have_count(0)
            await expect(opener).to_be_focused()

    # Where the row is elsewhere by then, its list has the focus.
    await page.get_by_role("navigation").get_by_role("button", name="Today").click()
    await window.add("Call mum")
    await page.get_by_role("checkbox", name="Complete “Call mum”").focus()
    await keys.press("e")
    await dialog.get_by_label("Due on").fill("2040-01-01")
    await keys.press("Enter")
    await expect(window.rows).to_have_count(0)
    await expect(page.get_by_role("region", name="Tasks")).to_be_focused()

    search = page.get_by_label("Search tasks")
    await search.focus()
    await keys.press("Control+k")
    await expect(dialog.get_by_role("combobox")).to_be_focused()
    await keys.press("Escape")
    await expect(search).to_be_focused()

    add = page.get_by_role("button", name="New project")
    await add.focus()
    await keys.press("Enter")
    await expect(dialog.get_by_label("Name")).to_be_focused()
    await keys.press("Escape")
    await expect(add).to_be_focused()
    assert window.complaints == []


async def test_keys_of_the_page_rest_while_a_dialog_is_open(browser: Browser, server: Server) -> None:
    window = await a_list(browser, server)
    page, keys = window.page, window.page.keyboard
    editor = await window.edit("Milk")
    await expect(editor.get_by_label("Title")).to_be_focused()
    await keys.press("Control+k")
    await keys.type(" and more")
    await expect(editor.get_by_label("Title")).to_have_value("Milk and more")
    await expect(page.get_by_role("dialog")).to_have_count(1)
    await keys.press("Enter")
    await expect(window.row("Milk and more")).to_be_visible()

    await keys.press("Control+k")
    await expect(page.get_by_role("dialog", name="Commands")).to_be_visible()
    await keys.press("Control+k")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert window.complaints == []


@pytest.mark.parametrize(("key", "label"), [("n", "Add a task"), ("/", "Search tasks")])
async def test_a_field_that_is_on_another_page_gets_the_focus_there(
    browser: Browser, server: Server, key: str, label: str
) -> None:
    window = await a_list(browser, server)
    page, keys = window.page, window.page.keyboard
    field = page.get_by_label(label, exact=True)
    await page.get_by_role("navigation").get_by_role("button", name="Trash").click()
    await expect(page.get_by_role("heading", name="Trash")).to_be_visible()
    await keys.press(key)
    await keys.type("gift")
    await expect(field).to_have_value("gift")
    await page.get_by_role("link", name="Settings").click()
    await expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    await keys.press(key)
    await expect(field).to_be_focused()
    await keys.type("gift")
    await expect(field).to_have_value(re.compile("gift$"))
    assert window.complaints == []
