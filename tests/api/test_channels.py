"""Channels as a client makes, sees, tries out and changes them."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.client import DEADLINE_SECONDS, Api
from tests.support.receivers import Answer, Browser, Mailbox, Receiver, events_in, links_in
from tests.support.server import Server

CHANNEL = "channel { id kind label target types enabled confirmed failedAt failure createdAt }"
PAYLOAD = f"{CHANNEL} secret errors {{ code message field }}"
LIST = "{ channels { id kind label target types enabled confirmed failedAt failure createdAt } }"
TEST = f"mutation ($id: ID!) {{ testChannel(input: {{id: $id}}) {{ {PAYLOAD} }} }}"
REMOVE = f"mutation ($id: ID!) {{ removeChannel(input: {{id: $id}}) {{ {PAYLOAD} }} }}"
DELIVERIES = "{ reminders { nodes { deliveries { channel { id } status attempts sentAt } } } }"


class Outside:
    """A server that may call this host, and whom it calls."""

    def __init__(self, server: Server, mailbox: Mailbox, receiver: Receiver, api: Api) -> None:
        self.server, self.mailbox, self.receiver, self.api = server, mailbox, receiver, api

    async def add(self, mutation: str, **input_: Any) -> dict[str, Any]:
        return await self.api.mutate(mutation, PAYLOAD, **input_)

    async def add_email(self, address: str = "ana@example.com") -> dict[str, Any]:
        """Confirmed by its link."""
        before = len(self.mailbox.mails.items)
        added = await self.add("addEmailChannel", address=address)
        assert added["errors"] == []
        mails = await self.mailbox.mails.have(before + 1)
        assert (await self.follow(links_in(mails[-1])[0])).status_code == 200
        return dict(added["channel"])

    async def follow(self, url: str, method: str = "GET") -> Any:
        """As from elsewhere: what a link names beside the path is not this server's."""
        return await self.api.http.request(method, "/" + url.split("/", 3)[3])

    async def remind(self, title: str = "Pay the rent", **when: int) -> dict[str, Any]:
        at = datetime.now(UTC) + timedelta(**(when or {"seconds": 1}))
        payload = await self.api.mutate(
            "createTask",
            "task { id reminders { id } } errors { message }",
            title=title,
            reminders=[{"remindAt": at.isoformat()}],
        )
        assert payload["errors"] == []
        return dict(payload["task"])

    async def channels(self) -> list[dict[str, Any]]:
        return list((await self.api.run(LIST))["channels"])

    async def until_channel(self, id_: str, **expected: Any) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                channel = next(each for each in await self.channels() if each["id"] == id_)
                if all(channel[name] == value for name, value in expected.items()):
                    return channel
                await asyncio.sleep(0.1)


@pytest.fixture
async def outside(tmp_path: Path) -> AsyncIterator[Outside]:
    with Mailbox() as mailbox, Receiver() as receiver:
        server = Server(tmp_path / "server", CHANNELS_PRIVATE_ADDRESSES="on", **mailbox.environment)
        await server.start()
        try:
            async with Api(server.url) as api:
                await api.sign_up(name="Ana", timeZone="Europe/Vienna")
                yield Outside(server, mailbox, receiver, api)
        finally:
            await server.kill()
            assert "Traceback" not in server.log


async def test_a_reminder_reaches_a_mailbox_a_browser_and_a_webhook(outside: Outside):
    browser = Browser(f"{outside.receiver.url}/push/secret-of-the-browser")
    push = await outside.add("addWebPushChannel", endpoint=browser.endpoint, label="Laptop", **browser.keys)
    hook = await outside.add("addWebhookChannel", url=f"{outside.receiver.url}/hook?key=secret")
    email = await outside.add_email()
    assert [payload["errors"] for payload in (push, hook)] == [[], []]
    task = await outside.remind()
    mails = await outside.mailbox.mails.have(2)
    calls = await outside.receiver.calls.have(2)
    assert mails[-1]["subject"] == "Pay the rent"
    pushed = next(call for call in calls if call.path.startswith("/push"))
    hooked = next(call for call in calls if call.path.startswith("/hook"))
    assert browser.read(pushed)["taskId"] == task["id"]
    (event,) = events_in(hooked)
    assert (event["type"], event["data"]["taskId"]) == ("reminder.triggered", task["id"])
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            (reminder,) = (await outside.api.run(DELIVERIES))["reminders"]["nodes"]
            if all(each["status"] == "SENT" for each in reminder["deliveries"]):
                break
            await asyncio.sleep(0.1)
    assert {each["channel"]["id"] for each in reminder["deliveries"]} == {
        push["channel"]["id"],
        hook["channel"]["id"],
        email["id"],
    }
    assert all(each["attempts"] == 1 and each["sentAt"] for each in reminder["deliveries"])


