"""Every event takes effect once and in order, whatever the bus loses, doubles, mixes up or makes up."""

import asyncio
import random
from dataclasses import replace
from uuid import uuid4

import orjson
import pytest
import sqlalchemy as sa
from sqlmodel import col

from jobs import catch_up as catch_up_module
from jobs.bus import Message
from jobs.bus.message import encode
from jobs.consumer import Consumer
from resolvers.database import Database
from resolvers.log.events import Event
from resolvers.tables import ConsumerPosition, EventRow, User
from tests.jobs.journal import (
    DEADLINE_SECONDS,
    TABLE,
    World,
    messages,
)
from tests.jobs.people import People, metric
from tests.live.inside import happen


def consumed(outcome: str) -> float:
    return metric("taskflow_consumed_total", outcome=outcome)


async def alter(database: Database, event: Event, **values: object) -> None:
    """Make the row what another release writes."""
    async with database.transaction() as session:
        await session.execute(
            sa.update(EventRow).where(col(EventRow.event_id) == event.event_id).values(**values)
        )


def of_a_newer_version(event: Event) -> Message:
    envelope = orjson.loads(encode(event).body)
    return Message(str(event.user_id), orjson.dumps(envelope | {"dataschema": "urn:taskflow:event:x:2"}))


async def test_messages_that_are_lost_doubled_and_mixed_up_take_effect_once_and_in_order(
    world: World, people: People
):
    random_ = random.Random(7)
    users = [await people.join() for _ in range(5)]
    sent, last = [], []
    for user in users:
        for _ in range(8):
            events = await happen(people.log, user, 5)
            sent += events
        last += events[-1:]
    come = [event for event in sent if random_.random() > 0.25] * 2
    random_.shuffle(come)
    while come:
        await world.consumer.handle(messages([come.pop() for _ in range(min(len(come), 17))]))
    await world.consumer.handle(messages(last))
    assert await world.written() == {user: list(range(1, 41)) for user in users}
    assert await world.positions() == dict.fromkeys(users, 40)
    assert await world.statuses() == {event.event_id: "done" for event in sent}


