"""The link at the end of each mail, as whoever reads it follows it in a browser."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import Window, api_of
from tests.e2e.reach import OpenServer, open_reach
from tests.support.receivers import links_in

pytestmark = pytest.mark.e2e


async def test_the_button_ends_it_and_a_new_link_is_sent_once_it_is_on_again(
    browser: Browser, open_server: OpenServer
) -> None:
    async with open_reach(open_server) as reach:
        window = await Window.open(browser, reach.server.url)
        await window.sign_up()
        async with await api_of(window, reach.server.url) as api:
            await api.mutate("addEmailChannel", "errors { message }", address="ana@tasks.example")
        [letter] = await reach.mailbox.mails.have(1)
        await window.page.goto(links_in(letter)[0])
        await window.page.get_by_role("link", name="Open TaskFlow").click()
        await window.page.get_by_role("link", name="Settings").click()
        channel = window.page.get_by_test_id("channel")
        await channel.get_by_role("button", name="Send a test").click()
        mail = (await reach.mailbox.mails.have(2))[1]

        await window.page.goto(mail["List-Unsubscribe"].strip("<>"))
        await expect(window.page.get_by_text("ana@tasks.example")).to_be_visible()
        await window.page.get_by_role("button", name="No more of it").click()
        await expect(window.page.get_by_role("heading")).to_have_text("Done")

        await window.page.get_by_role("link", name="Open TaskFlow").click()
        await window.page.get_by_role("link", name="Settings").click()
        await expect(channel).to_contain_text("Not confirmed")
        await channel.get_by_role("button", name="Send the link again").click()
        await expect(channel).to_contain_text("It is switched off.")
        await channel.get_by_role("checkbox").click()
        await expect(channel.get_by_role("checkbox")).to_be_checked()
        await channel.get_by_role("button", name="Send the link again").click()
        await expect(channel).to_contain_text("It was sent again.")
        again = (await reach.mailbox.mails.have(3))[2]
        await window.page.goto(links_in(again)[0])
        await expect(window.page.get_by_role("heading")).to_have_text("Confirmed")
        assert window.complaints == []
