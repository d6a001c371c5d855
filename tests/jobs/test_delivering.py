"""The ledger: each message is sent, noted as sent only when it was, and tried again under its own key."""

import asyncio
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from jobs.channels import Gone, Parcel, Refused, SendFailed, delivering
from jobs.channels.sending import Message, Sending, next_messages
from resolvers.deliveries.claim import CLAIM, Claimed, claim_due
from resolvers.deliveries.outcome import note_failed, note_given_up, note_sent
from resolvers.deliveries.room import OF_CHANNEL, Room
from resolvers.deliveries.waiting import KEPT, purge_deliveries
from resolvers.errors import Unavailable
from resolvers.tables import Channel
from tests.jobs.office import Office, failing


async def claim(office: Office, session: AsyncSession) -> Claimed:
    """What is due and alone."""
    (claimed,) = await claim_due(session, office.hands.now, 10, Room())
    return claimed


async def test_an_event_is_told_once_through_each_channel_that_wants_it(office: Office):
    user, other = await office.people.join(), await office.people.join()
    channels = {await office.channel(user), await office.channel(user, "WEBHOOK")}
    await office.channel(other)
    await office.ring(user, 3)
    await office.work()
    await office.work()
    assert sorted(office.post.titles()) == [["0"], ["0"], ["1"], ["1"], ["2"], ["2"]]
    assert {channel for channel, _ in office.post.parcels} == channels
    assert await office.statuses() == ["SENT"] * 6
    rows = {row.id: row for row in await office.rows()}
    assert {parcel.key for _, parcel in office.post.parcels} == rows.keys()


async def test_an_event_that_is_dealt_with_again_makes_no_second_row(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user)
    office._queued.clear()
    await office.ring(user)
    assert len(await office.rows()) == 2  # of two rings


async def test_late_rings_are_one_message_for_each_channel(office: Office):
    user = await office.people.join()
    channels = [await office.channel(user), await office.channel(user, "WEBHOOK")]
    await office.ring(user, 40, ago=timedelta(minutes=30))
    await office.work()
    assert office.post.parcels == []  # others may still be on their way
    await office.ring(user, 2, ago=timedelta(minutes=6))
    office.hands.go(seconds=3)
    await office.work()
    assert sorted(channel for channel, _ in office.post.parcels) == sorted(channels)
    assert [len(parcel.notices) for _, parcel in office.post.parcels] == [42, 42]
    assert await office.statuses() == ["SENT"] * 84


async def test_a_ring_on_time_is_not_held_up_by_late_ones(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user, 3, ago=timedelta(minutes=30))
    await office.ring(user, 1, ago=timedelta(minutes=4))
    await office.work()
    assert [len(parcel.notices) for _, parcel in office.post.parcels] == [1]
    office.hands.go(seconds=3)
    await office.work()
    assert [len(parcel.notices) for _, parcel in office.post.parcels] == [1, 3]


async def test_a_message_of_several_is_sent_again_as_it_was(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user, 5, ago=timedelta(minutes=30))
    office.hands.go(seconds=3)
    office.post.answer = failing(SendFailed("Later."))
    await office.work()
    await office.ring(user, 2, ago=timedelta(minutes=30))
    office.post.answer = None
    office.hands.go(minutes=5)
    await office.work()
    (_, first), *others = office.post.parcels
    (again,) = [parcel for _, parcel in others if parcel.key == first.key]
    assert again.notices == first.notices
    assert sorted(len(parcel.notices) for _, parcel in others) == [2, 5]
    assert await office.statuses() == ["SENT"] * 7


async def test_messages_of_several_stay_whole_and_others_wait_for_theirs(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """Who has seen the key takes the rest of the message for a double."""
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user, 12, ago=timedelta(minutes=30))
    office.hands.go(seconds=3)
    office.post.answer = failing(SendFailed("Later."))
    await office.work()
    monkeypatch.setattr("resolvers.deliveries.claim.TOGETHER", 4)
    await office.ring(user, 6, ago=timedelta(minutes=30))
    office.post.answer = None
    office.hands.go(minutes=5)
    await office.work()
    assert await office.statuses() == ["SENT"] * 18
    by_key: dict[UUID, list[list[str]]] = {}
    for (_, parcel), titles in zip(office.post.parcels, office.post.titles(), strict=True):
        by_key.setdefault(parcel.key, []).append(titles)
    first, *others = by_key.values()
    assert [len(titles) for titles in first] == [12, 12]
    assert first[0] == first[1]
    assert sorted(len(titles) for (titles,) in others) == [2, 4]


