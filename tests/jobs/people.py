"""Users with reminders and series, in process, and a clock that is set by hand."""

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from prometheus_client import REGISTRY
from sqlmodel import col

from resolvers.database import Database
from resolvers.log.transaction import Log, Transaction
from resolvers.recurrences.change import NewRecurrence
from resolvers.recurrences.plan import Missed
from resolvers.reminders.change import NewReminder
from resolvers.tables import EventRow, Recurrence, Reminder, Task, User, UserStream
from resolvers.tasks import NewTask, create_task

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Hands:
    """A clock that goes where it is told."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def go(self, **time: float) -> None:
        self.now += timedelta(**time)


class People:
    """`rows` below means: without an act, since there are to be many."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.log = Log(database)

    async def join(self) -> UUID:
        async with self.database.transaction() as session:
            id_ = uuid4()
            session.add(
                User(
                    id=id_,
                    email=id_.hex,
                    email_key=id_.hex,
                    password_hash="",
                    name="",
                    time_zone="UTC",
                    created_at=await self.database.now(session),
                )
            )
            await session.flush()
            session.add(
                UserStream(user_id=id_, epoch=secrets.randbits(62), cursor_key=secrets.token_bytes(16))
            )
        return id_

    async def do[T](self, user: UUID, act: Callable[[Transaction], Awaitable[T]]) -> T:
        return (await self.log.change_as_job(user, act, "")).value

    async def now(self) -> datetime:
        async with self.database.read() as session:
            return await self.database.now(session)

    async def soon(self, seconds: float) -> datetime:
        """After so many seconds or up to one more: series go by whole ones."""
        return (await self.now() + timedelta(seconds=seconds + 1)).replace(microsecond=0)

    async def remind(self, user: UUID, at: datetime, count: int = 1) -> UUID:
        """A task with so many reminders at that moment."""
        new = NewTask(title="ring", reminders=[NewReminder(remind_at=at)] * count)
        return await self._create(user, new)

    async def recur(self, user: UUID, rule: str, start: datetime, missed: Missed = Missed.LATEST) -> UUID:
        """A series whose own task is due at `start`."""
        recurrence = NewRecurrence(rule=rule, time_zone="UTC", missed=missed)
        return await self._create(user, NewTask(title="series", due_at=start, recurrence=recurrence))

    async def remind_rows(self, user: UUID, at: datetime, count: int) -> None:
        task = await self._create(user, NewTask(title="many"))
        row = {
            "user_id": user,
            "task_id": task,
            "remind_at": at,
            "status": "PENDING",
            "late": False,
            "version": 1,
            "created_at": at,
        }
        async with self.database.transaction() as session:
            await session.execute(sa.insert(Reminder), [row | {"id": uuid4()} for _ in range(count)])

    async def recur_rows(self, user: UUID, at: datetime, count: int) -> None:
        """Copies of an hourly series whose next occurrence is at that moment."""
        series = await self.recur(user, "FREQ=HOURLY", at - timedelta(hours=1))
        async with self.database.transaction() as session:
            task = (await session.get_one(Task, series)).model_dump()
            recurrence = (await session.get_one(Recurrence, series)).model_dump()
            due = {"spawn_at": at, "next_at": at, "since": at - timedelta(hours=1)}
            due |= {"reached_at": at - timedelta(hours=1)}
            ids = [uuid4() for _ in range(count - 1)]
            await session.execute(sa.insert(Task), [task | {"id": id_} for id_ in ids])
            await session.execute(sa.insert(Recurrence), [recurrence | due | {"task_id": id_} for id_ in ids])

    async def _create(self, user: UUID, new: NewTask) -> UUID:
        task = await self.do(user, lambda tx: create_task(tx, new))
        assert task is not None
        return task.id

    async def statuses(self, user: UUID | None = None) -> Counter[str]:
        async with self.database.read() as session:
            found = await session.execute(
                sa.select(col(Reminder.status)).where(col(Reminder.user_id) == user if user else sa.true())
            )
            return Counter(found.scalars())

    async def events(self, user: UUID | None = None) -> Counter[str]:
        async with self.database.read() as session:
            found = await session.execute(
                sa.select(col(EventRow.type)).where(col(EventRow.user_id) == user if user else sa.true())
            )
            return Counter(found.scalars())

    async def spawned(self, series: UUID) -> list[datetime]:
        """The occurrences whose tasks there are."""
        async with self.database.read() as session:
            found = await session.execute(
                sa.select(col(Task.occurrence_at))
                .where(col(Task.spawned_from_id) == series)
                .order_by(col(Task.occurrence_at))
            )
            return list(found.scalars())


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0
