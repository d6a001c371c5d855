"""Every event takes effect once and in order, whatever the bus, the database and the effects do."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import orjson
import pytest
import sqlalchemy as sa
from sqlmodel import col

from graphql_api.migrate import migrate
from graphql_api.settings import Settings
from jobs import catch_up as catch_up_module
from jobs import consumer as consumer_module
from jobs import dead_letters as dead_letters_module
from jobs import effects as effects_module
from jobs import retries as retries_module
from jobs.bus import Message
from jobs.bus.message import encode
from jobs.consumer import Consumer
from jobs.due import DueJobs
from jobs.effects import EffectFailed
from jobs.retries import TRIES, Retries
from jobs.timetable import KEPT_INBOX, Timetable
from resolvers.database import Database
from resolvers.log import inbox as inbox_module
from resolvers.log.events import Event
from resolvers.tables import ConsumerPosition, EventRow, User, UserStream
from tests.jobs.journal import TABLE, World, messages, sweeping
from tests.jobs.people import Hands, People, metric
from tests.live.inside import happen
from tests.support.proxy import Cut, Proxy, commits

DEADLINE_SECONDS = 20
POSTGRESQL = [pytest.param("postgresql", marks=pytest.mark.services)]


@pytest.fixture
async def world(database: Database) -> World:
    world = World(database)
    await world.make_table()
    return world


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is tried again in the same order of times, but sooner."""
    monkeypatch.setattr(retries_module, "FIRST_REST_SECONDS", 0.01)


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await done():  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.01)


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


@pytest.mark.usefixtures("quick")
async def test_an_effect_that_fails_a_few_times_takes_effect_once_and_holds_up_its_user_alone(
    world: World, people: People
):
    users = [await people.join() for _ in range(6)]
    events = {user: await happen(people.log, user, 4) for user in users}
    bad = [events[users[2]][1], events[users[4]][0]]
    world.journal.fail(bad, TRIES - 1)
    await world.consumer.handle(messages([event for each in events.values() for event in each]))
    written = await world.written()
    assert {user for user in users if written[user] == [1, 2, 3, 4]} == set(users) - {users[2], users[4]}
    # What came before it is done, what comes after it waits.
    assert (written[users[2]], written[users[4]]) == ([1], [])
    async with sweeping(world.consumer):
        await until(lambda: all_written(world, users, 4))
    assert [world.journal.calls[event.event_id] for event in bad] == [TRIES, TRIES]
    assert await world.letters() == []
    assert set((await world.statuses()).values()) == {"done"}


async def all_written(world: World, users: list[UUID], count: int) -> bool:
    return await world.written() == {user: list(range(1, count + 1)) for user in users}


async def dead_count(world: World, count: int) -> bool:
    return len(world.bus.dead) == count and all(letter.published_at for letter in await world.letters())


@pytest.mark.usefixtures("quick")
async def test_an_effect_that_always_fails_becomes_a_dead_letter_and_those_after_it_go_on(
    world: World, people: People
):
    user = await people.join()
    events = await happen(people.log, user, 4)
    bad = [events[1], events[2]]
    world.journal.fail(bad, 1000, ValueError("x" * 1000))
    async with sweeping(world.consumer):
        await world.consumer.handle(messages(events))
        await until(lambda: dead_count(world, 2))
    assert await world.written() == {user: [1, 4]}
    assert world.bus.dead == messages(bad)
    for letter in await world.letters():
        assert (letter.attempts, letter.user_id, len(letter.error)) == (TRIES, user, 500)
        assert letter.error.startswith("ValueError: xxx")
    assert [world.journal.calls[event.event_id] for event in bad] == [TRIES, TRIES]
    statuses = await world.statuses()
    assert [statuses[event.event_id] for event in events] == ["done", "dead", "dead", "done"]
    assert metric("taskflow_dead_letters_waiting") == 2
    # And not again.
    await world.another().handle(messages(events))
    assert await world.written() == {user: [1, 4]}


