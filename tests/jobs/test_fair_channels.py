"""What is slow or fails, however much of it there is, holds up nobody else."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from jobs.channels import Parcel, SendFailed
from jobs.channels.sending import next_messages
from resolvers.deliveries.room import BY_MAIL, OF_USER
from resolvers.tables import Channel
from tests.jobs.office import Answers, Office, end_one


async def test_one_that_always_fails_does_not_slow_down_the_others(office: Office):
    """Its own pause grows though the channel works, and so does not rest."""
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user)
    (bad,) = await office.rows()

    async def answer(channel: Channel, parcel: Parcel) -> None:
        if parcel.key == bad.id:
            raise SendFailed("It answered 500.")

    office.post.answer = answer
    for _ in range(40):
        await office.work()
        await office.ring(user)
        office.hands.go(seconds=5)
        await office.work()
    tried = [parcel.key for _, parcel in office.post.parcels].count(bad.id)
    assert 4 <= tried <= 12
    assert sorted(await office.statuses()) == ["PENDING"] + ["SENT"] * 40


@pytest.mark.parametrize("kind", ["WEBHOOK", "EMAIL"])
async def test_nobody_holds_up_others_with_many_slow_channels(office: Office, kind: str):
    slow, other = await office.people.join(), await office.people.join()
    for _ in range(20):
        await office.channel(slow, kind)
    await office.ring(slow, 100)
    quick = await office.channel(other, kind)
    await office.ring(other)
    await _quick_is_told_while_others_hang(office, quick)
    assert len(office.post.parcels) <= OF_USER + 1


async def test_a_silent_mail_server_holds_up_mails_alone(office: Office):
    for _ in range(100):
        user = await office.people.join()
        await office.channel(user, "EMAIL")
        await office.ring(user)
    quick = await office.channel(user, "WEBHOOK")
    await office.ring(user)
    await _quick_is_told_while_others_hang(office, quick)
    assert len(office.post.parcels) <= BY_MAIL + 1


async def test_late_rings_of_many_slow_channels_hold_up_nobody(office: Office):
    for _ in range(100):
        user = await office.people.join()
        await office.channel(user, "EMAIL")
        await office.ring(user, ago=timedelta(minutes=30))
    quick = await office.channel(user, "WEBHOOK")
    await office.ring(user, ago=timedelta(minutes=30))
    office.hands.go(seconds=3)
    await _quick_is_told_while_others_hang(office, quick)
    assert len(office.post.parcels) <= BY_MAIL + 1


async def test_nobody_waits_for_all_that_several_slow_people_have_waiting(office: Office):
    """A place that gets free goes to somebody who has none, and not to whoever has waited longest."""
    for _ in range(4):
        slow = await office.people.join()
        await office.channel(slow, "WEBHOOK")
        await office.channel(slow, "WEBHOOK")
        await office.ring(slow, 50)
    office.hands.go(seconds=1)
    other = await office.people.join()
    quick = await office.channel(other, "WEBHOOK")
    await office.ring(other)
    answers = Answers(office)
    await office.worker.start_due()
    async with asyncio.timeout(10):
        waiting = [await answers.waiting.get() for _ in range(4 * OF_USER)]
    waiting[0].set_result(None)
    await end_one(office)
    await office.worker.start_due()
    async with asyncio.timeout(10):
        await answers.waiting.get()
    assert office.post.parcels[-1][0] == quick
    await office.worker.give_back()


async def test_what_is_on_time_does_not_wait_for_all_that_is_late(office: Office):
    for _ in range(150):
        user = await office.people.join()
        await office.channel(user, "WEBHOOK")
        await office.ring(user, ago=timedelta(minutes=30))
    office.hands.go(seconds=3)
    await office.ring(user)

    async def late(limit: int, *, late_first: bool) -> list[bool]:
        now = office.hands.now
        async with office.database.transaction() as session:
            messages = await next_messages(session, now, limit, late_first=late_first)
        moments = [message.deliveries[0].late_after for message in messages]
        return [moment is not None and moment <= now for moment in moments]

    assert await late(1, late_first=True) == [True]
    assert await late(1, late_first=False) == [False]
    assert await late(64, late_first=True) == [True] * 32


async def test_a_long_backlog_of_one_that_began_to_fail_hides_nobody(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("resolvers.deliveries.claim.LOOKED_THROUGH", 10)
    slow, other = await office.people.join(), await office.people.join()
    await office.channel(slow, "WEBHOOK")
    await office.ring(slow, 50)
    answers = Answers(office)
    await office.worker.start_due()
    async with asyncio.timeout(10):
        waiting = [await answers.waiting.get() for _ in range(8)]
    waiting[0].set_exception(SendFailed("It answered 500."))
    await end_one(office)
    office.hands.go(seconds=2)
    quick = await office.channel(other, "WEBHOOK")
    await office.ring(other)
    await office.worker.start_due()
    async with asyncio.timeout(10):
        await answers.waiting.get()
    assert office.post.parcels[-1][0] == quick
    await office.worker.give_back()


async def _quick_is_told_while_others_hang(office: Office, quick: UUID) -> None:
    arrived, hanging = asyncio.Event(), asyncio.Event()

    async def answer(channel: Channel, parcel: Parcel) -> None:
        if channel.id == quick:
            arrived.set()
        else:
            await hanging.wait()

    office.post.answer = answer
    running = asyncio.create_task(office.worker.run())
    async with asyncio.timeout(10):
        await arrived.wait()
    running.cancel()
    hanging.set()
    await office.worker.give_back()
