"""Where things stand on narrow screens and on paper, and which way they are written."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.app import Window
from tests.support.server import Server

pytestmark = pytest.mark.e2e

LONG = "Hausverwaltung" * 6
#: How much of the page lies beyond its edge.
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def fits(page: Page, selector: str) -> bool:
    """Whether all that a selector finds lies within the window, and nothing of it over another."""
    return bool(
        await page.evaluate(
            """(selector) => {
              const boxes = [...document.querySelectorAll(selector)].map((element) => element.getBoundingClientRect());
              const apart = (one, other) =>
                one.right <= other.left || other.right <= one.left ||
                one.bottom <= other.top || other.bottom <= one.top;
              return boxes.length > 1
                && boxes.every((box) => box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight)
                && boxes.every((one, place) => boxes.slice(place + 1).every((other) => apart(one, other)));
            }""",
            selector,
        )
    )


@pytest.mark.parametrize("width", [320, 390])
async def test_a_narrow_screen_has_all_of_it(browser: Browser, server: Server, width: int) -> None:
    window = await Window.open(browser, server.url, viewport={"width": width, "height": 800})
    page = window.page
    await window.sign_up()
    await window.add(f"Sweep the stairs #{LONG} @{LONG}")
    await expect(window.rows.get_by_text(LONG)).to_have_count(2)
    assert await page.evaluate(OVERFLOW) == 0
    assert await fits(page, "[data-testid=task-row] :is(input, button, p span.truncate)")

    editor = await window.edit("Sweep the stairs")
    await editor.get_by_label("Due on").scroll_into_view_if_needed()
    assert await fits(page, "[role=dialog] :is([type=date], [type=time])")
    assert await editor.evaluate("(element) => element.scrollWidth - element.clientWidth") == 0
    await page.keyboard.press("Escape")

    await window.add("Milk")
    await page.get_by_role("button", name="Delete “Milk”").click()
    await page.get_by_role("button", name="Select tasks").click()
    await page.get_by_role("checkbox", name="Select “Sweep the stairs”").click()
    await expect(page.get_by_role("toolbar")).to_contain_text("1 selected")
    await page.get_by_role("button", name="Undo").hover()  # its toast has come to rest
    assert await fits(page, "[role=toolbar] button, [data-sonner-toast]")
    assert window.complaints == []


async def test_what_is_written_from_right_to_left_is_shown_so(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    page = window.page
    await window.sign_up()
    direction = "(element) => getComputedStyle(element).direction"
    await window.add("שלום עולם (milk) 3! #בית")
    assert await window.row("שלום").get_by_text("שלום").evaluate(direction) == "rtl"
    assert await window.row("שלום").get_by_text("בית").evaluate(direction) == "rtl"
    assert await page.get_by_role("navigation").get_by_text("בית").evaluate(direction) == "rtl"
    await page.get_by_role("button", name="Edit “שלום").click()
    editor = page.get_by_role("dialog")
    await editor.get_by_label("Notes").fill("مرحبا")
    assert await editor.get_by_label("Title").evaluate(direction) == "rtl"
    assert await editor.get_by_label("Notes").evaluate(direction) == "rtl"
    await editor.get_by_label("Notes").fill("hello")
    assert await editor.get_by_label("Notes").evaluate(direction) == "ltr"
    assert window.complaints == []


async def test_paper_has_the_tasks_and_nothing_to_press(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url, color_scheme="dark")
    page = window.page
    await window.sign_up()
    await window.add("Sweep the stairs")
    await expect(window.rows).to_have_count(1)
    await page.emulate_media(media="print", color_scheme="dark")
    await expect(page.get_by_role("heading", name="All tasks")).to_be_visible()
    await expect(window.row("Sweep the stairs")).to_be_visible()
    for gone in (
        page.get_by_role("navigation").first,
        page.get_by_role("banner"),
        window.new_task,
        page.get_by_label("Search tasks"),
        page.get_by_role("button", name="Delete “Sweep the stairs”"),
    ):
        await expect(gone).to_be_hidden()
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert (
        await window.row("Sweep the stairs").evaluate("(row) => getComputedStyle(row).color")
        == "rgb(15, 23, 42)"
    )
    row, width = await window.rows.bounding_box(), await page.evaluate("innerWidth")
    assert row
    assert row["width"] > width * 0.9
    assert window.complaints == []
