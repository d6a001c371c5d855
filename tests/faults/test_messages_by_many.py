"""Reminders that reach people while receivers fail and a worker is killed outright: each arrives, none is made up."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from jobs.channels.vapid import new_private_key
from tests.support.client import Api
from tests.support.deployment import KAFKA, Deployment, deployment
from tests.support.receivers import Answer, Browser, Call, Mailbox, Receiver, events_in, links_in

pytestmark = pytest.mark.services

USERS, REMINDERS = 15, 20
#: Each reminder through three channels.
MESSAGES = 3 * USERS * REMINDERS
CREATE = (
    "mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } errors { message } } }"
)
WEB_PUSH = "mutation ($i: AddWebPushChannelInput!) { addWebPushChannel(input: $i) { errors { message } } }"
WEBHOOK = "mutation ($i: AddWebhookChannelInput!) { addWebhookChannel(input: $i) { errors { message } } }"
EMAIL = "mutation ($i: AddEmailChannelInput!) { addEmailChannel(input: $i) { errors { message } } }"
SET_UP_SECONDS = 40
VAPID = new_private_key()
DONE = "SELECT count(*) FROM deliveries WHERE event_id IS NOT NULL AND status = 'SENT'"
UNDER_WAY = "SELECT sent_with, claimed_by FROM deliveries WHERE claimed_by IS NOT NULL"
LEDGER = "SELECT id, status, attempts, sent_with FROM deliveries WHERE event_id IS NOT NULL"


class Person:
    def __init__(self, api: Api, receiver: Receiver) -> None:
        self.api = api
        self.name = uuid4().hex
        self.browser = Browser(f"{receiver.url}/push/{self.name}")
        self.hook = f"{receiver.url}/hook/{self.name}"
        self.address = f"{self.name}@example.com"

    async def add_channels(self, mailbox: Mailbox) -> None:
        await self.api.run(WEB_PUSH, i={"endpoint": self.browser.endpoint, **self.browser.keys})
        await self.api.run(WEBHOOK, i={"url": self.hook})
        await self.api.run(EMAIL, i={"address": self.address})
        mails = await mailbox.mails.until(lambda mails: any(mail["to"] == self.address for mail in mails))
        (link,) = links_in(next(mail for mail in mails if mail["to"] == self.address))
        answer = await self.api.http.get("/" + link.split("/", 3)[3])
        assert answer.status_code == 200

    async def remind(self, at: datetime, count: int) -> set[str]:
        """The tasks."""
        made = set()
        for number in range(count):
            input_ = {"title": f"Task {number}", "reminders": [{"remindAt": at.isoformat()}]}
            payload = (await self.api.run(CREATE, input=input_))["createTask"]
            assert payload["errors"] == []
            made.add(payload["task"]["id"])
        return made


def bad_days(call: Call, before: int) -> Answer:
    """Each receiver fails in several ways at first, and each differently."""
    ways = [
        Answer(500),
        Answer(429, {"retry-after": "1"}),
        Answer(after=30),
        Answer(503, {"retry-after": "1"}),
        Answer(302, {"location": "/elsewhere"}),
    ]
    turn = before + sum(call.path.encode())
    return ways[turn % len(ways)] if before < 4 else Answer(201)


@contextlib.contextmanager
def receivers() -> Iterator[tuple[Mailbox, Receiver]]:
    with Mailbox() as mailbox, Receiver() as receiver:
        refused: Counter[str] = Counter()

        def answer(address: str) -> str | None:
            refused[address] += 1
            # The first is the link, which confirms it.
            return "451 later" if refused[address] in (2, 3) else None

        mailbox.answer = answer
        yield mailbox, receiver


@contextlib.asynccontextmanager
async def people_on(d: Deployment, mailbox: Mailbox, receiver: Receiver, count: int) -> Any:
    async with contextlib.AsyncExitStack() as stack:
        people = []
        for number in range(count):
            api = await stack.enter_async_context(Api(d.apis[number % len(d.apis)].url))
            await api.sign_up()
            people.append(Person(api, receiver))
            await people[-1].add_channels(mailbox)
        yield people


def tasks_of(person: Person, mails: list[EmailMessage], calls: list[Call]) -> dict[str, Counter[str]]:
    """By kind, how many different messages told of each of the person's tasks."""
    told: dict[str, dict[tuple[str, str], None]] = {"mail": {}, "hook": {}, "push": {}}
    for mail in mails:
        if mail["to"] == person.address:
            for link in links_in(mail):
                if "?task=" in link:
                    told["mail"][link.partition("?task=")[2], str(mail["message-id"])] = None
    for call in calls:
        if call.path == f"/hook/{person.name}":
            for event in events_in(call):
                told["hook"][event["data"]["taskId"], call.headers["webhook-id"]] = None
        if call.path == f"/push/{person.name}":
            pushed = person.browser.read(call)
            told["push"][pushed["taskId"], pushed["tag"]] = None
    return {kind: Counter(task for task, _ in pairs) for kind, pairs in told.items()}


