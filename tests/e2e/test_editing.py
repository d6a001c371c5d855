"""A task that is edited on two devices at once."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import BACK_MS, Window, two_windows
from tests.support.server import Server

pytestmark = pytest.mark.e2e


async def test_what_two_people_change_of_a_task_at_once_is_kept_or_chosen(
    browser: Browser, server: Server
) -> None:
    here, there = await two_windows(browser, server)
    await here.add("Buy milk")
    await expect(there.row("Buy milk")).to_have_count(1)

    editor = await here.edit("Buy milk")
    await editor.get_by_label("Title").fill("Buy oat milk")
    other = await there.edit("Buy milk")
    await other.get_by_label("Notes").fill("Two litres")
    await other.get_by_role("button", name="Save").click()
    await expect(editor.get_by_label("Notes")).to_have_value("Two litres")

    await there.edit("Buy milk")
    await other.get_by_label("Title").fill("Buy soy milk")
    await other.get_by_role("button", name="Save").click()
    await expect(editor.get_by_role("alert")).to_contain_text("Buy soy milk")
    await expect(editor.get_by_label("Title")).to_have_value("Buy oat milk")
    await editor.get_by_role("button", name="Keep mine").click()
    await editor.get_by_role("button", name="Save").click()
    await expect(there.row("Buy oat milk")).to_have_count(1)
    await here.edit("Buy oat milk")
    await expect(editor.get_by_label("Notes")).to_have_value("Two litres")

    await editor.get_by_label("Title").fill("Buy rice milk")
    await there.page.get_by_role("button", name="Delete “Buy oat milk”").click()
    await expect(editor.get_by_role("alert")).to_contain_text("deleted on another device")
    await editor.get_by_role("button", name="Restore and save").click()
    await expect(there.row("Buy rice milk")).to_have_count(1)
    assert here.complaints == there.complaints == []


async def test_an_edit_made_without_the_server_meets_what_others_did_meanwhile(
    browser: Browser, server: Server
) -> None:
    here, there = await two_windows(browser, server)
    await here.add("Buy milk")
    await expect(there.row("Buy milk")).to_have_count(1)
    await here.context.set_offline(True)
    editor = await here.edit("Buy milk")
    await editor.get_by_label("Title").fill("Buy oat milk")
    await editor.get_by_label("Priority").select_option("HIGH")
    await editor.get_by_role("button", name="Save").click()
    await expect(here.row("Buy oat milk")).to_have_count(1)
    other = await there.edit("Buy milk")
    await other.get_by_label("Title").fill("Buy soy milk")
    await other.get_by_role("button", name="Save").click()
    await expect(there.connection).to_have_attribute("data-waiting", "0")
    await expect(here.connection).to_have_attribute("data-waiting", "1")
    await here.new_task.fill("Something else")
    await here.context.set_offline(False)

    # Nothing opens by itself over what is being typed.
    await expect(here.new_task).to_be_focused()
    await here.page.get_by_test_id("refused").get_by_role("button", name="Choose").click(timeout=BACK_MS)
    await expect(editor.get_by_role("alert")).to_contain_text("Buy soy milk")
    await expect(editor.get_by_label("Title")).to_have_value("Buy oat milk")
    await expect(there.row("Buy soy milk")).to_contain_text("High")
    await editor.get_by_role("button", name="Take that").click()
    await editor.get_by_role("button", name="Save").click()
    await expect(here.row("Buy soy milk")).to_contain_text("High")


async def test_the_back_button_closes_the_editor_before_it_leads_anywhere(
    browser: Browser, server: Server
) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    page = window.page
    await window.add("Milk")
    await page.get_by_role("link", name="Settings").click()
    await page.wait_for_url("**/settings/")
    await page.get_by_role("link", name="All tasks").click()
    editor = await window.edit("Milk")
    await editor.get_by_label("Notes").fill("Two litres")
    await page.go_back()
    await expect(editor).to_have_count(0)
    await expect(window.row("Milk")).to_have_count(1)
    await page.get_by_role("button", name="Keep editing").click()
    await expect(editor.get_by_label("Notes")).to_have_value("Two litres")
    await editor.get_by_role("button", name="Save").click()
    await expect(editor).to_have_count(0)

    await page.get_by_role("button", name="Today").first.click()
    await expect(page).to_have_url(f"{server.url}/?view=today")
    await page.go_back()
    await expect(window.row("Milk")).to_have_count(1)
    await page.go_back()  # the dialogs that were open are no step of the way
    await page.wait_for_url("**/settings/")
    await page.go_forward()
    await expect(window.row("Milk")).to_have_count(1)
    assert window.complaints == []


async def test_what_is_written_outlives_a_sign_out_elsewhere_and_a_reload(
    browser: Browser, server: Server
) -> None:
    here, there = await two_windows(browser, server)
    await here.add("Milk")
    await here.new_task.fill("Bread tomorrow")
    editor = await here.edit("Milk")
    await editor.get_by_label("Notes").fill("Two litres")
    await there.page.get_by_role("link", name="Settings").click()
    await there.page.get_by_role("button", name="Sign out everywhere else").click()
    await here.log_in(here.email)
    await expect(editor.get_by_label("Notes")).to_have_value("Two litres")

    here.page.on("dialog", lambda dialog: dialog.accept())
    await here.page.reload()
    await expect(editor.get_by_label("Notes")).to_have_value("Two litres")
    await editor.get_by_role("button", name="Save").click()
    await expect(here.new_task).to_have_value("Bread tomorrow")
    await here.edit("Milk")
    await expect(editor.get_by_label("Notes")).to_have_value("Two litres")


async def test_a_double_click_acts_on_one_task(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    for title in ("Bread", "Milk", "Salt", "Tea"):
        await window.add(title)
    await expect(window.rows).to_have_count(4)
    await window.page.get_by_role("button", name="Delete “Bread”").dblclick()
    await window.page.get_by_role("checkbox", name="Complete “Milk”").dblclick()
    await expect(window.page.get_by_text("Completed · 1")).to_be_visible()
    assert await window.titles() == ["Salt", "Tea", "Milk"]
    await expect(window.page.get_by_role("checkbox", checked=True)).to_have_count(1)
    assert window.complaints == []


async def test_a_time_of_day_survives_an_edit_of_something_else(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url, timezone_id="America/New_York", locale="en-GB")
    await window.sign_up()
    await window.add("Dentist")

    async def edit() -> None:
        await window.page.get_by_role("button", name="Edit “").click()

    dialog = window.page.get_by_role("dialog")
    await edit()
    await dialog.get_by_label("Due on").fill("2031-05-01")
    await dialog.get_by_label("At", exact=True).fill("09:30")
    await dialog.get_by_role("button", name="Save").click()
    await expect(window.row("Dentist")).to_contain_text("9:30")
    await edit()
    await dialog.get_by_label("Title").fill("Dentist, with Tom")
    await dialog.get_by_role("button", name="Save").click()
    await expect(window.row("Dentist, with Tom")).to_contain_text("9:30")
    await expect(window.connection).to_have_attribute("data-waiting", "0")
    await window.page.reload()
    await expect(window.row("Dentist, with Tom")).to_contain_text("9:30")
    await edit()
    await dialog.get_by_label("At", exact=True).fill("")
    await dialog.get_by_role("button", name="Save").click()
    await expect(window.row("Dentist")).not_to_contain_text("9:30")
    await expect(window.row("Dentist")).to_contain_text("2031")
    assert window.complaints == []