async def test_what_a_receiver_said_no_to_is_told_of_together_once_it_is_late(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user, 12)
    office.post.answer = failing(SendFailed("It answered 503.", 600, may_have_arrived=False))
    await office.work()
    assert all(len(parcel.notices) == 1 for _, parcel in office.post.parcels)
    office.post.answer = None
    office.post.parcels.clear()
    office.hands.go(minutes=11)
    await office.work()
    assert [len(parcel.notices) for _, parcel in office.post.parcels] == [12]


async def test_two_workers_make_one_message_of_what_is_late(office: Office):
    users = [await office.people.join() for _ in range(10)]
    for user in users:
        await office.channel(user)
        await office.ring(user, 40, ago=timedelta(minutes=30))
    office.hands.go(seconds=3)
    await asyncio.gather(*(office.work(office.another_worker()) for _ in range(3)))
    assert [len(parcel.notices) for _, parcel in office.post.parcels] == [40] * 10


async def test_what_was_begun_by_one_who_died_is_sent_by_another_under_the_same_key(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user)
    async with office.database.transaction() as session:
        (claimed,) = (await claim(office, session)).deliveries
    await office.work()
    assert office.post.parcels == []
    office.hands.go(seconds=CLAIM.total_seconds() + 1)
    await office.work()
    assert [parcel.key for _, parcel in office.post.parcels] == [claimed.id]
    (row,) = await office.rows()
    assert (row.status, row.attempts) == ("SENT", 2)


async def test_who_lost_the_claim_notes_nothing(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user)
    async with office.database.transaction() as session:
        lost = await claim(office, session)
    late, claimed = lost.owner, lost.deliveries
    office.hands.go(seconds=CLAIM.total_seconds() + 1)
    office.post.answer = failing(SendFailed("Later."))
    await office.work()
    async with office.database.transaction() as session:
        assert await note_sent(session, late, claimed, office.hands.now) == 0
    assert await office.statuses() == ["PENDING"]
    (channel,) = {row.channel_id for row in await office.rows()}
    assert channel is not None
    assert (await office.read_channel(channel)).failures == 1
    async with office.database.transaction() as session:
        later = office.hands.now + timedelta(hours=1)
        assert await note_given_up(session, late, claimed, later, "No.") == 0
        assert await note_failed(session, late, claimed, later, "Later.", None, forget_key=True) == 0
    kept = await office.read_channel(channel)
    assert (kept.failures, kept.failed_at) == (1, None)
    assert kept.rests_until is not None
    assert kept.rests_until < later
    assert [row.sent_with for row in await office.rows()] == [claimed[0].id]


async def test_two_workers_share_the_work(office: Office):
    users = [await office.people.join() for _ in range(30)]
    for user in users:
        await office.channel(user)
        await office.ring(user, 2)
    await asyncio.gather(office.work(), office.work(office.another_worker()))
    assert len(office.post.parcels) == 60
    assert len({parcel.key for _, parcel in office.post.parcels}) == 60
    assert await office.statuses() == ["SENT"] * 60


async def test_it_is_tried_for_a_day_and_the_channel_rests_in_between(office: Office):
    user = await office.people.join()
    channel = await office.channel(user)
    await office.ring(user, 20)
    office.post.answer = failing(SendFailed("It answered 500."))
    await office.work()
    tried = len(office.post.parcels)
    assert tried <= OF_CHANNEL  # the others were not tried while it rests
    assert (await office.read_channel(channel)).failed_at is None
    while office.hands.now < (await office.rows())[0].created_at + timedelta(hours=24):
        office.hands.go(hours=1.3)
        await office.work()
    office.hands.go(hours=2)
    await office.work()
    assert set(await office.statuses()) == {"FAILED"}
    failed = await office.read_channel(channel)
    assert (failed.failure, failed.enabled) == ("It answered 500.", True)
    assert failed.failed_at is not None
    # It works again, and says so.
    office.post.answer = None
    office.hands.go(hours=2)
    await office.ring(user)
    await office.work()
    works = await office.read_channel(channel)
    assert (works.failed_at, works.failure, works.failures) == (None, None, 0)