def keys_of(people: list[Person], mails: list[EmailMessage], calls: list[Call]) -> Iterator[str]:
    """Of all that arrived, as often as it did."""
    for mail in mails:
        yield str(mail["message-id"])[1:].partition("@")[0]
    for call in calls:
        if "webhook-id" in call.headers:
            yield call.headers["webhook-id"]
    for person in people:
        for call in calls:
            if call.path == f"/push/{person.name}":
                yield person.browser.read(call)["tag"]


async def test_every_message_arrives_though_receivers_fail_and_a_worker_is_killed(tmp_path: Path):
    with receivers() as (mailbox, receiver):
        environment = {"CHANNELS_PRIVATE_ADDRESSES": "on", "VAPID_PRIVATE_KEY": VAPID, **mailbox.environment}
        async with (
            deployment(KAFKA, tmp_path, **environment) as d,
            people_on(d, mailbox, receiver, USERS) as people,
        ):
            receiver.answer = bad_days
            at = datetime.now(UTC) + timedelta(seconds=SET_UP_SECONDS)
            tasks = [await person.remind(at, REMINDERS) for person in people]
            assert datetime.now(UTC) < at, "this machine is too slow"
            # Midway: many have arrived, and many have not.
            await receiver.taken.have(MESSAGES // 6, 60)
            killed = time.monotonic()
            await d.workers[0].kill()
            under_way = {str(key): owner for key, owner in await d.rows(UNDER_WAY)}
            left = MESSAGES - await d.count(DONE)
            await d.until(DONE, lambda found: found[0][0] == MESSAGES, 180)
            print(
                f"{left} of {MESSAGES} were left at the kill; all sent {time.monotonic() - killed:.1f} s after it"
            )
            assert 0 < left < MESSAGES
            mails, calls, ledger = mailbox.mails.items, receiver.taken.items, await d.rows(LEDGER)
    for person, made in zip(people, tasks, strict=True):
        for kind, told in tasks_of(person, mails, calls).items():
            # Doubles, where a worker died between sending and noting, are one message: they carry the same key.
            assert told == dict.fromkeys(made, 1), kind
    # What is noted as sent has arrived, under its own key.
    arrived = Counter(keys_of(people, mails, calls))
    assert {str(row[0]) for row in ledger} <= arrived.keys()
    assert len(ledger) == MESSAGES
    # Twice came only what one of the workers was about when it died.
    doubles = {key for key, times in arrived.items() if times > 1}
    print(f"{len(doubles)} doubles; {sum(row[2] for row in ledger)} attempts")
    assert doubles <= under_way.keys()
    assert len({under_way[key].bytes[:8] for key in doubles}) <= 1


async def test_after_an_outage_late_ones_are_one_message_for_each_channel(tmp_path: Path):
    with receivers() as (mailbox, receiver):
        environment = {"CHANNELS_PRIVATE_ADDRESSES": "on", "VAPID_PRIVATE_KEY": VAPID, **mailbox.environment}
        async with (
            deployment(KAFKA, tmp_path, **environment) as d,
            people_on(d, mailbox, receiver, 1) as (person,),
        ):
            for worker in d.workers:
                await worker.kill()
            tasks = await person.remind(datetime.now(UTC) + timedelta(hours=1), 40)
            # An hour and a half goes by.
            await d.rows("UPDATE reminders SET remind_at = now() - interval '30 minutes' RETURNING id")
            for worker in d.workers:
                await worker.start()
            calls = await receiver.calls.have(2, 60)
            mails = await mailbox.mails.have(2, 60)
            await d.until(DONE, lambda found: found[0][0] == 3 * 40, 60)
        assert (len(receiver.calls.items), len(mailbox.mails.items)) == (2, 2)
    hook = next(call for call in calls if call.path.startswith("/hook"))
    assert {event["data"]["taskId"] for event in events_in(hook)} == tasks
    push = next(call for call in calls if call.path.startswith("/push"))
    assert person.browser.read(push)["count"] == 40
    assert mails[1]["subject"] == "40 reminders came due"
