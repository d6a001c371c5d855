"""What one subscription is given, whatever is lost, doubled or late on the way to it."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing

import pytest
import sqlalchemy as sa
from broadcaster._backends.memory import MemoryBackend
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.testing import capture_logs

from graphql_api.live import hub as hub_module
from graphql_api.live import stream as stream_module
from graphql_api.live.stream import EventStream, open_stream
from jobs.broadcast import BoundedBroadcast, bounded
from jobs.bus.message import encode
from resolvers.database import Database
from resolvers.errors import CursorExpired
from resolvers.log.event_log import EVERYTHING, EventFilter, read_position
from resolvers.log.events import Event, EventType
from resolvers.tables import UserStream
from tests.live.inside import DEADLINE_SECONDS, Live, happen, make_viewer, until


@pytest.fixture
async def live(database: Database) -> AsyncIterator[Live]:
    async with Live(database) as live:
        yield live


class Polled(Live):
    """`degraded` is what its hub is told."""

    def __init__(self, database: Database) -> None:
        self.degraded = False
        super().__init__(database, degraded=lambda: self.degraded)

    async def hears_nothing(self, stream: EventStream) -> bool:
        hearing = asyncio.create_task(stream.batch())
        await asyncio.wait([hearing], timeout=0.3)
        hearing.cancel()
        return not hearing.done()


async def take(stream: EventStream, count: int) -> list[Event]:
    """At least so many events."""
    taken: list[Event] = []
    async with asyncio.timeout(DEADLINE_SECONDS):
        while len(taken) < count:
            taken += await stream.batch()
    return taken


async def replace_log(database: Database) -> None:
    """As a restore from a backup does."""
    async with database.transaction() as session:
        await session.execute(sa.update(UserStream).values(epoch=col(UserStream.epoch) + 1))


class Interrupted(Database):
    """Something happens right before, or right after, what is read next."""

    before: Callable[[], Awaitable[object]] | None = None
    after: Callable[[], Awaitable[object]] | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        before, self.before = self.before, None
        if before is not None:
            await before()
        async with super().read() as session:
            yield session
        after, self.after = self.after, None
        if after is not None:
            await after()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("where", ["here", "elsewhere"])
async def test_what_is_committed_while_a_subscription_begins_comes_once(
    database: Database, moment: str, where: str
):
    interrupted = Interrupted(database.url)
    async with Live(interrupted) as live:
        viewer = await make_viewer(database)
        stream_before = await open_stream(live.hub, viewer, None, EVERYTHING)
        cursor = stream_before.position.cursor(0)
        stream_before.close()
        log = live.log if where == "here" else live.elsewhere
        setattr(interrupted, moment, lambda: happen(log, viewer.user_id))
        with closing(await open_stream(live.hub, viewer, cursor, EVERYTHING)) as stream:
            if (moment, where) == ("after", "elsewhere"):
                await live.hub.poll()
            assert [event.seq for event in await take(stream, 1)] == [1]
            await happen(live.log, viewer.user_id)
            assert [event.seq for event in await take(stream, 1)] == [2]
    await interrupted.close()


async def test_each_event_arrives_by_the_poll_where_every_message_is_lost_and_another_process_wrote(
    live: Live,
):
    viewer, other = await make_viewer(live.database), await make_viewer(live.database)
    with (
        closing(await open_stream(live.hub, viewer, None, EVERYTHING)) as stream,
        closing(await open_stream(live.hub, other, None, EVERYTHING)) as others,
    ):
        waiting = asyncio.create_task(others.batch())
        for round_ in range(5):
            written = await happen(live.elsewhere, viewer.user_id, 3)
            await live.hub.poll()
            assert await take(stream, 3) == written
            assert stream.seq == 3 * (round_ + 1)
        assert not waiting.done()
        waiting.cancel()


@pytest.mark.parametrize("seed", range(5))
async def test_messages_in_any_order_and_number_give_every_event_once_and_in_order(live: Live, seed: int):
    random_ = random.Random(seed)
    viewer = await make_viewer(live.database)
    with closing(await open_stream(live.hub, viewer, None, EVERYTHING)) as stream:
        taken: list[Event] = []
        written: list[Event] = []
        for _ in range(4):
            more = await happen(live.elsewhere, viewer.user_id, 50)
            written += more
            messages = [encode(event) for event in more * 3]
            random_.shuffle(messages)
            for message in messages:
                if random_.random() < 0.8:
                    await live.broadcast.publish(channel=message.key, message=message.body.decode())
                if random_.random() < 0.1 and not stream.at_newest:
                    taken += await stream.batch()
                await asyncio.sleep(0)  # lets the feed hear some of it
            await live.hub.poll()
            taken += await take(stream, len(written) - len(taken))
        assert taken == written
        assert [event.seq for event in taken] == list(range(1, 201))


async def test_what_comes_late_does_not_take_a_feed_back(live: Live):
    viewer = await make_viewer(live.database)
    with (
        closing(await open_stream(live.hub, viewer, None, EVERYTHING)),
        live.hub.hold(viewer.user_id) as feed,
    ):
        written = await happen(live.log, viewer.user_id, 3)
        for event in reversed(written):
            feed.offer(event)
        feed.reaches(1)
        assert feed.seq == 3
        assert feed.after(0) == written
        assert feed.after(3) == []


async def test_a_message_that_can_not_be_read_costs_nothing(live: Live):
    viewer = await make_viewer(live.database)
    with closing(await open_stream(live.hub, viewer, None, EVERYTHING)) as stream:
        await live.broadcast.publish(channel=str(viewer.user_id), message="{}")
        [event] = await happen(live.elsewhere, viewer.user_id)
        await live.broadcast.publish(channel=str(viewer.user_id), message=encode(event).body.decode())
        assert await take(stream, 1) == [event]


async def test_a_filtered_subscription_moves_on_over_what_it_leaves_out(live: Live):
    viewer = await make_viewer(live.database)
    wanted = EventFilter(types=frozenset({EventType.TASK_COMPLETED}))
    with closing(await open_stream(live.hub, viewer, None, wanted)) as stream:
        # Close behind: from the feed. Far behind: from the log.
        for left_out in (3, 150):
            await happen(live.log, viewer.user_id, left_out)
            assert await stream.batch() == []
        assert stream.seq == 153
        completed = await happen(live.log, viewer.user_id, 1, EventType.TASK_COMPLETED)
        assert await stream.batch() == completed


async def test_a_replaced_log_ends_open_subscriptions_at_the_poll_and_refuses_their_cursors(live: Live):
    viewer = await make_viewer(live.database)
    with closing(await open_stream(live.hub, viewer, None, EVERYTHING)) as stream:
        cursor = stream.position.cursor(0)
        waiting = asyncio.create_task(take(stream, 1))
        await replace_log(live.database)
        await live.hub.poll()
        with pytest.raises(CursorExpired):
            await waiting
        with pytest.raises(CursorExpired):
            await open_stream(live.hub, viewer, cursor, EVERYTHING)


async def test_who_comes_after_a_log_was_replaced_does_not_suffer_from_who_has_not_left_yet(live: Live):
    viewer = await make_viewer(live.database)
    with closing(await open_stream(live.hub, viewer, None, EVERYTHING)) as old:
        await replace_log(live.database)
        async with asyncio.timeout(DEADLINE_SECONDS):
            again = await open_stream(live.hub, viewer, None, EVERYTHING)
        with closing(again) as new:
            written = await happen(live.log, viewer.user_id)
            assert await take(new, 1) == written
            with pytest.raises(CursorExpired):
                await take(old, 1)
            # Nor does one that goes on with the old log, such as a slow client's.
            older = EventStream(live.hub, old.position, 0, EVERYTHING)
            with closing(older), pytest.raises(CursorExpired):
                await take(older, 1)
            written = await happen(live.log, viewer.user_id)
            assert await take(new, 1) == written
        await live.hub.poll()


async def test_nothing_is_kept_of_a_user_whom_nobody_follows(live: Live):
    viewer = await make_viewer(live.database)
    before = asyncio.all_tasks()
    for _ in range(3):
        with closing(await open_stream(live.hub, viewer, None, EVERYTHING)):
            assert len(live.hub._entries) == 1
    await replace_log(live.database)
    with closing(await open_stream(live.hub, viewer, None, EVERYTHING)):
        pass
    assert live.hub._entries == {}
    await until(lambda: asyncio.all_tasks() <= before)
    assert live.broadcast._subscribers == {}


class Stumbling(MemoryBackend):
    """Fails, or hangs, as often as it is told to when somebody subscribes."""

    def __init__(self) -> None:
        super().__init__("memory://")
        self.failures = 0
        self.hangs = False
        self.subscriptions = 0

    async def subscribe(self, channel: str) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.failures > 0:
            self.failures -= 1
            raise ConnectionError("on purpose")
        await super().subscribe(channel)
        self.subscriptions += 1


async def test_a_feed_survives_that_broadcaster_fails(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hub_module, "RETRY_SECONDS", 0.01)
    backend = Stumbling()
    backend.failures = 2
    async with Live(database, BoundedBroadcast(backend=backend)) as live:
        viewer = await make_viewer(database)
        with closing(await open_stream(live.hub, viewer, None, EVERYTHING)) as stream:

            async def heard() -> None:
                [event] = await happen(live.elsewhere, viewer.user_id)
                await live.broadcast.publish(channel=str(viewer.user_id), message=encode(event).body.decode())
                assert await take(stream, 1) == [event]

            await until(lambda: backend.subscriptions == 1)
            await heard()


async def test_the_end_of_broadcaster_is_the_end_of_listening_and_no_failure(database: Database):
    before = asyncio.all_tasks()
    with capture_logs() as logs:
        async with Live(database) as live:
            viewer = await make_viewer(database)
            stream = await open_stream(live.hub, viewer, None, EVERYTHING)
        await until(lambda: asyncio.all_tasks() <= before)
        stream.close()
    assert [entry for entry in logs if entry["log_level"] != "info"] == []


@pytest.fixture
async def polled(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Polled]:
    """Nothing comes from the bus, and the poll is far away unless something makes it come sooner."""
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 600.0)
    monkeypatch.setattr(hub_module, "DEGRADED_POLL_SECONDS", 0.1)
    async with Polled(database) as polled:
        polling = asyncio.create_task(polled.hub.poll_forever())
        yield polled
        polling.cancel()


async def test_what_is_known_to_be_wrong_makes_the_poll_frequent_at_once(polled: Polled):
    viewer = await make_viewer(polled.database)
    with closing(await open_stream(polled.hub, viewer, None, EVERYTHING)) as stream:
        for _ in range(3):
            written = await happen(polled.elsewhere, viewer.user_id)
            assert await polled.hears_nothing(stream)
            polled.degraded = True
            assert await take(stream, 1) == written
            more = await happen(polled.elsewhere, viewer.user_id)
            assert await take(stream, 1) == more
            polled.degraded = False


async def test_after_a_gap_the_log_is_asked_at_once(polled: Polled):
    viewer = await make_viewer(polled.database)
    with closing(await open_stream(polled.hub, viewer, None, EVERYTHING)) as stream:
        written = await happen(polled.elsewhere, viewer.user_id)
        assert await polled.hears_nothing(stream)
        polled.broadcast._tell_of_gap()
        assert await take(stream, 1) == written


async def test_a_feed_that_could_not_keep_up_with_the_bus_asks_the_log(
    polled: Polled, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bounded, "HELD_EVENTS", 3)
    viewer = await make_viewer(polled.database)
    with closing(await open_stream(polled.hub, viewer, None, EVERYTHING)) as stream:
        written = await happen(polled.log, viewer.user_id, 3)
        assert await take(stream, 3) == written
        newest = await happen(polled.elsewhere, viewer.user_id)
        # It makes room for what was known long ago.
        await polled.broadcast.publish_all(
            [(message.key, message.body.decode()) for message in map(encode, newest + written)]
        )
        assert await take(stream, 1) == newest


async def test_a_subscription_begins_also_where_broadcaster_hangs(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stream_module, "READY_SECONDS", 0.05)
    backend = Stumbling()
    backend.hangs = True
    async with Live(database, BoundedBroadcast(backend=backend)) as live:
        viewer = await make_viewer(database)
        async with asyncio.timeout(DEADLINE_SECONDS):
            stream = await open_stream(live.hub, viewer, None, EVERYTHING)
        with closing(stream):
            written = await happen(live.log, viewer.user_id)
            assert await take(stream, 1) == written
            written = await happen(live.elsewhere, viewer.user_id)
            await live.hub.poll()
            assert await take(stream, 1) == written


async def test_a_subscription_outlives_a_database_that_is_away_for_a_while(
    live: Live, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stream_module, "RETRY_SECONDS", 0.01)
    viewer = await make_viewer(live.database)
    with closing(await open_stream(live.hub, viewer, None, EVERYTHING)) as stream:
        # More than the feed keeps, so that it has to be read.
        written = await happen(live.log, viewer.user_id, 70)
        held = [await live.database.reader.connect() for _ in range(live.database.reader.pool.size())]
        monkeypatch.setattr(live.database.reader.pool, "_timeout", 0.05)
        waiting = asyncio.create_task(take(stream, 70))
        await asyncio.wait([waiting], timeout=0.3)
        assert not waiting.done()
        for connection in held:
            await connection.close()
        assert await waiting == written


async def test_an_idle_subscription_reads_nothing(live: Live):
    viewer = await make_viewer(live.database)
    with closing(await open_stream(live.hub, viewer, None, EVERYTHING)) as stream:
        waiting = asyncio.create_task(stream.batch())
        await live.hub.poll()
        await live.hub.poll()
        assert not waiting.done()
        assert live.database.reader.pool.checkedout() == 0
        waiting.cancel()
    async with live.database.read() as session:
        position = await read_position(session, viewer.user_id)
    assert position is not None
    assert position.last_seq == 0
