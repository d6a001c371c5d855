"""From the log to the bus: at once where it answers, later and in order where it does not, and nothing lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from graphql_api.migrate import migrate
from graphql_api.settings import Settings
from jobs import relay as relay_module
from jobs import set_aside as set_aside_module
from jobs.bus import Message
from jobs.bus.memory_bus import MemoryBus
from jobs.bus.message import decode
from jobs.relay import SWEEP_AFTER_SECONDS, SWEEP_EVENTS, Relay
from jobs.set_aside import TRIES
from resolvers.database import Database
from resolvers.log.events import Event
from resolvers.log.transaction import Log
from resolvers.tables import EventRow
from tests.live.inside import happen, make_viewer, process, until
from tests.support.client import Api


class TestBus(MemoryBus):
    """The memory bus, which can also hang, or refuse what it is told to."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Event] = []
        self.batches: list[int] = []
        self.hangs = False
        self.refuses: Callable[[Message], bool] = lambda _: False
        self.listen(lambda message: self.heard.append(decode(message.body)))

    async def publish(self, messages: Sequence[Message]) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if any(self.refuses(message) for message in messages):
            raise ValueError("on purpose")
        self.batches.append(len(messages))
        await super().publish(messages)

    def of(self, user_id: UUID) -> list[int]:
        return [event.seq for event in self.heard if event.user_id == user_id]


class World:
    """A process with a relay, and another on the same database that dies before it publishes."""

    def __init__(self, database: Database) -> None:
        self.now = datetime.now(UTC)
        self.database = Database(database.url, clock=lambda: self.now)
        self.bus = TestBus()
        self.relay = Relay(self.database, self.bus)
        self.log = Log(self.database)
        self.log.on_commit.append(self.relay.on_commit)
        self.dying = Log(self.database)

    def later(self) -> None:
        """Everything recorded so far becomes old enough to be swept."""
        self.now += timedelta(seconds=SWEEP_AFTER_SECONDS + 0.001)

    async def unpublished(self) -> int:
        async with self.database.read() as session:
            found = await session.execute(
                sa.select(sa.func.count()).where(col(EventRow.published_at).is_(None))
            )
            return found.scalar_one()


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    world = World(database)
    await world.bus.start()
    yield world
    await world.bus.stop()
    await world.database.close()


@asynccontextmanager
async def running(*work: Callable[[], object]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(each()) for each in work]  # type: ignore[arg-type]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_this_process_commits_is_published_at_once_and_noted(world: World):
    viewer = await make_viewer(world.database)
    async with running(world.relay.publish_fresh, world.relay.note_published):
        written = []
        for _ in range(5):
            written += await happen(world.log, viewer.user_id, 2)
        await until(lambda: len(world.bus.heard) == 10)
        assert world.bus.heard == written
        async with asyncio.timeout(20):
            while await world.unpublished():
                pass
    world.later()
    assert await world.relay.sweep_batch() == 0
    assert len(world.bus.heard) == 10


async def test_while_the_bus_refuses_writes_go_on_and_then_the_backlog_goes_out_in_order(world: World):
    ana, ben = await make_viewer(world.database), await make_viewer(world.database)
    await world.bus.stop()
    async with running(world.relay.publish_fresh):
        for _ in range(20):
            await happen(world.log, ana.user_id, 2)
            await happen(world.log, ben.user_id)
            world.now += timedelta(milliseconds=1)
        await until(lambda: not world.relay.bus_answers)
        world.later()
        assert await world.relay.sweep_batch() == 0
        assert not world.relay.bus_answers
        await world.bus.start()
        assert await world.relay.sweep_batch() == 60
        assert world.relay.bus_answers
        assert await world.unpublished() == 0
        assert world.bus.of(ana.user_id) == list(range(1, 41))
        assert world.bus.of(ben.user_id) == list(range(1, 21))
        # And from here on at once again.
        await happen(world.log, ana.user_id)
        await until(lambda: world.bus.of(ana.user_id)[-1] == 41)


async def test_the_health_check_names_the_bus_while_it_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(relay_module, "SWEEP_EVERY_SECONDS", 0.02)
    monkeypatch.setattr(relay_module, "SWEEP_AFTER_SECONDS", 0.05)
    async with process(tmp_path) as inside, Api(inside.url) as ana:
        await ana.sign_up()

        async def expect_degraded(expected: list[str]) -> None:
            async with asyncio.timeout(20):
                while (answer := await ana.http.get("/readyz")).json()["degraded"] != expected:
                    pass
            assert (answer.status_code, answer.json()["status"]) == (200, "ok")

        await expect_degraded([])
        await inside.parts.bus.stop()
        payload = await ana.mutate("createTask", "errors { code }", title="while it is away")
        assert payload["errors"] == []
        await expect_degraded(["memory"])
        await inside.parts.bus.start()
        await expect_degraded([])


async def test_what_a_process_left_that_died_after_its_commit_is_swept_up_once_and_not_too_soon(world: World):
    viewer = await make_viewer(world.database)
    written = await happen(world.dying, viewer.user_id, 3)
    assert await world.relay.sweep_batch() == 0
    world.later()
    assert await world.relay.sweep_batch() == 3
    assert await world.relay.sweep_batch() == 0
    assert world.bus.heard == written


