"""An effect whose doings can be counted in the database, and a bus whose dead letters can be."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from jobs.bus import BusUnavailable, Message
from jobs.bus.memory_bus import MemoryBus
from jobs.bus.message import encode
from jobs.consumer import Consumer
from resolvers.database import Database
from resolvers.log.events import Event
from resolvers.tables import ConsumerPosition, DeadLetter, InboxEntry

DEADLINE_SECONDS = 20
TABLE = sa.Table(
    "journal",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Uuid),
    sa.Column("seq", sa.BigInteger),
)


class Journal:
    """Writes a row for each event, and then does what it is told to: nothing here would keep a row from doubling."""

    def __init__(self) -> None:
        self.calls: Counter[UUID] = Counter()
        self.then: Callable[[Event], None] = lambda _: None
        self.hangs: Callable[[Event], bool] = lambda _: False

    def wants(self, event: Event) -> bool:
        return True

    async def apply(self, session: AsyncSession, event: Event) -> None:
        self.calls[event.event_id] += 1
        await session.execute(sa.insert(TABLE).values(user_id=event.user_id, seq=event.seq))
        self.then(event)
        if self.hangs(event):
            await asyncio.Event().wait()

    def fail(self, events: Sequence[Event], times: int, error: Exception | None = None) -> None:
        """At each of the events, so many times."""
        ids = {event.event_id for event in events}

        def fail(event: Event) -> None:
            if event.event_id in ids and self.calls[event.event_id] <= times:
                raise error or ValueError("on purpose")

        self.then = fail


class DeadBus(MemoryBus):
    """The memory bus with a topic of dead letters, which can refuse them or hang."""

    def __init__(self) -> None:
        super().__init__()
        self.dead: list[Message] = []
        #: What it did not take.
        self.left = 0
        self.refuses = False
        self.hangs = False

    async def publish_dead(self, messages: Sequence[Message]) -> None:
        self.left += self.hangs or self.refuses
        if self.hangs:
            await asyncio.Event().wait()
        if self.refuses:
            raise BusUnavailable("on purpose")
        self.dead += messages


class World:
    """A consumer on the database, and what can be seen of its work."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.journal = Journal()
        self.bus = DeadBus()
        self.consumer = self.another()

    def another(self, database: Database | None = None, **options: object) -> Consumer:
        """One more process's, or the same one's after a restart."""
        return Consumer(database or self.database, self.bus, [self.journal], **options)  # type: ignore[arg-type]

    async def make_table(self) -> None:
        async with self.database.writer.begin() as connection:
            await connection.run_sync(TABLE.metadata.create_all)

    async def written(self) -> dict[UUID, list[int]]:
        """The numbers of each user's events in the order in which they took effect."""
        written: defaultdict[UUID, list[int]] = defaultdict(list)
        async with self.database.read() as session:
            for row in await session.execute(sa.select(TABLE).order_by(TABLE.c.number)):
                written[row.user_id].append(row.seq)
        return written

    async def positions(self) -> dict[UUID, int]:
        async with self.database.read() as session:
            found = await session.execute(sa.select(ConsumerPosition))
            return {row.user_id: row.seq for row in found.scalars()}

    async def statuses(self) -> dict[UUID, str]:
        async with self.database.read() as session:
            found = await session.execute(sa.select(InboxEntry))
            return {row.event_id: row.status for row in found.scalars()}

    async def letters(self) -> list[DeadLetter]:
        async with self.database.read() as session:
            return list((await session.execute(sa.select(DeadLetter))).scalars())


def messages(events: Sequence[Event]) -> list[Message]:
    return [encode(event) for event in events]


@asynccontextmanager
async def sweeping(*consumers: Consumer) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(consumer.sweep()) for consumer in consumers]
    try:
        yield
        assert [task for task in tasks if task.done()] == []
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await done():  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.01)


async def all_written(world: World, users: list[UUID], count: int) -> bool:
    return await world.written() == {user: list(range(1, count + 1)) for user in users}


async def dead_count(world: World, count: int) -> bool:
    return len(world.bus.dead) == count and all(letter.published_at for letter in await world.letters())
