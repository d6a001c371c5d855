"""One user's life in process, at a clock that is set by hand: acts, and the jobs whenever time goes on."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col, select

from jobs.due import DueJobs
from resolvers.calendar.durations import parse_duration
from resolvers.database import Database
from resolvers.log.event_log import read_after
from resolvers.log.events import Event
from resolvers.log.transaction import Log, Transaction
from resolvers.recurrences import change
from resolvers.recurrences.change import NewRecurrence
from resolvers.recurrences.spawn import next_spawn
from resolvers.reminders.change import NewReminder, create_reminder
from resolvers.reminders.ring import next_ring
from resolvers.tables import Recurrence, Reminder, Task, User, UserStream
from resolvers.tasks import NewTask, complete_task, create_task, delete_task, reopen_task, restore_task
from tests.support.event_form import check_form


def at(text: str) -> datetime:
    """`2026-05-04 09:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Life:
    """Tasks are given by their ids. `now` is a Monday at noon, until it is set."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = at("2026-05-04 12:00")
        database.clock = lambda: self.now
        self.log = Log(database)
        self.jobs = DueJobs(database, self.log, 1, clock=self._seconds)
        self.user = uuid4()

    def _seconds(self) -> float:
        return self.now.timestamp()

    async def begin(self, zone: str = "UTC") -> None:
        async with self.database.transaction() as session:
            name = self.user.hex
            session.add(
                User(
                    id=self.user,
                    email=name,
                    email_key=name,
                    password_hash="",
                    name="",
                    time_zone=zone,
                    created_at=self.now,
                )
            )
            await session.flush()
            stream = UserStream(
                user_id=self.user, epoch=secrets.randbits(62), cursor_key=secrets.token_bytes(16)
            )
            session.add(stream)

    # ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def work(self) -> None:
        await self.jobs.work()

    async def until(self, text: str) -> None:
        """Time goes on, the jobs running all the while: each moment at which something is due is lived through."""
        end = at(text)
        while True:
            await self.work()
            async with self.database.read() as session:
                due = [moment for moment in (await next_spawn(session), await next_ring(session)) if moment]
            if self.now >= end:
                return
            upcoming = min(due, default=end)
            # What is due and was not done rests.
            rested = self.now + timedelta(minutes=30)
            self.now = min(upcoming if upcoming > self.now else rested, end)

    async def jump(self, text: str) -> None:
        """Nothing ran until then."""
        self.now = at(text)
        await self.work()

    # ── Acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def do[T](self, act: Callable[[Transaction], Awaitable[T]]) -> T:
        return (await self.log.change_as_job(self.user, act, "")).value

    async def make(self, title: str = "x", **given: Any) -> UUID:
        task = await self.do(lambda tx: create_task(tx, NewTask(title=title, **given)))
        assert task is not None
        return task.id

    async def series(
        self,
        rule: str,
        start: str | date | None = None,
        zone: str = "UTC",
        before: list[str] | None = None,
        lead: str = "PT0S",
        task: dict[str, Any] | None = None,
        **recurrence: Any,
    ) -> UUID:
        """A task with a rule, due at its start. before: its reminders' times before the due date."""
        due = {"due_on": start} if isinstance(start, date) else {"due_at": start and at(start)}
        reminders = [NewReminder(before_due=parse_duration(text)) for text in before or ()]
        new = NewRecurrence(rule=rule, lead=parse_duration(lead), **recurrence)
        return await self.make(
            recurrence=new, time_zone=zone, reminders=reminders, **({"title": "series"} | due | (task or {}))
        )

    async def set(self, series: UUID, rule: str, lead: str = "PT0S", **recurrence: Any) -> None:
        new = NewRecurrence(rule=rule, lead=parse_duration(lead), **recurrence)
        await self.do(lambda tx: change.set_recurrence(tx, str(series), new, None))

    async def clear(self, series: UUID) -> None:
        await self.do(lambda tx: change.clear_recurrence(tx, str(series), None))

    async def skip(self, series: UUID, text: str | None = None) -> None:
        await self.do(
            lambda tx: change.skip_occurrence(tx, str(series), None if text is None else at(text), None)
        )

    async def complete(self, task: UUID) -> None:
        await self.do(lambda tx: complete_task(tx, str(task), None))
        await self.work()

    async def reopen(self, task: UUID) -> None:
        await self.do(lambda tx: reopen_task(tx, str(task), None))
        await self.work()

    async def delete(self, task: UUID) -> None:
        await self.do(lambda tx: delete_task(tx, str(task), None))
        await self.work()

    async def restore(self, task: UUID) -> None:
        await self.do(lambda tx: restore_task(tx, str(task), None))
        await self.work()

    async def sql(self, statement: sa.Executable) -> None:
        async with self.database.transaction() as session:
            await session.execute(statement)

    async def remind(self, task: UUID, before: str) -> UUID:
        new = NewReminder(before_due=parse_duration(before))
        reminder = await self.do(lambda tx: create_reminder(tx, None, str(task), new))
        assert reminder is not None
        return reminder.id

    # ── Sight ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def task(self, id_: UUID) -> Task:
        async with self.database.read() as session:
            return await session.get_one(Task, id_)

    async def recurrence(self, series: UUID) -> Recurrence:
        async with self.database.read() as session:
            return await session.get_one(Recurrence, series)

    async def next(self, series: UUID) -> str | None:
        """The next occurrence, `2026-05-04 09:00`; None where there is none."""
        upcoming = (await self.recurrence(series)).next_at
        return None if upcoming is None else _text(upcoming)

    async def tasks(self, series: UUID) -> list[Task]:
        """Those spawned from the series, by their occurrences."""
        async with self.database.read() as session:
            found = await session.exec(
                select(Task).where(col(Task.spawned_from_id) == series).order_by(col(Task.occurrence_at))
            )
            return list(found)

    async def all_tasks(self) -> list[Task]:
        """Deleted ones, too, by their places."""
        async with self.database.read() as session:
            found = await session.exec(
                select(Task).where(col(Task.user_id) == self.user).order_by(col(Task.position))
            )
            return list(found)

    async def spawned(self, series: UUID) -> list[str]:
        """The occurrences whose tasks there are."""
        return [_text(task.occurrence_at) for task in await self.tasks(series) if task.occurrence_at]

    async def last(self, series: UUID) -> UUID:
        return (await self.tasks(series))[-1].id

    async def reminders(self, task: UUID) -> list[Reminder]:
        async with self.database.read() as session:
            found = await session.exec(
                select(Reminder).where(col(Reminder.task_id) == task).order_by(col(Reminder.remind_at))
            )
            return list(found)

    async def events(self) -> list[Event]:
        async with self.database.read() as session:
            events = await read_after(session, self.user, 0, 10_000)
        for event in events:
            check_form(event.type, event.data)
        return events


def _text(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}"
