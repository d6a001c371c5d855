"""What a channel that fails, hangs or ends does to itself, and to what waits for it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from jobs.channels import Gone, Parcel, Refused, SendFailed, delivering
from jobs.channels.sending import Message, Sending, next_messages
from resolvers.channels import adding, changing
from resolvers.deliveries.claim import CLAIM
from resolvers.errors import Unavailable
from resolvers.tables import Channel, EventRow
from tests.jobs.office import Answers, Office, end_one, failing
from tests.jobs.people import NOON


async def at_once(office: Office, count: int) -> tuple[UUID, list[asyncio.Future[None]]]:
    """So many messages of one channel under way: the channel, and what each waits for."""
    user = await office.people.join()
    channel = await office.channel(user)
    await office.ring(user, count)
    answers = Answers(office)
    await office.worker.start_due()
    async with asyncio.timeout(10):
        return channel, [await answers.waiting.get() for _ in range(count)]


async def test_what_fails_together_is_one_failure(office: Office):
    channel, answers = await at_once(office, 8)
    for future in answers:
        future.set_exception(SendFailed("It answered 500."))
        await end_one(office)
        office.hands.go(seconds=3)  # each takes its time
    failed = await office.read_channel(channel)
    assert failed.failures == 1
    assert failed.rests_until is not None
    assert failed.rests_until < office.hands.now


async def test_how_long_it_asked_to_be_left_alone_is_not_cut_short(office: Office):
    channel, answers = await at_once(office, 3)
    asked = SendFailed("It answered 429.", retry_after_seconds=600)
    outcomes: list[SendFailed | None] = [asked, SendFailed("It answered 500."), None]
    for future, problem in zip(answers, outcomes, strict=True):
        if problem is None:
            future.set_result(None)
        else:
            future.set_exception(problem)
        await end_one(office)
        assert (await office.read_channel(channel)).rests_until == office.hands.now + timedelta(minutes=10)
    works = await office.read_channel(channel)
    assert (works.failures, works.failed_at) == (0, None)
    office.post.answer = None
    office.hands.go(minutes=9)
    await office.work()
    assert len(office.post.parcels) == 3
    office.hands.go(minutes=2)
    await office.work()
    assert await office.statuses() == ["SENT"] * 3


async def test_one_message_at_a_time_sees_whether_it_works_again(office: Office):
    user = await office.people.join()
    await office.channel(user)
    office.post.answer = failing(SendFailed("It answered 500."))
    await office.ring(user, 1)
    await office.work()
    await office.ring(user, 30)
    office.post.parcels.clear()
    office.hands.go(seconds=2)
    await office.work()
    assert len(office.post.parcels) == 1
    office.post.answer = None
    office.hands.go(minutes=1)
    await office.work()
    assert await office.statuses() == ["SENT"] * 31


async def test_what_is_a_day_old_fails_with_the_one_that_was_tried(office: Office):
    user = await office.people.join()
    channel = await office.channel(user, "WEBHOOK")
    await office.ring(user, 40)
    office.post.answer = failing(SendFailed("It did not answer."))
    await office.work()
    office.post.parcels.clear()
    office.hands.go(hours=25)
    await office.work()
    assert len(office.post.parcels) == 1
    assert await office.statuses() == ["FAILED"] * 40
    assert (await office.read_channel(channel)).failure == "It did not answer."


async def test_a_channel_that_rests_is_not_looked_at_until_it_has_rested(office: Office):
    """Also where claims of one who died run out meanwhile: each look is a transaction."""
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user, 20)
    async with office.database.transaction() as session:
        await next_messages(session, office.hands.now, 12)
    office.hands.go(seconds=CLAIM.total_seconds() - 5)
    office.post.answer = failing(SendFailed("It answered 503.", 3600, may_have_arrived=False))
    await office.work()
    tried = len(office.post.parcels)
    assert tried > 0
    for seconds in (0, 10, 600):
        office.hands.go(seconds=seconds)
        wait = await office.worker.start_due()
        assert not office.worker.under_way
        assert wait > 60 or seconds == 600
    office.post.answer = None
    office.hands.go(hours=1)
    await office.work()
    assert await office.statuses() == ["SENT"] * 20


async def test_one_process_does_not_send_again_what_it_has_not_noted_yet(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """The database was away for longer than a claim lasts, and its own worker is the first to look."""
    monkeypatch.setattr(delivering, "RETRY_SECONDS", 0.01)
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user)
    away, tried = True, asyncio.Event()
    note = office.worker._note

    async def answers(outcome: Any) -> None:
        tried.set()
        if away:
            raise Unavailable
        await note(outcome)

    monkeypatch.setattr(office.worker, "_note", answers)
    await office.worker.start_due()
    async with asyncio.timeout(10):
        await tried.wait()
        office.hands.go(seconds=CLAIM.total_seconds() + 1)
        await office.worker.start_due()
        away = False
        await asyncio.gather(*office.worker.under_way)
    assert len(office.post.parcels) == 1
    assert await office.statuses() == ["SENT"]


async def test_of_several_that_are_refused_together_only_the_one_at_fault_is_lost(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user, 5, ago=timedelta(minutes=30))
    office.hands.go(seconds=3)

    async def answer(channel: Channel, parcel: Parcel) -> None:
        if any(notice.task is not None and notice.task.title == "3" for notice in parcel.notices):
            raise Refused("It looks like spam.")

    office.post.answer = answer
    await office.work()
    assert sorted(await office.statuses()) == ["FAILED"] + ["SENT"] * 4
    assert [len(parcel.notices) for _, parcel in office.post.parcels] == [5, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"enabled": False},
        {"enabled": False, "rests_until": NOON + timedelta(days=1)},
        {"confirmed_at": None},
    ],
)
async def test_what_waits_for_a_channel_that_takes_nothing_any_more_ends(
    office: Office, change: dict[str, Any]
):
    """However it came to wait: workers would look at it again and again."""
    user = await office.people.join()
    channel = await office.channel(user)
    await office.ring(user, 3)
    async with office.database.transaction() as session:
        await session.execute(sa.update(Channel).where(col(Channel.id) == channel).values(**change))
    await office.work()
    assert await office.statuses() == ["FAILED"] * 3
    assert office.post.parcels == []
    assert (await office.read_channel(channel)).failed_at is None


async def begun(office: Office, user: UUID) -> Message:
    await office.ring(user)
    async with office.database.transaction() as session:
        (message,) = await next_messages(session, office.hands.now, 10)
    return message


async def test_what_is_under_way_is_noted_though_its_channel_was_switched_off(office: Office):
    user = await office.people.join()
    channel = await office.channel(user)
    message = await begun(office, user)
    sending = Sending(office.database, office.courier)
    outcome = await sending.send(message, await sending.read(message))
    await office.ring(user)
    change = changing.ChannelChange(enabled=False)
    await office.people.do(user, lambda tx: changing.update_channel(tx, str(channel), change))
    async with office.database.transaction() as session:
        await outcome(session)
    assert await office.statuses() == ["SENT", "FAILED"]


async def test_who_lost_the_claim_does_not_end_the_channel(office: Office):
    user = await office.people.join()
    channel = await office.channel(user)
    message = await begun(office, user)
    office.post.answer = failing(Gone("It is gone."))
    sending = Sending(office.database, office.courier)
    outcome = await sending.send(message, await sending.read(message))
    office.post.answer = None
    office.hands.go(seconds=CLAIM.total_seconds() + 1)
    await office.work()
    await office.ring(user)
    async with office.database.transaction() as session:
        await outcome(session)
    assert await office.statuses() == ["SENT", "PENDING"]
    assert (await office.read_channel(channel)).enabled


async def test_an_event_that_cant_be_read_keeps_no_others_from_being_told(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user, 3, ago=timedelta(minutes=30))
    bad = (await office.rows())[1]
    async with office.database.transaction() as session:
        await session.execute(
            sa.update(EventRow)
            .where(col(EventRow.event_id) == bad.event_id)
            .values(data={"taskId": "not an id"})
        )
    office.hands.go(seconds=3)
    await office.work()
    assert await office.statuses() == ["SENT", "FAILED", "SENT"]
    assert [len(parcel.notices) for _, parcel in office.post.parcels] == [2]


@pytest.mark.parametrize("where", ["read", "send"])
async def test_what_nobody_foresaw_is_tried_again_but_not_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch, where: str
):
    user = await office.people.join()
    channel = await office.channel(user)
    await office.ring(user)
    calls = 0

    async def breaks(*_: object) -> Any:
        nonlocal calls
        calls += 1
        raise ZeroDivisionError

    monkeypatch.setattr(office.worker._sending, where, breaks)
    for _ in range(48 * 6):
        await office.work()
        office.hands.go(minutes=10)
    assert await office.statuses() == ["FAILED"]
    assert calls < 60
    failed = await office.read_channel(channel)
    assert failed.failure == "Something went wrong on our side."


async def switch_on(office: Office, user: UUID, channel: UUID) -> object:
    change = changing.ChannelChange(enabled=True)
    return await office.people.do(user, lambda tx: changing.update_channel(tx, str(channel), change))


async def a_test_arrives(office: Office, user: UUID, channel: UUID) -> object:
    return await office.people.do(user, lambda tx: changing.end_test(tx, str(channel), arrived=True))


async def add_it_again(office: Office, user: UUID, channel: UUID) -> object:
    address = f"{channel.hex}@example.com"
    async with office.database.transaction() as session:
        await session.execute(sa.update(Channel).where(col(Channel.id) == channel).values(address=address))
    return await office.people.do(user, lambda tx: adding.add_email(tx, address, ""))


@pytest.mark.parametrize("mend", [switch_on, a_test_arrives, add_it_again])
async def test_what_waits_is_tried_at_once_where_its_owner_sees_that_it_works(
    office: Office, mend: Callable[[Office, UUID, UUID], Awaitable[object]]
):
    user = await office.people.join()
    channel = await office.channel(user)
    await office.ring(user, 2)
    office.post.answer = failing(SendFailed("It answered 503.", 3600))
    await office.work()
    office.post.answer = None
    office.hands.go(seconds=10)
    await office.work()
    assert await office.statuses() == ["PENDING"] * 2
    await mend(office, user, channel)
    await office.work()
    assert await office.statuses() == ["SENT"] * 2
