"""Old events are forgotten: once, in order, and never one that somebody still needs or misses without a word."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from graphql_api.live.stream import PAGE_EVENTS, EventStream
from jobs import retention as retention_module
from jobs.consumer import CONSUMER
from jobs.retention import Retention
from resolvers.database import Database
from resolvers.errors import CursorExpired
from resolvers.log import event_log
from resolvers.log.event_log import EVERYTHING, read_position
from resolvers.log.transaction import Transaction
from resolvers.tables import ConsumerPosition, DeadLetter, Delivery, EventRow, UserStream
from tests.jobs.people import Hands, People, metric
from tests.live.inside import Process, happen, process
from tests.support.client import EVENTS, Api, open_socket
from tests.support.replica import Replica, comparable
from tests.support.server import Server

KEEP = timedelta(days=7)
POLL = "query ($after: Cursor) { events(after: $after) { nodes { cursor aggregateId } } }"


class World:
    """Everything in it has been published and dealt with, unless it is said otherwise."""

    def __init__(self, database: Database) -> None:
        self.hands = Hands()
        database.clock = self.hands
        self.database = database
        self.people = People(database)
        self.retention = Retention(database, self.people.log, CONSUMER, KEEP)

    async def join(self, *counts: int) -> UUID:
        """Somebody with so many events on each of several days, the last of them today."""
        return (await self.join_together(1, *counts))[0]

    async def join_together(self, people: int, *counts: int) -> list[UUID]:
        users = [await self.people.join() for _ in range(people)]
        for day, count in enumerate(counts):
            self.hands.go(days=bool(day))
            for user in users:
                await happen(self.people.log, user, count)
        for user in users:
            await self.settle(user)
        return users

    async def settle(self, user: UUID) -> None:
        async with self.database.transaction() as session:
            await session.execute(sa.update(EventRow).values(published_at=self.hands.now))
            last = (
                await session.execute(
                    sa.select(col(UserStream.last_seq)).where(col(UserStream.user_id) == user)
                )
            ).scalar_one()
            session.add(ConsumerPosition(consumer=CONSUMER, user_id=user, seq=last))

    async def change(self, *statements: sa.UpdateBase) -> None:
        async with self.database.transaction() as session:
            for statement in statements:
                await session.execute(statement)

    async def kept(self, user: UUID) -> list[int]:
        """What is there; the stream says the same."""
        async with self.database.read() as session:
            found = await session.execute(
                sa.select(col(EventRow.seq)).where(col(EventRow.user_id) == user).order_by(col(EventRow.seq))
            )
            seqs = list(found.scalars())
            position = await read_position(session, user)
        assert position is not None
        assert seqs == list(range(position.min_seq, position.last_seq + 1))
        return seqs


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def event_at(user: UUID, seq: int) -> sa.ColumnElement[bool]:
    return sa.and_(col(EventRow.user_id) == user, col(EventRow.seq) == seq)


async def test_what_is_older_is_forgotten_in_batches_and_the_rest_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(retention_module, "FORGET_EVENTS", 4)
    monkeypatch.setattr(retention_module, "FORGET_USERS", 2)
    before = metric("taskflow_events_forgotten_total")
    users = await world.join_together(5, 3, 7, 5)
    world.hands.go(days=6, seconds=1)
    assert await world.retention.run() == 50
    assert [await world.kept(user) for user in users] == [list(range(11, 16))] * 5
    assert await world.retention.run() == 0
    assert metric("taskflow_events_forgotten_total") == before + 50
    assert metric("taskflow_events_kept") == 25
    world.hands.go(days=30)
    assert await world.retention.run() == 25
    assert [await world.kept(user) for user in users] == [[]] * 5
    # Numbers go on.
    await happen(world.people.log, users[0], 1)
    assert await world.kept(users[0]) == [16]


async def test_exactly_seven_days_are_kept(world: World):
    user = await world.join(2, 2)
    world.hands.go(days=6)
    assert await world.retention.run() == 0
    world.hands.go(seconds=1)
    assert await world.retention.run() == 2
    assert await world.kept(user) == [3, 4]


async def test_without_a_limit_all_are_kept(world: World):
    user = await world.join(3)
    world.hands.go(days=10_000)
    retention = Retention(world.database, world.people.log, CONSUMER, None)
    assert await retention.run() == 0
    assert await world.kept(user) == [1, 2, 3]
    assert metric("taskflow_events_kept") == 3


@pytest.mark.parametrize("need", ["publish", "consume", "begin to consume", "send", "dead letter"])
async def test_what_somebody_still_needs_is_kept_and_all_after_it(world: World, need: str):
    user, other = await world.join(9), await world.join(9)
    async with world.database.read() as session:
        found = await session.execute(sa.select(col(EventRow.event_id)).where(event_at(user, 5)))
        event_id = found.scalar_one()
    mine = col(ConsumerPosition.user_id) == user
    match need:
        case "publish":
            await world.change(sa.update(EventRow).where(event_at(user, 5)).values(published_at=None))
            done: sa.UpdateBase = sa.update(EventRow).values(published_at=world.hands.now)
        case "consume":
            await world.change(sa.update(ConsumerPosition).where(mine).values(seq=4))
            done = sa.update(ConsumerPosition).where(mine).values(seq=9)
        case "begin to consume":
            await world.change(sa.delete(ConsumerPosition).where(mine))
            done = sa.insert(ConsumerPosition).values(consumer=CONSUMER, user_id=user, seq=9)
        case "send":
            row = {"id": uuid4(), "user_id": user, "event_id": event_id, "seq": 5, "status": "PENDING"}
            moments = {"next_at": world.hands.now, "created_at": world.hands.now}
            await world.change(sa.insert(Delivery).values(**row, **moments, attempts=0))
            done = sa.update(Delivery).values(status="SENT")
        case _:
            letter = DeadLetter(
                consumer=CONSUMER,
                event_id=event_id,
                user_id=user,
                key="",
                body=b"",
                error="",
                attempts=5,
                created_at=world.hands.now,
            )
            await world.change(sa.insert(DeadLetter).values(**letter.model_dump()))
            done = sa.delete(DeadLetter)
    world.hands.go(days=8)
    await world.retention.run()
    assert await world.kept(user) == ([1, 2, 3, 4] if need == "begin to consume" else []) + [5, 6, 7, 8, 9]
    assert await world.kept(other) == []
    await world.change(done)
    await world.retention.run()
    assert await world.kept(user) == []


async def test_of_many_at_once_each_event_is_forgotten_by_one(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retention_module, "FORGET_EVENTS", 3)
    users = [await world.join(20) for _ in range(4)]
    world.hands.go(days=8)
    others = [Database(world.database.url, clock=world.hands) for _ in range(3)]
    crowd = [Retention(other, People(other).log, CONSUMER, KEEP) for other in others]
    try:
        counts = await asyncio.gather(world.retention.run(), *(each.run() for each in crowd))
        # Whoever finds a user locked leaves them to who has them.
        assert sum(counts) + await world.retention.run() == 80
    finally:
        for other in others:
            await other.close()
    assert [await world.kept(user) for user in users] == [[]] * 4


async def test_a_user_who_is_busy_or_broken_keeps_nobody_else(world: World, monkeypatch: pytest.MonkeyPatch):
    users = sorted([await world.join(3) for _ in range(3)])
    world.hands.go(days=8)
    forget = retention_module.forget

    async def fails(tx: Transaction, *arguments: object) -> int:
        if tx.user_id == users[0]:
            raise ValueError("on purpose")
        return await forget(tx, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(retention_module, "forget", fails)
    if world.database.is_sqlite:  # where all writers wait for each other
        assert await world.retention.run() == 6
        return
    async with world.database.transaction() as session:
        await session.execute(
            sa.select(UserStream).where(col(UserStream.user_id) == users[1]).with_for_update()
        )
        async with asyncio.timeout(5):
            assert await world.retention.run() == 3


async def forget_up_to(running: Process, seq: int) -> None:
    """As a job of another process would."""
    async with running.parts.database.transaction() as session:
        await session.execute(sa.delete(EventRow).where(col(EventRow.seq) <= seq))
        await session.execute(sa.update(UserStream).values(min_seq=seq + 1))


async def test_a_subscriber_whose_next_event_was_forgotten_is_told_so_and_loads_anew(tmp_path: Path):
    """One that was let in with a good cursor, and is slow."""
    async with process(tmp_path) as running, Api(running.url) as ana:
        await ana.sign_up()
        cursor = (await ana.run("{ cursor }"))["cursor"]
        for number in range(PAGE_EVENTS + 20):
            await ana.mutate("createTask", "errors { code }", title=str(number))
        async with running.parts.database.read() as session:
            position = await read_position(session, UUID(ana.user_id))
        assert position is not None
        stream = EventStream(running.parts.hub, position, position.seq_of(cursor), EVERYTHING)
        try:
            assert len(await stream.batch()) == PAGE_EVENTS
            await forget_up_to(running, PAGE_EVENTS + 10)
            with pytest.raises(CursorExpired):
                await stream.batch()
        finally:
            stream.close()
        async with open_socket(running.url, ana.token) as socket:
            await socket.subscribe(EVENTS, after=cursor)
            payload = await socket.next()
            assert payload["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
            assert await socket.receive() == {"id": "1", "type": "complete"}
        answer = await ana.post(POLL, {"after": cursor})
        assert answer["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
        # Without a cursor nothing was promised: what there is.
        assert len((await ana.run("{ events { nodes { id } } }"))["events"]["nodes"]) == 10
        replica = await Replica.load(ana)
        await ana.mutate("createTask", "errors { code }", title="after")
        nodes = (await ana.run(POLL, after=replica.cursor))["events"]["nodes"]
        assert len(nodes) == 1
        assert len(comparable(replica.state)["task"]) == PAGE_EVENTS + 20


async def test_what_was_forgotten_while_it_was_read_is_no_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Between the look at the log's beginning and that at its events."""
    async with process(tmp_path) as running, Api(running.url) as ana:
        await ana.sign_up()
        cursor = (await ana.run("{ cursor }"))["cursor"]
        for number in range(5):
            await ana.mutate("createTask", "errors { code }", title=str(number))
        read_after = event_log.read_after

        async def late(*arguments: object) -> object:
            monkeypatch.undo()
            await forget_up_to(running, 3)
            # As one that sees what others have committed meanwhile: PostgreSQL's.
            async with running.parts.database.read() as session:
                return await read_after(session, *arguments[1:])  # type: ignore[arg-type]

        monkeypatch.setattr(event_log, "read_after", late)
        answer = await ana.post(POLL, {"after": cursor})
        assert answer["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"


async def test_a_server_forgets_by_itself(tmp_path: Path):
    server = Server(tmp_path, EVENT_RETENTION_DAYS="7")
    await server.start()
    try:
        async with Api(server.url) as ana:
            await ana.sign_up()
            for number in range(3):
                await ana.mutate("createTask", "errors { code }", title=str(number))
            old = (await ana.run("{ events(first: 1) { nodes { cursor } } }"))["events"]["nodes"][0]["cursor"]
            await server.stop()
            age = sa.text("UPDATE event_log SET created_at = '2020-01-01 00:00:00.000000'")
            database = Database(sa.make_url(server.database_url).set(drivername="sqlite+aiosqlite"))
            async with database.transaction() as session:
                await session.execute(age)
            await database.close()
            await server.start()
            async with asyncio.timeout(20):
                while (await ana.run("{ events { nodes { id } } }"))["events"]["nodes"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            answer = await ana.post(POLL, {"after": old})
            assert answer["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
            assert (await ana.run("{ tasks { totalCount } }"))["tasks"]["totalCount"] == 3
    finally:
        await server.kill()
