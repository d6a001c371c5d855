"""The account as its owner keeps it: profile, time zone, sign-ins, password, API access, and its end."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import Window
from tests.support.client import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.e2e

NEW_PASSWORD = "another correct horse"


async def settings(window: Window) -> None:
    await window.page.get_by_role("link", name="Settings").click()
    await expect(window.page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()


async def test_the_profile_is_the_same_on_all_devices(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url, timezone_id="Europe/Paris")
    email = await window.sign_up()
    other = await Window.open(browser, server.url, timezone_id="Europe/Paris")
    await other.log_in(email)
    await other.is_live()
    await settings(other)
    await settings(window)
    await expect(window.page.get_by_label("Time zone")).to_have_value("Europe/Paris")
    await window.page.get_by_label("Name", exact=True).fill("Ana Berg")
    await window.page.get_by_label("Time zone").select_option("Asia/Tokyo")
    await window.page.get_by_role("button", name="Save").click()
    await expect(window.page.get_by_text("Saved.")).to_be_visible()
    await expect(other.page.get_by_label("Name", exact=True)).to_have_value("Ana Berg")
    await expect(other.page.get_by_role("combobox", name="Time zone")).to_have_value("Asia/Tokyo")
    # Here it was chosen; there it may be a surprise.
    await expect(other.page.get_by_text("This browser is in Europe/Paris")).to_be_visible()
    await expect(window.page.get_by_text("This browser is in Europe/Paris")).to_be_hidden()
    assert window.complaints == other.complaints == []


async def test_who_travels_is_asked_once_which_clock_to_go_by(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url, timezone_id="Europe/Paris")
    email = await window.sign_up()
    question = "This browser is in Asia/Tokyo, your account in Europe/Paris."
    away = await Window.open(browser, server.url, timezone_id="Asia/Tokyo")
    await away.log_in(email)
    await expect(away.page.get_by_text(question)).to_be_visible()
    await away.page.get_by_role("button", name="Keep Europe/Paris").click()
    await away.page.reload()
    await away.is_live()
    await expect(away.page.get_by_text(question)).to_be_hidden()

    another = await Window.open(browser, server.url, timezone_id="Asia/Tokyo")
    await another.log_in(email)
    await another.page.get_by_role("button", name="Use Asia/Tokyo").click()
    await expect(window.page.get_by_text("This browser is in Europe/Paris")).to_be_visible()
    await expect(window.page.get_by_text("This browser is in Europe/Paris")).to_contain_text("Asia/Tokyo")


async def test_other_devices_are_signed_out_and_a_password_changed(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    email = await window.sign_up()
    others = []
    for _ in range(3):
        others.append(await Window.open(browser, server.url))
        await others[-1].log_in(email)
        await others[-1].is_live()
    await settings(window)
    sessions = window.page.get_by_test_id("session")
    await expect(sessions).to_have_count(4)
    await expect(sessions.first).to_contain_text("This browser")
    await window.page.get_by_role("button", name="Sign out Chrome").first.click()
    await expect(sessions).to_have_count(3)
    await window.page.get_by_role("button", name="Sign out everywhere else").click()
    await expect(sessions).to_have_count(1)
    for other in others:
        await expect(other.page.get_by_label("Email")).to_be_visible()

    await window.page.get_by_label("Current password").fill(PASSWORD)
    await window.page.get_by_label("New password").fill(NEW_PASSWORD)
    await window.page.get_by_role("button", name="Change the password").click()
    await expect(window.page.get_by_text("It is changed.")).to_be_visible()
    await others[0].log_in(email)
    await expect(others[0].page.get_by_role("main").get_by_role("alert")).to_be_visible()
    await others[0].log_in(email, NEW_PASSWORD)
    await others[0].is_live()

    await window.page.get_by_role("button", name="Sign out everywhere", exact=True).click()
    await window.page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    for each in (window, others[0]):
        await expect(each.page.get_by_label("Email")).to_be_visible()


async def test_an_account_is_deleted_on_all_devices(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    email = await window.sign_up()
    other = await Window.open(browser, server.url)
    await other.log_in(email)
    await other.is_live()
    await settings(window)
    await window.page.get_by_role("button", name="Delete the account").click()
    dialog = window.page.get_by_role("dialog")
    await dialog.get_by_label("Current password").fill("wrong")
    await dialog.get_by_role("button", name="Delete the account").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.get_by_label("Current password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Delete the account").click()
    for each in (window, other):
        await expect(each.page.get_by_label("Email")).to_be_visible()
    await window.log_in(email)
    await expect(window.page.get_by_role("main").get_by_role("alert")).to_be_visible()


async def test_where_programs_find_the_api(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    await settings(window)
    await expect(window.page.get_by_role("textbox", name="GraphQL URL")).to_have_value(
        f"{server.url}/graphql"
    )
    socket = server.url.replace("http", "ws") + "/graphql"
    await expect(window.page.get_by_role("textbox", name="WebSocket URL")).to_have_value(socket)
    async with window.context.expect_page() as opened:
        await window.page.get_by_role("link", name="Open GraphiQL").click()
    graphiql = await opened.value
    await expect(graphiql.locator(".graphiql-container")).to_be_visible()
    assert window.complaints == []
