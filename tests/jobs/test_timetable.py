"""What was deleted 30 days ago is gone for good: once, whoever does it, and every device learns of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from jobs import timetable as timetable_module
from jobs.due import DueJobs
from jobs.timetable import KEPT_DELETED, Timetable
from resolvers.database import Database
from resolvers.log.event_log import read_after
from resolvers.log.events import EventType
from resolvers.log.transaction import Log, Transaction
from resolvers.tables import Task, UserStream
from resolvers.tasks import NewTask, create_task, delete_task
from tests.live.inside import make_viewer, process, until
from tests.support.client import Api
from tests.support.replica import Replica, comparable

EVENTS_AFTER = """
query ($after: Cursor) { events(first: 100, after: $after) {
  nodes { id cursor type aggregateId changed data task { id } } pageInfo { hasNextPage } } }
"""


class World:
    """One process of any number on the same database, at a time of the test's choosing."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.now = now
        self.database = Database(database.url, clock=lambda: self.now)
        self.log = Log(self.database)
        self.timetable = Timetable(self.database, self.log, DueJobs(self.database, self.log, 1))

    async def delete_some(self, user_id: UUID, count: int) -> None:
        async def act(tx: Transaction) -> None:
            for number in range(count):
                task = await create_task(tx, NewTask(str(number)))
                assert task is not None
                await tx.session.flush()
                await delete_task(tx, str(task.id), None)

        await self.log.change_as_job(user_id, act, "deletes")

    async def purged(self, user_id: UUID) -> list[UUID]:
        async with self.database.read() as session:
            events = await read_after(session, user_id, 0, 1000)
        return [event.aggregate_id for event in events if event.type is EventType.TASK_PURGED]

    async def tasks(self) -> int:
        async with self.database.read() as session:
            return (await session.execute(sa.select(sa.func.count(col(Task.id))))).scalar_one()


@asynccontextmanager
async def world_on(database: Database, now: datetime) -> AsyncIterator[World]:
    world = World(database, now)
    try:
        yield world
    finally:
        world.timetable.stop()
        await world.database.close()


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    async with world_on(database, datetime.now(UTC)) as world:
        yield world


async def test_a_purge_is_told_in_events_that_keep_every_copy_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # Parents go in another transaction than their subtasks.
    monkeypatch.setattr(timetable_module, "PURGE_TASKS", 2)
    async with process(tmp_path) as inside, Api(inside.url) as ana:
        now = datetime.now(UTC)
        inside.parts.database.clock = lambda: now
        await ana.sign_up()

        async def create(title: str, parent: str | None = None) -> str:
            payload = await ana.mutate(
                "createTask", "task { id } errors { code }", title=title, parentId=parent
            )
            assert payload["errors"] == []
            return str(payload["task"]["id"])

        parent = await create("parent")
        child = await create("child", parent)
        below = [await create("below", child) for _ in range(3)]
        kept_child = await create("taken out again", parent)
        kept = await create("kept")
        await ana.mutate("deleteTask", "errors { code }", id=parent)
        await ana.mutate("restoreTask", "errors { code }", id=kept_child)
        now += timedelta(days=1)
        later = await create("deleted a day later")
        await ana.mutate("deleteTask", "errors { code }", id=later)

        now += KEPT_DELETED - timedelta(days=1)
        assert await inside.parts.timetable.purge() == 0
        replica = await Replica.load(ana)
        now += timedelta(seconds=1)
        assert await inside.parts.timetable.purge() == 5

        page = (await ana.run(EVENTS_AFTER, after=replica.cursor))["events"]
        assert {event["type"] for event in page["nodes"]} == {"TASK_PURGED"}
        assert sorted(event["aggregateId"] for event in page["nodes"]) == sorted([parent, child, *below])
        for event in page["nodes"]:
            assert event["task"] is None
            assert event["data"]["id"] == event["aggregateId"]
            replica.apply(event)
        fresh = await Replica.load(ana)
        assert fresh.state["task"].keys() == {kept_child, kept, later}
        assert comparable(replica.state) == comparable(fresh.state)
        # A day later is still in time.
        payload = await ana.mutate("restoreTask", "task { deletedAt } errors { code }", id=later)
        assert payload == {"task": {"deletedAt": None}, "errors": []}


async def test_two_processes_that_purge_at_once_purge_each_task_once(world: World, database: Database):
    viewers = [await make_viewer(database) for _ in range(3)]
    for viewer in viewers:
        await world.delete_some(viewer.user_id, 20)
    world.now += KEPT_DELETED + timedelta(seconds=1)
    async with world_on(database, world.now) as other:
        counts = await asyncio.gather(world.timetable.purge(), other.timetable.purge())
    assert sum(counts) == 60
    for viewer in viewers:
        purged = await world.purged(viewer.user_id)
        assert len(purged) == len(set(purged)) == 20
    assert await world.tasks() == 0
    assert await world.timetable.purge() == 0


async def test_one_user_whose_tasks_can_not_be_purged_does_not_keep_those_of_others(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
):
    # Fewer than there are in a bad state, so that these alone would fill what is looked at.
    monkeypatch.setattr(timetable_module, "PURGE_USERS", 1)
    viewers = sorted([await make_viewer(database) for _ in range(3)], key=lambda viewer: viewer.user_id)
    for viewer in viewers:
        await world.delete_some(viewer.user_id, 2)
    async with world.database.transaction() as session:
        bad = [viewer.user_id for viewer in viewers[:2]]
        await session.execute(sa.delete(UserStream).where(col(UserStream.user_id).in_(bad)))
    world.now += KEPT_DELETED + timedelta(seconds=1)
    async with asyncio.timeout(20):
        assert await world.timetable.purge() == 2
    assert len(await world.purged(viewers[2].user_id)) == 2


async def test_a_process_that_starts_purges_at_once_however_seldom_it_runs(world: World, database: Database):
    viewer = await make_viewer(database)
    await world.delete_some(viewer.user_id, 1)
    world.now += KEPT_DELETED + timedelta(seconds=1)
    purged = asyncio.Event()
    world.log.on_commit.append(lambda _: purged.set())
    world.timetable.start()
    async with asyncio.timeout(20):
        await purged.wait()
    await until(lambda: world.database.writer.pool.checkedout() == 0)
    assert await world.tasks() == 0
