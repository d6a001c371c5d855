"""Channels in the settings: added, confirmed, tried out, and told of where they fail."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import Window, api_of
from tests.e2e.reach import OpenServer, open_reach, until
from tests.support.receivers import Answer, links_in

pytestmark = pytest.mark.e2e

ADDRESS = "ana@tasks.example"


async def settings(browser: Browser, url: str) -> Window:
    window = await Window.open(browser, url)
    await window.sign_up()
    await window.page.get_by_role("link", name="Settings").click()
    return window


async def test_an_address_is_confirmed_by_its_link_and_then_a_test_arrives(
    browser: Browser, open_server: OpenServer
) -> None:
    async with open_reach(open_server) as reach:
        window = await settings(browser, reach.server.url)
        await window.page.get_by_role("button", name="Add an e-mail address").click()
        dialog = window.page.get_by_role("dialog")
        await dialog.get_by_label("Address").fill(ADDRESS)
        await dialog.get_by_role("button", name="Add").click()
        await expect(window.page.get_by_test_id("channel")).to_contain_text("Not confirmed")
        [mail] = await reach.mailbox.mails.have(1)
        assert mail["To"] == ADDRESS

        [link] = links_in(mail)
        other = await window.context.new_page()
        await other.goto(link)
        await expect(other.get_by_role("heading")).to_have_text("Confirmed")
        await expect(other.get_by_text(ADDRESS)).to_be_visible()
        await other.get_by_role("link", name="Open TaskFlow").click()
        await other.get_by_role("link", name="Settings").click()
        channel = other.get_by_test_id("channel")
        await expect(channel).not_to_contain_text("Not confirmed")
        await channel.get_by_role("button", name="Send a test").click()
        await expect(channel).to_contain_text("The test message was sent.")
        assert (await reach.mailbox.mails.have(2))[1]["To"] == ADDRESS

        await channel.get_by_role("checkbox", name=f"Send to {ADDRESS}").click()
        await expect(channel).to_contain_text("Off")
        await channel.get_by_role("button", name=f"Remove {ADDRESS}").click()
        await other.get_by_role("dialog").get_by_role("button", name="Remove").click()
        await expect(channel).to_have_count(0)
        assert window.complaints == []


async def test_a_webhook_shows_its_secret_once_and_what_is_wrong_with_it(
    browser: Browser, open_server: OpenServer
) -> None:
    async with open_reach(open_server) as reach:
        window = await settings(browser, reach.server.url)
        await window.page.get_by_role("button", name="Add a webhook").click()
        dialog = window.page.get_by_role("dialog")
        await dialog.get_by_label("URL").fill("ftp://127.0.0.1/hook")
        await dialog.get_by_role("button", name="Add").click()
        await expect(dialog.get_by_role("alert")).to_be_visible()
        await dialog.get_by_label("URL").fill(f"{reach.receiver.url}/hook?key=secret")
        await dialog.get_by_label("Task added").check()
        await dialog.get_by_role("button", name="Add").click()
        secret = window.page.get_by_role("dialog", name="The webhook is added").get_by_label(
            "Secret that signs each call", exact=True
        )
        assert (await secret.input_value()).startswith("whsec_")
        await window.page.get_by_role("button", name="Done").click()
        channel = window.page.get_by_test_id("channel")
        await expect(channel).to_contain_text(f"{reach.receiver.url}/hook")
        await expect(channel).to_contain_text("Sends: Task added, Reminder rang")
        await expect(window.page.get_by_text("key=secret")).to_have_count(0)

        async with await api_of(window, reach.server.url) as api:
            await api.mutate("createTask", "errors { message }", title="Told of")
        [call] = await reach.receiver.taken.have(1)
        assert call.json["type"].endswith("task.created")

        reach.receiver.answer = lambda call, before: Answer(500)
        await channel.get_by_role("button", name="Send a test").click()
        await expect(channel).to_contain_text("It answered 500.")

        # What is gone says so, here and on every page.
        reach.receiver.answer = lambda call, before: Answer(410)
        async with await api_of(window, reach.server.url) as api:
            await api.mutate("createTask", "errors { message }", title="Not told of")
            await reach.receiver.calls.have(3)

            async def failed() -> bool:
                [row] = (await api.run("{ channels { failedAt } }"))["channels"]
                return row["failedAt"] is not None

            await until(failed)
        await window.page.reload()
        await expect(channel).to_contain_text("Failed")
        await window.page.get_by_role("link", name="All tasks").click()
        await window.page.get_by_role("link", name="does not work").click()
        await expect(channel).to_contain_text("Off")
        await channel.get_by_role("checkbox", name="Send to").click()
        await expect(channel).not_to_contain_text("Failed")
        await expect(window.page.get_by_role("link", name="does not work")).to_have_count(0)
        assert window.complaints == []
