"""What no message told of is found, and what the database does not take is waited for."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from graphql_api.migrate import migrate
from graphql_api.settings import Settings
from jobs import consumer as consumer_module
from jobs.bus import Message
from jobs.due import DueJobs
from jobs.timetable import KEPT_INBOX, Timetable
from resolvers.database import Database
from resolvers.log import inbox as inbox_module
from resolvers.tables import EventRow, UserStream
from tests.jobs.journal import (
    DEADLINE_SECONDS,
    World,
    all_written,
    dead_count,
    messages,
    sweeping,
    until,
)
from tests.jobs.people import Hands, People, metric
from tests.live.inside import happen
from tests.support.proxy import Cut, Proxy, commits

POSTGRESQL = [pytest.param("postgresql", marks=pytest.mark.services)]


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