async def test_what_a_gap_hides_is_taken_from_the_log_in_bounded_transactions(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(catch_up_module, "CHUNK_EVENTS", 10)
    ana, ben = sorted([await people.join(), await people.join()])
    many = await happen(people.log, ana, 35)
    few = await happen(people.log, ben, 3)
    await world.consumer.handle(messages([many[-1], few[-1]]))
    assert await world.written() == {ana: list(range(1, 36)), ben: [1, 2, 3]}
    async with world.database.read() as session:
        turns = [row.user_id for row in await session.execute(sa.select(TABLE).order_by(TABLE.c.number))]
    # The one with few does not wait for the one with many.
    assert ben not in turns[10:]


async def test_consumers_that_hear_the_same_at_once_do_each_event_once_and_in_order(
    world: World, people: People
):
    users = [await people.join() for _ in range(10)]
    elsewhere = Database(world.database.url)
    consumers = [world.another(database) for database in (world.database, elsewhere) for _ in range(2)]

    async def hear(consumer: Consumer, sent: list[Event], seed: int) -> None:
        come = list(sent)
        random.Random(seed).shuffle(come)
        for start in range(0, len(come), 10):
            await consumer.handle(messages(come[start : start + 10]))

    try:
        # They meet at users who have no position yet, and then at such that have.
        for _ in range(5):
            sent = [event for user in users for event in await happen(people.log, user, 4)]
            async with asyncio.timeout(DEADLINE_SECONDS):
                await asyncio.gather(*(hear(each, sent, seed) for seed, each in enumerate(consumers)))
    finally:
        await elsewhere.close()
    assert await world.written() == {user: list(range(1, 21)) for user in users}
    assert await world.positions() == dict.fromkeys(users, 20)


async def test_a_batch_costs_a_handful_of_statements(world: World, people: People):
    users = [await people.join() for _ in range(50)]
    sent = [event for user in users for event in await happen(people.log, user, 3)]
    await world.consumer.handle(messages([event for event in sent if event.seq == 1]))
    sent += [event for user in users for event in await happen(people.log, user, 3)]
    statements = []

    @sa.event.listens_for(world.database.writer.sync_engine, "before_cursor_execute")
    def count(*arguments: object) -> None:
        statements.append(str(arguments[2]).partition(" ")[0])

    before = consumed("done"), consumed("repeated")
    world.journal.wants = lambda _: False  # type: ignore[method-assign]
    await world.consumer.handle(messages(sent))
    print(statements)
    assert len(statements) <= 6 + world.database.is_sqlite
    assert (consumed("done"), consumed("repeated")) == (before[0] + 150, before[1] + 150)


async def test_a_process_that_dies_between_its_commit_and_its_acknowledgement_doubles_nothing(
    world: World, people: People
):
    user = await people.join()
    sent = messages(await happen(people.log, user, 4))
    await world.consumer.handle(sent)
    await world.another().handle(sent)
    assert await world.written() == {user: [1, 2, 3, 4]}
    # Where the position is lost as well, the inbox still tells.
    async with world.database.transaction() as session:
        await session.execute(sa.delete(ConsumerPosition))
    await world.another().handle(sent)
    assert await world.written() == {user: [1, 2, 3, 4]}
    assert await world.positions() == {user: 4}


async def test_what_is_no_event_becomes_one_dead_letter_however_often_it_comes(world: World, people: People):
    user = await people.join()
    good = messages(await happen(people.log, user, 2))
    bad = [Message("ke\0y \udc80", b"\xff{"), Message(str(user), b'{"id": 7}'), Message("", b"")]
    before = consumed("dead")
    for _ in range(3):
        await world.consumer.handle([bad[0], good[0], *bad[1:], good[1]])
    assert await world.written() == {user: [1, 2]}
    letters = await world.letters()
    assert sorted((letter.body, letter.attempts) for letter in letters) == [
        (b"", 1),
        (b'{"id": 7}', 1),
        (b"\xff{", 1),
    ]
    assert all(letter.error.startswith("BadMessage: not an event") for letter in letters)
    assert {letter.event_id for letter in letters} == {letter.user_id for letter in letters} == {None}
    assert consumed("dead") == before + 3


async def test_an_event_of_a_newer_version_becomes_a_dead_letter_once_and_those_after_it_go_on(
    world: World, people: People
):
    user = await people.join()
    events = await happen(people.log, user, 3)
    await alter(world.database, events[1], schema_version=2)
    # Told of by a message that can't be read, and found in the log.
    await world.consumer.handle([encode(events[0]), of_a_newer_version(events[1])])
    await world.consumer.handle([of_a_newer_version(events[1]), encode(events[2])])
    assert await world.written() == {user: [1, 3]}
    (letter,) = await world.letters()
    assert (letter.event_id, letter.user_id, letter.key) == (events[1].event_id, user, str(user))
    assert letter.error.startswith("NewerVersion: ")
    assert (await world.statuses())[events[1].event_id] == "dead"
    assert await world.positions() == {user: 3}
    # One that only says that it is one of ours, and is not, is a dead letter of its own.
    await world.consumer.handle([of_a_newer_version(events[0])])
    assert len(await world.letters()) == 2


async def test_a_type_of_a_later_release_is_counted_once_and_passed_over(world: World, people: People):
    user = await people.join()
    events = await happen(people.log, user, 3)
    await alter(world.database, events[1], type="task.teleported")
    envelope = orjson.loads(encode(events[1]).body) | {"type": "task.teleported"}
    unknown = [Message(str(user), orjson.dumps(envelope)), Message("nobody", orjson.dumps(envelope))]
    before, foreign = consumed("unknown type"), consumed("foreign")
    await world.consumer.handle(unknown)
    assert consumed("foreign") == foreign + 1
    assert await world.positions() == {user: 3}
    await world.consumer.handle([*unknown, *messages([events[2], events[0]])])
    assert await world.written() == {user: [1, 3]}
    assert consumed("unknown type") == before + 1
    assert await world.letters() == []


async def test_events_of_nobody_here_are_counted_and_hold_nobody_up(world: World, people: People):
    user, gone = await people.join(), await people.join()
    events = await happen(people.log, user, 2)
    theirs = await happen(people.log, gone, 2)
    async with world.database.transaction() as session:
        await session.execute(sa.delete(User).where(col(User.id) == gone))
    elsewhere = replace(events[0], user_id=uuid4())
    # Such as one from before a restore of the database: the log does not hold it.
    future = replace(events[1], seq=9, event_id=uuid4())
    before = consumed("foreign")
    await world.consumer.handle(messages([elsewhere, *theirs, future, *events]))
    assert consumed("foreign") == before + 4
    assert await world.written() == {user: [1, 2]}
    assert await world.positions() == {user: 2}
    await world.consumer.handle(messages(await happen(people.log, user, 1)))
    assert await world.written() == {user: [1, 2, 3]}