async def test_what_is_shown_of_a_channel_has_nothing_secret(outside: Outside):
    browser = Browser(f"{outside.receiver.url}/push/secret")
    added = [
        await outside.add("addWebPushChannel", endpoint=browser.endpoint, **browser.keys),
        await outside.add(
            "addWebhookChannel", url=f"{outside.receiver.url}/hook?key=secret", types=["TASK_CREATED"]
        ),
        await outside.add("addEmailChannel", address="Ana@Example.com", label=" Home "),
    ]
    listed = await outside.channels()
    assert [payload["channel"] for payload in added] == listed
    assert [each["kind"] for each in listed] == ["WEB_PUSH", "WEBHOOK", "EMAIL"]
    assert [each["target"] for each in listed] == [
        "127.0.0.1",
        f"{outside.receiver.url}/hook",
        "Ana@Example.com",
    ]
    assert [each["types"] for each in listed] == [
        ["REMINDER_TRIGGERED"],
        ["TASK_CREATED"],
        ["REMINDER_TRIGGERED"],
    ]
    assert [each["confirmed"] for each in listed] == [True, True, False]
    assert listed[2]["label"] == "Home"
    assert [bool(payload["secret"]) for payload in added] == [False, True, False]
    assert "secret" not in str(listed)


async def test_nothing_is_sent_to_an_address_until_its_link_was_followed(outside: Outside):
    added = await outside.add("addEmailChannel", address="ana@example.com")
    (mail,) = await outside.mailbox.mails.have(1)
    await outside.remind("Before")
    hook = await outside.add("addWebhookChannel", url=f"{outside.receiver.url}/hook")
    await outside.receiver.calls.have(1)
    assert len(outside.mailbox.mails.items) == 1
    tested = (await outside.api.run(TEST, id=added["channel"]["id"]))["testChannel"]
    assert tested["errors"][0]["code"] == "LIMIT_EXCEEDED"  # a link was just sent
    (link,) = links_in(mail)
    assert (await outside.follow(link + "x")).status_code == 404
    assert (await outside.follow(link, "HEAD")).status_code == 200
    assert not (await outside.channels())[0]["confirmed"]
    assert (await outside.follow(link)).status_code == 200
    assert (await outside.follow(link)).status_code == 200
    await outside.remind("After")
    mails = await outside.mailbox.mails.have(2)
    assert [mail["subject"] for mail in mails[1:]] == ["After"]
    assert hook["errors"] == []


async def test_one_click_ends_it_and_the_page_asks_first(outside: Outside):
    channel = await outside.add_email()
    await outside.remind()
    mail = (await outside.mailbox.mails.have(2))[-1]
    link = mail["list-unsubscribe"].strip("<>")
    page = await outside.follow(link)
    assert (page.status_code, '<form method="post">' in page.text) == (200, True)
    assert (await outside.channels())[0]["enabled"]
    assert (await outside.follow(link, "POST")).status_code == 200
    assert (await outside.follow(link, "POST")).status_code == 200
    # Whoever added the address can't have it sent to again without a word from there.
    await outside.until_channel(channel["id"], enabled=False, confirmed=False)
    again = await outside.api.mutate("updateChannel", PAYLOAD, id=channel["id"], enabled=True)
    assert (again["channel"]["enabled"], again["channel"]["confirmed"]) == (True, False)
    for method in ("GET", "POST"):
        assert (await outside.follow(link[:-1], method)).status_code == 404


async def test_a_test_says_what_came_of_it(outside: Outside):
    hook = (await outside.add("addWebhookChannel", url=f"{outside.receiver.url}/hook"))["channel"]
    assert (await outside.api.run(TEST, id=hook["id"]))["testChannel"]["errors"] == []
    (call,) = outside.receiver.calls.items
    assert call.json["type"] == "taskflow.test"
    again = (await outside.api.run(TEST, id=hook["id"]))["testChannel"]["errors"]
    assert [error["code"] for error in again] == ["LIMIT_EXCEEDED"]
    outside.receiver.answer = lambda call, before: Answer(500)
    other = (await outside.add("addWebhookChannel", url=f"{outside.receiver.url}/other"))["channel"]
    (error,) = (await outside.api.run(TEST, id=other["id"]))["testChannel"]["errors"]
    assert error == {"code": "DELIVERY_FAILED", "message": "It answered 500.", "field": ["id"]}
    email = await outside.add_email()
    assert (await outside.api.run(TEST, id=email["id"]))["testChannel"]["errors"] == []
    assert outside.mailbox.mails.items[-1]["subject"] == "It works"


