"""From the log to the bus: at once where it answers, later and in order where it does not, and nothing lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY
from sqlmodel import col

from graphql_api.migrate import migrate
from graphql_api.settings import Settings
from jobs import publishing as publishing_module
from jobs import relay as relay_module
from jobs import set_aside as set_aside_module
from jobs.bus import BusUnavailable, Message
from jobs.bus.memory_bus import MemoryBus
from jobs.bus.message import decode
from jobs.lease import Lease
from jobs.relay import SWEEP_AFTER_SECONDS, SWEEP_EVENTS, Relay
from jobs.set_aside import TRIES
from resolvers.database import Database
from resolvers.log.events import Event
from resolvers.log.transaction import Log
from resolvers.tables import EventRow
from tests.live.inside import happen, make_viewer, process, until
from tests.support.client import Api

LEASE_SECONDS = 15.0


class TestBus(MemoryBus):
    """The memory bus, which can also hang, refuse what it is told to, or go away after so many messages."""

    __test__ = False
    trouble: str | None = None  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Event] = []
        self.batches: list[int] = []
        self.hangs = False
        self.hanging = asyncio.Event()
        self.woken = asyncio.Event()
        self.refuses: Callable[[Message], bool] = lambda _: False
        self.takes: int | None = None
        self.listen(lambda message: self.heard.append(decode(message.body)))

    async def publish(self, messages: Sequence[Message]) -> None:
        if self.hangs:
            self.hanging.set()
            await self.woken.wait()
        if any(self.refuses(message) for message in messages):
            raise ValueError("on purpose")
        self.batches.append(len(messages))
        await super().publish(messages[: self.takes])
        if self.takes is not None and len(messages) > self.takes:
            raise BusUnavailable("away")

    def of(self, user_id: UUID) -> list[int]:
        return [event.seq for event in self.heard if event.user_id == user_id]


class Process:
    """A relay with a bus, and the lease, which it has not taken yet."""

    def __init__(self, world: "World") -> None:
        self.bus = TestBus()
        self.lease = Lease(world.database, "sweep", LEASE_SECONDS, clock=world.seconds)
        self.relay = Relay(world.database, self.bus, self.lease)
        self.log = Log(world.database)
        self.log.on_commit.append(self.relay.on_commit)


class World(Process):
    """The process that sweeps, and another on the same database that dies before it publishes."""

    def __init__(self, database: Database) -> None:
        self.now = datetime.now(UTC)
        self.database = Database(database.url, clock=lambda: self.now)
        self.dying = Log(self.database)
        super().__init__(self)

    def seconds(self) -> float:
        return self.now.timestamp()

    async def start(self) -> None:
        await self.bus.start()
        await self.lease.renew()

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
    await world.start()
    yield world
    await world.bus.stop()
    await world.database.close()


@asynccontextmanager
async def another(world: World) -> AsyncIterator[Process]:
    """One more process on the same database."""
    process = Process(world)
    await process.bus.start()
    yield process
    await process.bus.stop()


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
    monkeypatch.setattr(publishing_module, "PUBLISH_TIMEOUT_SECONDS", 0.05)
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
    async with asyncio.timeout(publishing_module.PUBLISH_TIMEOUT_SECONDS - 1):
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
    assert len(world.relay._publisher.set_aside) == 0


async def test_a_bus_that_another_process_got_through_to_is_tried_again(world: World):
    viewer = await make_viewer(world.database)
    await world.bus.stop()
    await happen(world.log, viewer.user_id)
    await world.relay.flush()
    # What is too young to be swept does wait.
    await world.relay.look_again()
    assert not world.relay.bus_answers
    world.later()
    await world.lease.release()
    async with another(world) as other:
        await other.lease.renew()
        assert await other.relay.sweep_batch() == 1
    # Something always waits where much happens: what came since does not count.
    await happen(world.dying, viewer.user_id)
    await world.relay.look_again()
    assert world.relay.bus_answers


async def test_a_log_that_can_not_be_written_to_is_not_published_again_and_again(tmp_path: Path):
    database = Database(Settings(data_dir=tmp_path).database)
    await migrate(database)
    world = World(database)
    await database.close()
    await world.start()
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


async def test_of_two_processes_the_holder_of_the_lease_sweeps_and_both_publish_their_own(world: World):
    viewer = await make_viewer(world.database)
    async with another(world) as other, running(other.relay.publish_fresh):
        await other.lease.renew()
        written = await happen(world.dying, viewer.user_id, 3)
        world.later()
        assert await other.relay.sweep_batch() == 0
        assert await world.relay.sweep_batch() == 3
        assert (world.bus.heard, other.bus.heard) == (written, [])
        own = await happen(other.log, viewer.user_id)
        await until(lambda: other.bus.heard)
        assert (world.bus.heard, other.bus.heard) == (written, own)


async def test_what_one_process_could_not_publish_another_sweeps_and_the_next_goes_directly(world: World):
    viewer = await make_viewer(world.database)
    async with another(world) as other, running(other.relay.publish_fresh):
        other.bus.takes = 0
        other.bus.trouble = "the broker does not answer"
        await happen(other.log, viewer.user_id)
        await until(lambda: not other.relay.bus_answers)
        # It does not even try, while the bus is known to be away.
        await happen(other.log, viewer.user_id)
        assert other.bus.batches == [1]
        world.later()
        assert await other.relay.sweep_batch() == 0
        assert await world.relay.sweep_batch() == 2
        other.bus.takes = other.bus.trouble = None
        await happen(other.log, viewer.user_id)
        await until(lambda: other.bus.of(viewer.user_id) == [3])
        assert other.relay.bus_answers
    assert world.bus.of(viewer.user_id) == [1, 2]


async def test_who_was_paused_while_publishing_can_not_note_it_once_another_has_taken_over(world: World):
    viewer = await make_viewer(world.database)
    await happen(world.dying, viewer.user_id, 3)
    world.later()
    async with another(world) as other:
        world.bus.hangs = True  # as it looks from within: nothing goes on, and time passes
        sweeping = asyncio.create_task(world.relay.sweep_batch())
        await world.bus.hanging.wait()
        world.now += timedelta(seconds=LEASE_SECONDS - 2)
        await other.lease.renew()
        assert await other.relay.sweep_batch() == 0
        world.now += timedelta(seconds=2)
        await other.lease.renew()
        other.bus.takes = 1
        assert await other.relay.sweep_batch() == 0
        # It wakes: the broker has its messages now, and the log is not told so by it.
        world.bus.woken.set()
        assert await sweeping == 0
        assert world.bus.of(viewer.user_id) == [1, 2, 3]
        assert await world.unpublished() == 3
        assert await world.relay.sweep_batch() == 0
        other.bus.takes = None
        assert await other.relay.sweep_batch() == 3
        assert await world.unpublished() == 0


async def test_a_broker_that_takes_part_of_a_batch_gets_it_once_more_and_nothing_is_lost(world: World):
    viewer = await make_viewer(world.database)
    await happen(world.dying, viewer.user_id, 5)
    world.later()
    world.bus.takes = 3
    assert await world.relay.sweep_batch() == 0
    assert not world.relay.bus_answers
    # What nobody confirmed is not noted.
    assert await world.unpublished() == 5
    world.bus.takes = None
    assert await world.relay.sweep_batch() == 5
    assert world.bus.of(viewer.user_id) == [1, 2, 3, 1, 2, 3, 4, 5]


async def test_while_the_bus_is_away_for_long_memory_is_bounded_and_then_all_goes_out_in_order(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(relay_module, "SWEEP_EVENTS", 10)
    monkeypatch.setattr(relay_module, "HELD_EVENTS", 20)
    users = [(await make_viewer(world.database)).user_id for _ in range(3)]
    async with another(world) as process, running(process.relay.publish_fresh):
        # It hangs, and nothing tells so.
        process.bus.hangs = True
        await happen(process.log, users[0])
        await process.bus.hanging.wait()
        for _ in range(20):
            for user_id in users:
                await happen(process.log, user_id, 2)
                world.now += timedelta(milliseconds=1)
        assert REGISTRY.get_sample_value("taskflow_relay_held_events") == 20
        world.later()
        swept = 0
        while batch := await world.relay.sweep_batch():
            assert REGISTRY.get_sample_value("taskflow_relay_backlog_events") == 121 - swept
            swept += batch
    assert swept == 121
    assert set(world.bus.batches) == {10, 1}
    assert [world.bus.of(user_id) for user_id in users] == [
        list(range(1, 42)),
        list(range(1, 41)),
        list(range(1, 41)),
    ]
    # The oldest go first, whosever they are.
    times = [event.created_at for event in world.bus.heard]
    assert [max(times[:60]) <= time for time in times[60:]] == [True] * 61


async def test_the_metrics_tell_how_much_waits_and_since_when_by_who_sweeps(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    def metrics() -> tuple[float | None, float | None]:
        events = REGISTRY.get_sample_value("taskflow_relay_backlog_events")
        return events, REGISTRY.get_sample_value("taskflow_relay_oldest_seconds")

    monkeypatch.setattr(relay_module, "COUNTED_EVENTS", 4)
    viewer = await make_viewer(world.database)
    world.bus.takes = 0
    await happen(world.dying, viewer.user_id)
    await world.relay.sweep_batch()
    assert metrics() == (0, 0)  # it is on its way
    world.now += timedelta(seconds=7)
    await happen(world.dying, viewer.user_id, 2)
    world.now += timedelta(seconds=3)
    await world.relay.sweep_batch()
    assert metrics() == (3, 10)
    await happen(world.dying, viewer.user_id, 5)
    world.later()
    await world.relay.sweep_batch()
    assert metrics() == (4, 11.001)
    async with another(world) as other:
        await other.relay.sweep_batch()
        assert metrics() == (0, 0)
    world.bus.takes = None
    assert await world.relay.sweep_batch() == 8
    await world.relay.sweep_batch()
    assert metrics() == (0, 0)


async def test_who_sweeps_in_vain_for_long_lets_another_try_whom_the_bus_may_answer(world: World):
    viewer = await make_viewer(world.database)
    await happen(world.dying, viewer.user_id, 3)
    world.later()
    world.bus.takes = 0
    async with another(world) as other:
        for _ in range(6):
            assert await world.relay.sweep_batch() == 0
            assert world.lease.held
            await other.lease.renew()
            assert other.lease.held is None
            world.now += timedelta(seconds=LEASE_SECONDS / 3)
            await world.lease.renew()
        assert await world.relay.sweep_batch() == 0
        assert world.lease.held is None
        await world.lease.renew()
        await other.lease.renew()
        assert await other.relay.sweep_batch() == 3
        assert other.bus.of(viewer.user_id) == [1, 2, 3]


async def test_what_went_out_in_between_was_not_in_vain(world: World):
    viewer = await make_viewer(world.database)
    for _ in range(3):
        await happen(world.dying, viewer.user_id)
        world.now += timedelta(seconds=LEASE_SECONDS * 1.5)
        await world.lease.renew()
        world.bus.takes = 0
        assert await world.relay.sweep_batch() == 0
        world.bus.takes = None
        assert await world.relay.sweep_batch() == 1
    assert world.lease.held
