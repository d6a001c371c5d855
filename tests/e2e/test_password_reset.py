"""A forgotten password, set anew by the link in a mail."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.app import Window
from tests.e2e.reach import OpenServer, open_reach
from tests.support.receivers import links_in

pytestmark = pytest.mark.e2e

NEW_PASSWORD = "another correct horse"
ON_ITS_WAY = "If there is an account with this address, a link is on its way."


async def forget(page: Page, email: str) -> None:
    await page.get_by_label("Email").fill(email)
    await page.get_by_role("button", name="Forgot your password?").click()
    await expect(page.get_by_label("Email")).to_have_value(email)
    await page.get_by_role("button", name="Send the link").click()
    await expect(page.get_by_role("status")).to_contain_text(ON_ITS_WAY)
    await page.get_by_role("button", name="Back to log in").click()


async def test_the_link_of_a_mail_sets_a_new_password_once(browser: Browser, open_server: OpenServer) -> None:
    async with open_reach(open_server) as reach:
        signed_in = await Window.open(browser, reach.server.url)
        email = await signed_in.sign_up()
        window = await Window.open(browser, reach.server.url)
        await forget(window.page, "nobody@tasks.example")
        await forget(window.page, email)
        [mail] = await reach.mailbox.mails.have(1)
        assert mail["To"] == email
        [link] = links_in(mail)

        await window.page.goto(link)
        await expect(window.page.get_by_role("heading", name="Set a new password")).to_be_visible()
        await expect(window.page.get_by_label("New password")).to_be_visible()
        assert window.page.url == f"{reach.server.url}/reset-password/"
        await window.page.get_by_label("New password").fill("short")
        await window.page.get_by_role("button", name="Set the password").click()
        await expect(window.page.get_by_label("New password")).to_have_attribute("aria-invalid", "true")
        await window.page.get_by_label("New password").fill(NEW_PASSWORD)
        await window.page.get_by_role("button", name="Set the password").click()
        await expect(window.page.get_by_role("status")).to_contain_text("Your new password is set.")
        await expect(signed_in.page.get_by_label("Email")).to_be_visible()  # signed out everywhere

        await window.page.get_by_role("link", name="Back to log in").click()
        await window.log_in(email)
        await expect(window.page.get_by_role("main").get_by_role("alert")).to_be_visible()
        await window.log_in(email, NEW_PASSWORD)
        await window.is_live()

        again = await Window.open(browser, link)
        await again.page.get_by_label("New password").fill(NEW_PASSWORD)
        await again.page.get_by_role("button", name="Set the password").click()
        await expect(again.page.get_by_role("main").get_by_role("alert")).to_contain_text("not good any more")
        broken = await Window.open(browser, f"{reach.server.url}/reset-password")
        await expect(broken.page.get_by_role("main").get_by_role("alert")).to_contain_text("not copied whole")
        assert window.complaints == again.complaints == broken.complaints == []