async def test_a_channel_that_fails_for_good_says_so_and_holds_up_no_other(outside: Outside):
    gone = (await outside.add("addWebhookChannel", url=f"{outside.receiver.url}/gone"))["channel"]
    works = (await outside.add("addWebhookChannel", url=f"{outside.receiver.url}/works"))["channel"]
    outside.receiver.answer = lambda call, before: Answer(410 if call.path == "/gone" else 200)
    await outside.remind()
    await outside.receiver.calls.until(lambda calls: any(call.path == "/works" for call in calls))
    failed = await outside.until_channel(gone["id"], enabled=False)
    assert failed["failedAt"]
    assert failed["failure"] == "It answered 410: it wants nothing more."
    assert (await outside.until_channel(works["id"]))["failedAt"] is None
    # Switched on again, nothing is wrong with it.
    changed = await outside.api.mutate("updateChannel", PAYLOAD, id=gone["id"], enabled=True)
    assert (changed["channel"]["failedAt"], changed["channel"]["failure"]) == (None, None)


async def test_a_receiver_that_is_away_gets_it_later_under_the_same_key(outside: Outside):
    answers = {0: Answer(500), 1: Answer(429, {"retry-after": "1"}), 2: Answer(302, {"location": "/"})}
    outside.receiver.answer = lambda call, before: answers.get(before, Answer())
    await outside.add("addWebhookChannel", url=f"{outside.receiver.url}/hook")
    await outside.remind()
    calls = await outside.receiver.calls.have(4)
    assert len({call.headers["webhook-id"] for call in calls}) == 1
    assert len({call.body for call in calls}) == 1


async def test_what_is_done_meanwhile_is_not_told_to_people_any_more(outside: Outside):
    browser = Browser(f"{outside.receiver.url}/push")
    await outside.add("addWebPushChannel", endpoint=browser.endpoint, **browser.keys)
    await outside.add("addWebhookChannel", url=f"{outside.receiver.url}/hook")
    outside.receiver.answer = lambda call, before: Answer(503 if before == 0 else 200)
    task = await outside.remind()
    await outside.receiver.calls.have(2)
    await outside.api.mutate("completeTask", "errors { code }", id=task["id"])
    await outside.receiver.calls.until(lambda calls: sum(call.path == "/hook" for call in calls) == 2)
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            (reminder,) = (await outside.api.run(DELIVERIES))["reminders"]["nodes"]
            statuses = sorted(each["status"] for each in reminder["deliveries"])
            if statuses == ["FAILED", "SENT"]:
                break
            await asyncio.sleep(0.1)
    assert sum(call.path == "/push" for call in outside.receiver.calls.items) == 1
    assert all(channel["failedAt"] is None for channel in await outside.channels())


async def test_added_once_more_it_is_the_same_channel(outside: Outside, ben_outside: Api):
    browser = Browser(f"{outside.receiver.url}/push")
    first = await outside.add("addWebPushChannel", endpoint=browser.endpoint, label="Laptop", **browser.keys)
    again = await outside.add("addWebPushChannel", endpoint=browser.endpoint, **Browser("").keys)
    assert (again["channel"]["id"], again["channel"]["label"]) == (first["channel"]["id"], "Laptop")
    email = await outside.add_email()
    assert (await outside.add("addEmailChannel", address="ana@example.com"))["channel"] == (
        email | {"confirmed": True}
    )
    # The browser is somebody else's now: its first user's reminders are not shown there any more.
    moved = await ben_outside.mutate("addWebPushChannel", PAYLOAD, endpoint=browser.endpoint, **browser.keys)
    assert moved["errors"] == []
    assert [each["kind"] for each in await outside.channels()] == ["EMAIL"]


@pytest.fixture
async def ben_outside(outside: Outside) -> AsyncIterator[Api]:
    async with Api(outside.server.url) as api:
        await api.sign_up(name="Ben")
        yield api


async def test_changing_and_removing(outside: Outside):
    hook = (await outside.add("addWebhookChannel", url=f"{outside.receiver.url}/hook"))["channel"]
    changed = await outside.api.mutate(
        "updateChannel",
        PAYLOAD,
        id=hook["id"],
        label="CI",
        types=["TASK_DELETED", "TASK_CREATED", "TASK_CREATED"],
    )
    assert (changed["channel"]["label"], changed["channel"]["types"]) == (
        "CI",
        ["TASK_CREATED", "TASK_DELETED"],
    )
    assert (await outside.api.mutate("updateChannel", PAYLOAD, id=hook["id"], types=None))["channel"][
        "types"
    ] == ["REMINDER_TRIGGERED"]
    await outside.api.mutate("updateChannel", PAYLOAD, id=hook["id"], enabled=False)
    await outside.remind("Nobody hears of it")
    other = (await outside.add("addWebhookChannel", url=f"{outside.receiver.url}/other"))["channel"]
    await outside.receiver.calls.until(lambda calls: any(call.path == "/other" for call in calls))
    assert not any(call.path == "/hook" for call in outside.receiver.calls.items)
    removed = (await outside.api.run(REMOVE, id=hook["id"]))["removeChannel"]
    assert (removed["errors"], removed["channel"]["id"]) == ([], hook["id"])
    assert [each["id"] for each in await outside.channels()] == [other["id"]]
    (error,) = (await outside.api.run(REMOVE, id=hook["id"]))["removeChannel"]["errors"]
    assert error["code"] == "NOT_FOUND"


