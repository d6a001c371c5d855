"""Processes that have only the database and Redis in common: what one commits, the others show."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing

import pytest

from graphql_api.live import hub as hub_module
from graphql_api.live.stream import EventStream, open_stream
from jobs.broadcast import open_broadcast
from jobs.bus.memory_bus import MemoryBus
from jobs.bus.message import encode
from jobs.fanout import FanOut
from resolvers.database import Database
from resolvers.log.event_log import EVERYTHING
from resolvers.log.events import Event
from resolvers.viewer import Viewer
from tests.live.inside import DEADLINE_SECONDS, Live, happen, make_viewer, until
from tests.services.redis import Redis

pytestmark = pytest.mark.services
#: Within that, all is as it was after Redis came back.
BACK_SECONDS = 10


@pytest.fixture(autouse=True)
def _the_poll_alone_would_be_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 600.0)


@pytest.fixture
def redis() -> Iterator[Redis]:
    with Redis() as redis:
        yield redis


class Process(Live):
    """One of many behind one shared reader of the bus, which hands to Redis what it takes."""

    def __init__(self, database: Database, redis: Redis) -> None:
        broadcast = open_broadcast(redis.url)
        super().__init__(database, broadcast, degraded=lambda: broadcast.trouble is not None)
        self.bus = MemoryBus()
        self.fanout = FanOut(self.bus, broadcast)

    async def change(self, viewer: Viewer, count: int = 1) -> list[Event]:
        events = await happen(self.log, viewer.user_id, count)
        await self.bus.publish([encode(event) for event in events])
        return events


@asynccontextmanager
async def process(database: Database, redis: Redis) -> AsyncIterator[Process]:
    async with Process(database, redis) as process:
        await process.bus.start()
        running = [asyncio.create_task(work()) for work in (process.fanout.run, process.hub.poll_forever)]
        yield process
        for task in running:
            task.cancel()
        await process.bus.stop()


async def take(stream: EventStream, count: int) -> list[Event]:
    taken: list[Event] = []
    async with asyncio.timeout(DEADLINE_SECONDS):
        while len(taken) < count:
            taken += await stream.batch()
    return taken


async def test_a_change_through_one_process_reaches_a_stream_of_the_other(database: Database, redis: Redis):
    viewer = await make_viewer(database)
    other_database = Database(database.url)
    async with process(database, redis) as one, process(other_database, redis) as other:
        with (
            closing(await open_stream(one.hub, viewer, None, EVERYTHING)) as ones,
            closing(await open_stream(other.hub, viewer, None, EVERYTHING)) as others,
        ):
            for writer in (one, other, one):
                written = await writer.change(viewer, 20)
                assert await take(others, 20) == written
                assert await take(ones, 20) == written
    await other_database.close()


async def test_what_redis_lost_is_shown_while_it_is_away_and_all_are_live_again_soon_after(
    database: Database, redis: Redis
):
    viewer, latecomer = await make_viewer(database), await make_viewer(database)
    other_database = Database(database.url)
    async with process(database, redis) as one, process(other_database, redis) as other:
        with closing(await open_stream(other.hub, viewer, None, EVERYTHING)) as old:
            redis.kill()
            await until(lambda: other.broadcast.trouble)
            written = await one.change(viewer, 3)
            assert await take(old, 3) == written
            with closing(await open_stream(other.hub, latecomer, None, EVERYTHING)) as new:
                redis.start()
                async with asyncio.timeout(BACK_SECONDS):
                    await until(lambda: not one.broadcast.trouble and not other.broadcast.trouble)
                for stream, whose in ((old, viewer), (new, latecomer)):
                    written = await one.change(whose, 3)
                    assert await take(stream, 3) == written
    await other_database.close()


async def test_what_was_lost_without_anybody_noticing_is_found_when_redis_is_back(
    database: Database, redis: Redis, monkeypatch: pytest.MonkeyPatch
):
    # Even where nobody polls while it is away.
    monkeypatch.setattr(hub_module, "DEGRADED_POLL_SECONDS", 600.0)
    viewer = await make_viewer(database)
    async with process(database, redis) as process_:
        with closing(await open_stream(process_.hub, viewer, None, EVERYTHING)) as stream:
            redis.kill()
            await until(lambda: process_.broadcast.trouble)
            written = await happen(process_.elsewhere, viewer.user_id, 3)
            redis.start()
            async with asyncio.timeout(BACK_SECONDS):
                assert await take(stream, 3) == written
