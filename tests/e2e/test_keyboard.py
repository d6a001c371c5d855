"""Days with TaskFlow, and the mouse never touched: nothing here clicks, or gives the focus away by script."""

from uuid import uuid4

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.app import NEW_HERE, Window
from tests.support.client import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.e2e

#: More stops than any page here has.
FAR = 150


class Keys:
    """What a person has who has a keyboard alone."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.type = page.keyboard.type

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def tab_to(self, target: Locator, key: str = "Tab") -> None:
        await expect(target).to_be_visible()
        for _ in range(FAR):
            if await target.evaluate("(element) => element === document.activeElement"):
                return
            await self.press(key)
        pytest.fail(f"{key} never comes to {target}")


async def sign_up(browser: Browser, server: Server, *titles: str) -> tuple[Window, Keys]:
    window = await Window.open(browser, server.url, locale="en-GB", viewport={"width": 1280, "height": 1100})
    page, keys = window.page, Keys(window.page)
    await keys.tab_to(page.get_by_role("button", name=NEW_HERE))
    await keys.press("Enter")
    await keys.tab_to(page.get_by_label("Name"), "Shift+Tab")
    for text in ("Ana", f"{uuid4().hex}@tasks.example", PASSWORD):
        await keys.type(text)
        await keys.press("Tab")
    await keys.press("Enter")
    await window.is_live()
    await keys.press("n")
    for title in titles:
        await keys.type(title)
        await keys.press("Enter")
    await expect(window.rows).to_have_count(len(titles))
    return window, keys


async def test_tasks_are_written_ticked_edited_found_and_brought_back(
    browser: Browser, server: Server
) -> None:
    window, keys = await sign_up(browser, server, "Buy milk tomorrow", "Pay the rent every month")
    page = window.page
    dialog = page.get_by_role("dialog")
    milk, rent = (page.get_by_role("checkbox", name=name) for name in ("“Buy milk”", "“Pay the rent"))

    await keys.tab_to(milk)
    await keys.press("Space")
    await expect(milk).to_be_checked()
    await expect(rent).to_be_focused()
    await keys.press("z")
    await expect(milk).not_to_be_checked()
    await expect(rent).to_be_focused()

    await keys.press("e")
    await expect(dialog.get_by_label("Title")).to_be_focused()
    await keys.type(" on time")
    await keys.press("Enter")
    await expect(window.row("Pay the rent on time")).to_be_visible()
    await expect(rent).to_be_focused()

    await keys.press("Delete")
    await expect(window.rows).to_have_count(1)
    await expect(milk).to_be_focused()
    await keys.press("Control+z")
    await expect(window.rows).to_have_count(2)

    await keys.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await keys.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(milk).to_be_focused()

    await keys.press("g", "u")
    await expect(page.get_by_role("heading", name="Upcoming", level=1)).to_be_visible()
    await keys.press("j")
    await expect(page.locator("[data-testid=task-row] input").first).to_be_focused()
    await keys.press("Control+k")
    await expect(dialog.get_by_role("combobox")).to_be_focused()
    await keys.type("rent")
    await expect(page.get_by_role("option", name="Pay the rent")).to_be_visible()
    await keys.press("Enter")
    await expect(dialog.get_by_label("Title")).to_have_value("Pay the rent on time")
    await expect(dialog.get_by_label("Title")).to_be_focused()
    await keys.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(page.locator("main :focus")).to_have_count(1)

    await keys.press("/")
    await keys.type("milk")
    await expect(window.rows).to_have_count(1)
    assert window.complaints == []


async def test_tasks_are_put_in_order_chosen_deleted_and_restored(browser: Browser, server: Server) -> None:
    window, keys = await sign_up(browser, server, "Bread", "Milk", "Salt", "Tea")
    page = window.page
    bar = page.get_by_role("toolbar")
    bread, milk = (page.get_by_role("checkbox", name=f"“{name}”") for name in ("Bread", "Milk"))

    await keys.tab_to(bread)
    await keys.press("Alt+ArrowDown")
    await expect(window.rows.first).to_contain_text("Milk")
    await expect(bread).to_be_focused()

    await keys.press("ArrowUp", "x", "Shift+ArrowDown")
    await expect(bar).to_contain_text("2 selected")
    await expect(bread).to_be_focused()
    await keys.tab_to(bar.get_by_role("button", name="Complete"))
    await keys.press("Enter")
    await expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    await expect(page.get_by_role("region", name="Tasks")).to_be_focused()
    await keys.press("z")
    await expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)

    await keys.tab_to(page.get_by_role("button", name="Select tasks"), "Shift+Tab")
    await keys.press("Enter")
    await keys.tab_to(milk)
    await keys.press("Space", "Control+a")
    await expect(bar).to_contain_text("4 selected")
    await keys.press("Escape")
    await expect(bar).to_have_count(0)
    await keys.press("x")
    await keys.tab_to(bar.get_by_role("button", name="Delete"))
    await keys.press("Enter")
    await expect(window.rows).to_have_count(3)

    await keys.press("g", "r")
    await keys.tab_to(page.get_by_role("button", name="Restore “Milk”"))
    await keys.press("Enter")
    await expect(page.get_by_test_id("trash-row")).to_have_count(0)
    await expect(page.get_by_role("region", name="Deleted")).to_be_focused()
    await keys.press("g", "a")
    await expect(window.rows).to_have_count(4)
    assert window.complaints == []


async def test_projects_and_labels_are_made_named_given_and_deleted(browser: Browser, server: Server) -> None:
    window, keys = await sign_up(browser, server, "Prune the roses")
    page = window.page
    dialog = page.get_by_role("dialog")

    for kind in ("project", "label"):
        add = page.get_by_role("button", name=f"New {kind}")
        await keys.tab_to(add)
        await keys.press("Enter")
        await expect(dialog.get_by_label("Name")).to_be_focused()
        await keys.type("Garden")
        await keys.press("Enter")
        await expect(page.get_by_role("heading", name="Garden", level=1)).to_be_visible()
        await expect(add).to_be_focused()

    await keys.press("g", "a")
    pencil = page.get_by_role("button", name="Edit “Prune the roses”")
    await keys.tab_to(pencil)
    await keys.press("Enter")
    await keys.tab_to(dialog.get_by_label("Project"))
    await keys.type("Garden")
    await keys.tab_to(dialog.get_by_role("checkbox", name="Garden"))
    await keys.press("Space")
    await keys.tab_to(dialog.get_by_role("button", name="Save"))
    await keys.press("Enter")
    await expect(window.rows.get_by_text("Garden")).to_have_count(2)
    await expect(pencil).to_be_focused()

    for kind in ("project", "label"):
        place = page.get_by_role("navigation").get_by_role("button", name="Garden 1").first
        await keys.tab_to(place)
        await keys.press("Enter")
        await expect(window.rows).to_have_count(1)
        change = page.get_by_role("main").get_by_role("button", name=f"Edit the {kind}")
        await keys.tab_to(change)
        await keys.press("Enter")
        await expect(dialog.get_by_label("Name")).to_be_focused()
        await keys.type("s")
        await keys.press("Enter")
        await expect(page.get_by_role("heading", name="Gardens", level=1)).to_be_visible()
        await expect(change).to_be_focused()
        await keys.tab_to(page.get_by_role("main").get_by_role("button", name="Delete").first)
        await keys.press("Enter")
        await expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
        await keys.tab_to(dialog.get_by_role("button", name="Delete"))
        await keys.press("Enter")
        await expect(page.get_by_role("heading", name="All tasks", level=1)).to_be_focused()
    await expect(window.rows.get_by_text("Garden")).to_have_count(0)
    assert window.complaints == []


async def test_the_calendar_takes_tasks_and_moves_them(browser: Browser, server: Server) -> None:
    window, keys = await sign_up(browser, server)
    page = window.page
    dialog = page.get_by_role("dialog")
    await keys.tab_to(page.get_by_role("button", name="Filter"))
    await keys.press("g", "c")
    await keys.tab_to(page.get_by_role("button", name="Next month"))
    await keys.press("Enter", "Enter")
    day = page.locator("[data-day$='-10'] button").first
    await keys.tab_to(day)
    await keys.press("Enter")
    await expect(dialog.get_by_label("Title")).to_be_focused()
    await keys.type("Party")
    await keys.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(day).to_be_focused()

    task = page.get_by_test_id("month-task")
    where = page.locator("[data-day]").filter(has=task)
    await keys.tab_to(task)
    first = await where.get_attribute("data-day")
    month = await page.get_by_role("main").get_by_role("heading", level=2).inner_text()
    await keys.press("Alt+ArrowRight")
    await expect(where).not_to_have_attribute("data-day", str(first))
    await expect(task).to_be_focused()
    await keys.press("z")
    await expect(where).to_have_attribute("data-day", str(first))
    await expect(task).to_be_focused()
    for _ in range(5):
        before = await where.get_attribute("data-day")
        await keys.press("Alt+ArrowDown")
        await expect(where).not_to_have_attribute("data-day", str(before))
        await expect(task).to_be_focused()
    await expect(page.get_by_role("main").get_by_role("heading", level=2)).not_to_have_text(month)
    await keys.press("Enter")
    await expect(dialog.get_by_label("Title")).to_be_focused()
    await keys.press("Escape")
    await expect(task).to_be_focused()
    assert window.complaints == []


async def test_settings_are_changed_and_the_account_is_left(browser: Browser, server: Server) -> None:
    window, keys = await sign_up(browser, server, "Milk")
    page = window.page
    dialog = page.get_by_role("dialog")
    await keys.tab_to(page.get_by_role("checkbox", name="“Milk”"))
    await keys.press("g", "s")
    await expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    await keys.tab_to(page.get_by_label("Name", exact=True))
    await keys.press("End")
    await keys.type(" Anders")
    await keys.press("Enter")
    await expect(page.get_by_role("banner").get_by_text("Ana Anders")).to_be_visible()

    await keys.tab_to(page.get_by_role("button", name="Make an address"))
    await keys.press("Enter")
    again = page.get_by_role("button", name="Make a new address")
    await expect(page.get_by_test_id("feed-state")).to_be_visible()
    await keys.tab_to(again)
    await keys.press("Enter")
    await expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    await keys.press("Escape")
    await expect(again).to_be_focused()

    await keys.press("g", "a")
    await expect(window.rows).to_have_count(1)
    await keys.tab_to(page.get_by_role("button", name="Log out"))
    await keys.press("Enter")
    await expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert window.complaints == []