async def test_a_bus_that_hangs_holds_up_the_relay_for_a_bounded_time(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(relay_module, "PUBLISH_TIMEOUT_SECONDS", 0.05)
    viewer = await make_viewer(world.database)
    world.bus.hangs = True
    async with running(world.relay.publish_fresh):
        await happen(world.log, viewer.user_id)
        await until(lambda: not world.relay.bus_answers)
        await happen(world.log, viewer.user_id)
        world.later()
        assert await world.relay.sweep_batch() == 0
        world.bus.hangs = False
        assert await world.relay.sweep_batch() == 2
    assert world.bus.of(viewer.user_id) == [1, 2]


async def test_a_stop_publishes_and_notes_what_is_held_and_does_not_wait_for_a_bus_that_hangs(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    viewer = await make_viewer(world.database)
    written = await happen(world.log, viewer.user_id, 3)
    await world.relay.flush()
    assert world.bus.heard == written
    assert await world.unpublished() == 0
    monkeypatch.setattr(relay_module, "FLUSH_SECONDS", 0.05)
    await happen(world.log, viewer.user_id)
    world.bus.hangs = True
    async with asyncio.timeout(relay_module.PUBLISH_TIMEOUT_SECONDS - 1):
        await world.relay.flush()
    assert await world.unpublished() == 1


async def test_a_large_backlog_goes_out_in_bounded_batches(world: World):
    viewer = await make_viewer(world.database)
    await happen(world.log, viewer.user_id, 2 * SWEEP_EVENTS + 1)
    await world.relay.flush()
    assert world.bus.batches == [SWEEP_EVENTS, SWEEP_EVENTS, 1]
    assert world.bus.of(viewer.user_id) == list(range(1, 2 * SWEEP_EVENTS + 2))


async def spoil(world: World, events: Sequence[Event]) -> None:
    """Make the rows what no release writes."""
    async with world.database.transaction() as session:
        await session.execute(
            sa.update(EventRow)
            .where(col(EventRow.event_id).in_([event.event_id for event in events]))
            .values(changed=[7])
        )


async def test_an_event_that_can_not_be_written_down_does_not_keep_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(relay_module, "SWEEP_EVENTS", 3)
    viewer, other = await make_viewer(world.database), await make_viewer(world.database)
    await spoil(world, await happen(world.dying, viewer.user_id, 5))
    world.now += timedelta(milliseconds=1)
    await happen(world.dying, viewer.user_id, 2)
    await happen(world.dying, other.user_id, 2)
    world.later()
    # More than a batch of them stands before the others.
    for _ in range(4 * TRIES):
        await world.relay.sweep_batch()
    assert world.bus.of(viewer.user_id) == [6, 7]
    assert world.bus.of(other.user_id) == [1, 2]
    # They stay in the log as what they are, for a release that can.
    assert await world.unpublished() == 5
    set_aside = set_aside_module.set_aside_total._value.get()
    await world.relay.sweep_batch()
    assert set_aside_module.set_aside_total._value.get() == set_aside >= 5


async def test_a_message_that_the_bus_does_not_take_does_not_keep_the_others(world: World):
    viewer = await make_viewer(world.database)
    written = await happen(world.log, viewer.user_id, 50)
    poison = {str(written[number].event_id).encode() for number in (7, 8, 31)}
    world.bus.refuses = lambda message: any(id_ in message.body for id_ in poison)
    await world.relay.flush()
    taken = [event.seq for event in written if str(event.event_id).encode() not in poison]
    assert world.bus.of(viewer.user_id) == taken
    assert world.relay.bus_answers
    assert await world.unpublished() == 3
    # It was the bus: now it can.
    world.bus.refuses = lambda _: False
    world.later()
    assert await world.relay.sweep_batch() == 3
    assert sorted(world.bus.of(viewer.user_id)) == list(range(1, 51))


async def test_a_bus_that_another_process_got_through_to_is_tried_again(world: World):
    viewer = await make_viewer(world.database)
    await world.bus.stop()
    await happen(world.log, viewer.user_id)
    await world.relay.flush()
    # What is too young to be swept does wait.
    await world.relay.sweep_batch()
    assert not world.relay.bus_answers
    world.later()
    other_bus = TestBus()
    await other_bus.start()
    other = Relay(world.database, other_bus)
    assert await other.sweep_batch() == 1
    await world.relay.sweep_batch()
    assert world.relay.bus_answers


async def test_a_log_that_can_not_be_written_to_is_not_published_again_and_again(tmp_path: Path):
    database = Database(Settings(data_dir=tmp_path).database)
    await migrate(database)
    world = World(database)
    await database.close()
    await world.bus.start()
    viewer = await make_viewer(world.database)
    await happen(world.dying, viewer.user_id, 3)
    world.later()

    async with world.database.writer.connect() as connection:
        await connection.exec_driver_sql("PRAGMA query_only=1")
    for _ in range(5):
        assert await world.relay.sweep_batch() == 0
    assert world.bus.of(viewer.user_id) == [1, 2, 3]
    await world.database.writer.dispose()  # the next connection may write again
    await world.relay.sweep_batch()
    assert await world.unpublished() == 0
    assert world.bus.of(viewer.user_id) == [1, 2, 3]
    await world.database.close()