async def test_an_effect_that_fails_for_everybody_costs_each_event_few_tries_and_the_handler_no_wait(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(retries_module, "FIRST_REST_SECONDS", 60.0)
    users = [await people.join() for _ in range(40)]
    sent = [event for user in users for event in await happen(people.log, user, 5)]
    world.journal.fail(sent, 1000)
    await world.consumer.handle(messages(sent))
    assert await world.written() == {}
    assert set(world.journal.calls.values()) == {1}
    assert len(world.journal.calls) == len(users)
    # While they rest, what comes for them costs nothing.
    await world.consumer.handle(messages(sent))
    assert world.journal.calls.total() == len(users)


async def test_a_row_that_the_database_refuses_is_the_effects_fault_and_not_an_outage(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch
):
    ana, ben = await people.join(), await people.join()
    bad = (await happen(people.log, ana))[0]
    good = (await happen(people.log, ben))[0]
    apply = world.journal.apply

    async def refused(session, event):  # type: ignore[no-untyped-def]
        await apply(session, event)
        if event == bad:
            session.add(UserStream(user_id=ana, epoch=1, cursor_key=b""))

    monkeypatch.setattr(world.journal, "apply", refused)
    async with asyncio.timeout(DEADLINE_SECONDS):
        await world.consumer.handle(messages([bad, good]))
    assert await world.written() == {ben: [1]}
    assert world.consumer._retries.rests(ana)


async def test_an_effect_that_hangs_is_given_up_in_time(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(effects_module, "EFFECT_TIMEOUT_SECONDS", 0.2)
    ana, ben = await people.join(), await people.join()
    bad = (await happen(people.log, ana))[0]
    good = (await happen(people.log, ben))[0]
    world.journal.hangs = lambda event: event == bad
    async with asyncio.timeout(DEADLINE_SECONDS):
        await world.consumer.handle(messages([bad, good]))
    assert await world.written() == {ben: [1]}


def test_what_failed_rests_longer_each_time_and_not_all_alike():
    now = 0.0
    event = Event(uuid4(), 7, uuid4(), "x", uuid4(), 1, "", (), {}, datetime.now(UTC))  # type: ignore[arg-type]
    rests: list[list[float]] = []
    for _ in range(20):
        retries = Retries(lambda: now)
        rests.append([])
        for _ in range(TRIES - 1):
            retries.failed(EffectFailed(event, ValueError()))
            rests[-1].append(retries.seconds())
            assert retries.rests(event.user_id)
        retries.failed(EffectFailed(event, ValueError()))
        assert (retries.rests(event.user_id), retries.due(), retries.seconds()) == (False, [event.user_id], 0)
    for number, expected in enumerate([0.2, 0.4, 0.8, 1.6]):
        seconds = [each[number] for each in rests]
        assert all(0.75 * expected <= each <= 1.25 * expected for each in seconds)
        assert len(set(seconds)) > 10


@pytest.mark.usefixtures("quick")
async def test_dead_letters_that_the_bus_does_not_take_are_put_there_later_and_nobody_waits(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dead_letters_module, "PUBLISH_TIMEOUT_SECONDS", 0.1)
    consumer = world.another(sweep_seconds=0.2)
    user = await people.join()

    async def left(count: int) -> bool:
        return world.bus.left >= count

    world.bus.refuses = True
    async with sweeping(consumer):
        await consumer.handle([Message("a", b"1"), Message("b", b"2")])
        await until(lambda: left(2))
        world.bus.refuses, world.bus.hangs = False, True
        await consumer.handle([Message("c", b"3")])
        before = world.bus.left
        await until(lambda: left(before + 2))
        async with asyncio.timeout(DEADLINE_SECONDS):
            await consumer.handle(messages(await happen(people.log, user)))
        assert await world.written() == {user: [1]}
        assert len(await world.letters()) == 3
        # Nothing but the sweep comes back to them.
        world.bus.hangs = False
        await until(lambda: dead_count(world, 3))
    assert Counter(message.body for message in world.bus.dead) == {b"1": 1, b"2": 1, b"3": 1}


@pytest.mark.parametrize("wiped", [True, False])
async def test_the_sweep_finds_what_no_message_told_of(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch, wiped: bool
):
    monkeypatch.setattr(consumer_module, "SWEEP_USERS", 2)
    users = [await people.join() for _ in range(5)]
    for user in users:
        events = await happen(people.log, user, 7)
        if not wiped:
            await world.consumer.handle(messages(events[:3]))
    async with sweeping(world.another(sweep_seconds=0.3)):
        await until(lambda: all_written(world, users, 7))


async def test_the_sweep_leaves_what_is_still_on_its_way_and_says_how_old_the_oldest_is(
    world: World, people: People, hands: Hands
):
    user = await people.join()
    await happen(people.log, user, 2)
    hands.go(seconds=9)
    await world.consumer.search()
    assert await world.written() == {}
    assert metric("taskflow_consumer_lag_seconds") == 0
    hands.go(seconds=3)
    await world.consumer.search()
    assert metric("taskflow_consumer_lag_seconds") == 12
    assert await world.written() == {user: [1, 2]}
    await world.consumer.search()
    assert metric("taskflow_consumer_lag_seconds") == 0


async def test_the_log_is_not_searched_again_when_the_sweep_wakes_for_something_else(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch
):
    searches = []
    consumer = world.another(sweep_seconds=3600)
    search = consumer.search

    async def counted() -> None:
        searches.append(1)
        await search()

    monkeypatch.setattr(consumer, "search", counted)
    async with sweeping(consumer):
        for number in range(5):
            await consumer.handle([Message("a", str(number).encode())])
            await until(lambda: dead_count(world, number + 1))  # noqa: B023
    assert len(searches) == 1


async def test_a_log_whose_beginning_is_no_longer_kept_goes_on_where_it_begins(world: World, people: People):
    user = await people.join()
    await happen(people.log, user, 600)
    async with world.database.transaction() as session:
        await session.execute(sa.delete(EventRow).where(col(EventRow.seq) <= 590))
        await session.execute(sa.update(UserStream).values(min_seq=591))
    await world.consumer.handle(messages(await happen(people.log, user)))
    assert await world.written() == {user: list(range(591, 602))}
    assert await world.positions() == {user: 601}


async def test_a_database_that_can_not_be_written_is_waited_for_and_nothing_dies_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(consumer_module, "OUTAGE_SECONDS", (0.02, 0.1))
    database = Database(Settings(data_dir=tmp_path).database)
    try:
        await migrate(database)
        world, people = World(database), People(database)
        await world.make_table()
        user = await people.join()
        events = await happen(people.log, user, 3)
        async with database.writer.connect() as connection:
            await connection.exec_driver_sql("PRAGMA query_only=1")
        handling = asyncio.create_task(world.consumer.handle([Message("a", b"1"), *messages(events)]))
        cancelled = asyncio.create_task(world.another().handle(messages(events)))
        await asyncio.sleep(0.5)
        assert not handling.done()
        cancelled.cancel()
        async with asyncio.timeout(1):
            await asyncio.gather(cancelled, return_exceptions=True)
        await database.writer.dispose()  # the next connection may write again
        async with asyncio.timeout(DEADLINE_SECONDS):
            await handling
        assert await world.written() == {user: [1, 2, 3]}
        assert [letter.body for letter in await world.letters()] == [b"1"]
    finally:
        await database.close()


@asynccontextmanager
async def proxied(database: Database) -> AsyncIterator[tuple[Proxy, Database]]:
    """A way to the database that can be closed and cut."""
    assert database.url.port is not None
    async with Proxy(database.url.port) as proxy:
        behind = Database(database.url.set(port=proxy.port))
        try:
            yield proxy, behind
        finally:
            await behind.close()


@pytest.mark.parametrize("database", POSTGRESQL, indirect=True)
async def test_postgresql_that_is_away_and_then_cut_off_again_and_again_loses_and_doubles_nothing(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(consumer_module, "OUTAGE_SECONDS", (0.02, 0.1))
    random_ = random.Random(3)
    users = [await people.join() for _ in range(5)]
    cuts: Counter[tuple[bool, Cut]] = Counter()

    def cut(chunk: bytes) -> Cut | None:
        """Commits more often than other requests: there nobody knows what became of them."""
        if random_.random() > (0.3 if commits(chunk) else 0.01):
            return None
        how = random_.choice(list(Cut))
        cuts[commits(chunk), how] += 1
        return how

    async with proxied(world.database) as (proxy, behind):
        consumer = world.another(behind)
        proxy.refuse()
        first = await happen(people.log, users[0])
        away = asyncio.create_task(consumer.handle(messages(first)))
        await asyncio.sleep(0.3)
        assert not away.done()
        await proxy.admit()
        proxy.on_request = cut
        async with asyncio.timeout(2 * DEADLINE_SECONDS):
            await away
            for _ in range(60):
                sent = [event for user in users for event in await happen(people.log, user)]
                await consumer.handle(messages(sent))
    print(f"cut off {cuts}")
    assert all(cuts[commit, how] > 1 for commit in (True, False) for how in Cut)
    assert await world.written() == {user: list(range(1, 61 + (user == users[0]))) for user in users}
    assert await world.letters() == []


async def test_notes_of_long_ago_are_purged_and_younger_ones_kept(
    world: World, people: People, hands: Hands, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(inbox_module, "PURGE_ENTRIES", 3)
    monkeypatch.setattr("jobs.timetable.PURGE_ENTRIES", 3)
    timetable = Timetable(world.database, people.log, DueJobs(world.database, people.log, 1))
    user = await people.join()
    old = await happen(people.log, user, 7)
    await world.consumer.handle(messages(old))
    hands.go(days=6)
    young = await happen(people.log, user, 2)
    await world.consumer.handle(messages(young))
    assert await timetable.purge_inbox() == 0
    hands.now += KEPT_INBOX - timedelta(days=6) + timedelta(seconds=1)
    assert await timetable.purge_inbox() == 7
    assert (await world.statuses()).keys() == {event.event_id for event in young}
    # What comes again after all is told by its position.
    await world.another().handle(messages(old))
    assert await world.written() == {user: list(range(1, 10))}