BROWSER = Browser("https://1.1.1.1/push").keys
#: As long as such a key, and none.
OFF_CURVE = urlsafe_b64encode(b"\x04" + b"\x01" * 64).decode()


@pytest.mark.parametrize(
    ("mutation", "input_", "field"),
    [
        ("addWebPushChannel", {"endpoint": "https://127.0.0.1/push", **BROWSER}, "endpoint"),
        ("addWebPushChannel", {"endpoint": "file:///etc/passwd", **BROWSER}, "endpoint"),
        ("addWebPushChannel", {"endpoint": "https://1.1.1.1/" + "x" * 2000, **BROWSER}, "endpoint"),
        ("addWebPushChannel", {"endpoint": "https://1.1.1.1/p", **BROWSER, "p256dh": "AAAA"}, "p256dh"),
        (
            "addWebPushChannel",
            {"endpoint": "https://1.1.1.1/p", **BROWSER, "p256dh": "\u00e4" * 87},
            "p256dh",
        ),
        ("addWebPushChannel", {"endpoint": "https://1.1.1.1/p", **BROWSER, "p256dh": OFF_CURVE}, "p256dh"),
        (
            "addWebPushChannel",
            {"endpoint": "https://1.1.1.1/p", **BROWSER, "p256dh": BROWSER["p256dh"] + "!"},
            "p256dh",
        ),
        ("addWebPushChannel", {"endpoint": "https://1.1.1.1/p", **BROWSER, "auth": "x" * 100_000}, "auth"),
        ("addWebPushChannel", {"endpoint": "https://1.1.1.1/p", **BROWSER, "label": "x" * 101}, "label"),
        ("addWebhookChannel", {"url": "https://[::1]/"}, "url"),
        ("addWebhookChannel", {"url": "https://169.254.169.254/"}, "url"),
        ("addWebhookChannel", {"url": "https://10.0.0.1/"}, "url"),
        ("addWebhookChannel", {"url": "http://1.1.1.1/"}, "url"),
        ("addWebhookChannel", {"url": "https://localhost/"}, "url"),
        ("addWebhookChannel", {"url": "https://1.1.1.1/\x00"}, "url"),
        ("addWebhookChannel", {"url": "https://1.1.1.1/", "types": []}, "types"),
        ("addEmailChannel", {"address": "ana@example.com"}, "address"),  # it is not set up
    ],
)
async def test_what_is_refused_names_its_field_and_leaves_nothing(
    ana: Api, mutation: str, input_: dict[str, Any], field: str
):
    payload = await ana.mutate(mutation, PAYLOAD, **input_)
    (error,) = payload["errors"]
    assert (error["code"], error["field"], payload["channel"]) == ("INVALID_INPUT", [field], None)
    assert (await ana.run("{ channels { id } channelKinds }")) == {
        "channels": [],
        "channelKinds": ["WEB_PUSH", "WEBHOOK"],
    }


async def test_there_are_so_many_channels_and_no_more(ana: Api):
    for number in range(20):
        added = await ana.mutate("addWebhookChannel", PAYLOAD, url=f"https://1.1.1.1/{number}")
        assert added["errors"] == []
    (error,) = (await ana.mutate("addWebhookChannel", PAYLOAD, url="https://1.1.1.1/x"))["errors"]
    assert error["code"] == "LIMIT_EXCEEDED"


async def test_nobody_is_sent_links_without_end(outside: Outside):
    for number in range(5):
        added = await outside.add("addEmailChannel", address=f"{number}-{uuid4().hex}@example.com")
        assert added["errors"] == []
        # Removing them makes no room for more mail.
        await outside.api.run(REMOVE, id=added["channel"]["id"])
    (error,) = (await outside.add("addEmailChannel", address="one.more@example.com"))["errors"]
    assert (error["code"], error["field"]) == ("LIMIT_EXCEEDED", ["address"])
    assert await outside.channels() == []