async def test_a_receiver_is_left_alone_for_as_long_as_it_asks(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user)
    office.post.answer = failing(SendFailed("It answered 429.", retry_after_seconds=600))
    await office.work()
    office.post.answer = None
    office.hands.go(seconds=590)
    await office.work()
    assert len(office.post.parcels) == 1
    office.hands.go(seconds=20)
    await office.work()
    assert await office.statuses() == ["SENT"]


async def test_what_is_refused_for_good_is_not_tried_again(office: Office):
    user = await office.people.join()
    channel = await office.channel(user)
    await office.ring(user)
    office.post.answer = failing(Refused("No such mailbox."))
    await office.work()
    assert await office.statuses() == ["FAILED"]
    assert (await office.read_channel(channel)).failure == "No such mailbox."


async def test_a_channel_that_is_gone_ends_with_all_that_waits(office: Office):
    user = await office.people.join()
    channel = await office.channel(user)
    await office.ring(user, 30)
    office.post.answer = failing(Gone("It is gone."))
    await office.work()
    assert await office.statuses() == ["FAILED"] * 30
    assert len(office.post.parcels) <= OF_CHANNEL
    ended = await office.read_channel(channel)
    assert (ended.enabled, ended.failure) == (False, "It is gone.")
    await office.ring(user)
    assert len(await office.rows()) == 30


async def test_one_that_hangs_holds_up_nobody_else(office: Office):
    """Its backlog is longer than all that is looked through at once."""
    user, other = await office.people.join(), await office.people.join()
    slow = await office.channel(user)
    await office.ring(user, 300)
    quick = await office.channel(other)
    await office.ring(other)
    arrived, hanging = asyncio.Event(), asyncio.Event()

    async def answer(channel: Channel, parcel: Parcel) -> None:
        if channel.id == slow:
            await hanging.wait()
        else:
            arrived.set()

    office.post.answer = answer
    running = asyncio.create_task(office.worker.run())
    async with asyncio.timeout(10):
        await arrived.wait()
    assert [channel for channel, _ in office.post.parcels].count(quick) == 1
    assert [channel for channel, _ in office.post.parcels].count(slow) <= OF_CHANNEL
    running.cancel()
    hanging.set()
    await office.worker.give_back()


async def test_a_channel_that_is_switched_off_is_not_sent_to_any_more(office: Office):
    user = await office.people.join()
    channel = await office.channel(user)
    await office.ring(user)
    sending = Sending(office.database, office.courier)
    async with office.database.transaction() as session:
        (message,) = await next_messages(session, office.hands.now, 10)
    async with office.database.transaction() as session:
        await session.execute(sa.update(Channel).where(col(Channel.id) == channel).values(enabled=False))
    outcome = await sending.send(message, await sending.read(message))
    async with office.database.transaction() as session:
        await outcome(session)
    assert office.post.parcels == []
    assert await office.statuses() == ["FAILED"]


async def test_at_the_stop_what_is_under_way_is_given_back(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("jobs.channels.delivering.STOP_SECONDS", 0.1)
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user)

    begun = asyncio.Event()

    async def answer(channel: Channel, parcel: Parcel) -> None:
        begun.set()
        await asyncio.sleep(60)

    office.post.answer = answer
    await office.worker.start_due()
    await begun.wait()
    await office.worker.give_back()
    office.post.answer = None
    await office.work(office.another_worker())
    assert await office.statuses() == ["SENT"]
    assert len({parcel.key for _, parcel in office.post.parcels}) == 1


async def test_what_a_sender_did_not_foresee_is_tried_again(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user)

    async def answer(channel: Channel, parcel: Parcel) -> None:
        raise RuntimeError("not foreseen")

    office.post.answer = answer
    await office.work()
    assert await office.statuses() == ["PENDING"]
    office.post.answer = None
    office.hands.go(seconds=10)
    await office.work()
    assert await office.statuses() == ["SENT"]


async def test_what_was_sent_is_noted_however_long_the_database_is_away(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """It need not be sent again while nobody else has it, though the claim has run out."""
    monkeypatch.setattr(delivering, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(delivering, "SEND_SECONDS", CLAIM.total_seconds() - 0.2)
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user)
    away, tried = True, asyncio.Event()
    note = office.worker._note

    async def answers(outcome: Any) -> None:
        if away:
            if asyncio.get_running_loop().time() > begun + 0.3:
                tried.set()
            raise Unavailable
        await note(outcome)

    monkeypatch.setattr(office.worker, "_note", answers)
    begun = asyncio.get_running_loop().time()
    await office.worker.start_due()
    async with asyncio.timeout(10):
        await tried.wait()
        office.hands.go(seconds=CLAIM.total_seconds() + 1)
        away = False
        await asyncio.gather(*office.worker.under_way)
    assert await office.statuses() == ["SENT"]
    await office.work(office.another_worker())
    assert len(office.post.parcels) == 1


async def test_what_could_not_be_read_in_time_is_left_to_who_claims_it_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """Or both would send it, and neither has died."""
    monkeypatch.setattr(delivering, "RETRY_SECONDS", 0.3)
    monkeypatch.setattr(delivering, "SEND_SECONDS", CLAIM.total_seconds() - 0.2)
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user)
    read, calls = office.worker._sending.read, 0

    async def answers_late(message: Message) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise Unavailable
        return await read(message)

    monkeypatch.setattr(office.worker._sending, "read", answers_late)
    await office.worker.start_due()
    await asyncio.gather(*office.worker.under_way)
    assert (calls, office.post.parcels) == (2, [])
    assert await office.statuses() == ["PENDING"]
    office.hands.go(seconds=CLAIM.total_seconds() + 1)
    await office.work(office.another_worker())
    assert await office.statuses() == ["SENT"]


async def test_what_ended_long_ago_is_forgotten(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user)
    await office.work()
    office.post.answer = failing(SendFailed("Later."))
    await office.ring(user)
    await office.work()
    for after, left in ((timedelta(0), 2), (timedelta(seconds=1), 1)):
        async with office.database.transaction() as session:
            await purge_deliveries(session, office.hands.now + after)
        assert len(await office.rows()) == left
    assert await office.statuses() == ["PENDING"]
    assert timedelta(days=30) < KEPT


async def test_what_is_due_is_found_by_indexes(office: Office):
    """Whatever a look asks of the ledger: it is long, and looked at often."""
    user = await office.people.join()
    await office.channel(user)
    asked: list[tuple[str, Any]] = []
    engines = {engine.sync_engine for engine in (office.database.writer, office.database.reader)}

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        if statement.lstrip().startswith("SELECT") and "FROM deliveries" in statement:
            asked.append((statement.replace("FOR UPDATE SKIP LOCKED", ""), parameters))

    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    await office.ring(user, 2)
    await office.work()
    await office.ring(user, 2, ago=timedelta(minutes=30))
    office.hands.go(seconds=3)
    await office.work()
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert len({statement for statement, _ in asked}) >= 5
    explain = "EXPLAIN QUERY PLAN " if office.database.is_sqlite else "EXPLAIN "
    async with office.database.transaction() as session:
        connection = await session.connection()
        if not office.database.is_sqlite:
            await session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        for statement, parameters in asked:
            rows = await connection.exec_driver_sql(explain + statement, parameters)
            for step in (str(row) for row in rows):
                if re.search(r"(SCAN|SEARCH|Scan.* on) deliveries", step):
                    assert re.search(r"deliveries_(due|late|waiting|claimed|1|pkey)\b", step), statement


async def test_what_may_have_arrived_keeps_its_key_whatever_comes_of_later_tries(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user, 2)
    for error in (
        SendFailed("It did not answer."),
        SendFailed("It can't be reached.", may_have_arrived=False),
    ):
        office.post.answer = failing(error)
        await office.work()
        office.hands.go(minutes=3)
    office.post.answer = None
    office.hands.go(minutes=10)
    await office.work()
    # Two messages, and never one of both under a key that no receiver has seen.
    assert {len(parcel.notices) for _, parcel in office.post.parcels} == {1}
    assert len({parcel.key for _, parcel in office.post.parcels}) == 2
    assert await office.statuses() == ["SENT"] * 2
