"""Judges at the end whether anything was lost or doubled: what clients were told against what is stored and heard."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from graphql_api.settings import Settings
from jobs.consumer import CONSUMER
from resolvers.database import Database
from resolvers.log.inbox import DEAD, DONE
from resolvers.tables import EventRow, InboxEntry, Recurrence, Reminder, Task
from tests.support.client import Api
from tests.support.journal import Journal, Outcome
from tests.support.replica import Replica, comparable
from tests.support.subscriber import Subscriber

QUIET_SECONDS = 60.0
LOOK_SECONDS = 0.25
#: Once all is well, doubles have so long to show.
LINGER_SECONDS = 2.0
#: Named in a message; the rest is counted.
SHOWN = 5


@dataclass
class Stored:
    """What the database holds. `log` is in the order of the users' numbers."""

    log: Sequence[Any]
    tasks: set[str]
    inbox: dict[UUID, str]
    reminders: Sequence[Any]
    #: When the next occurrence of each series is to be spawned.
    series: dict[UUID, datetime]
    spawned: Sequence[tuple[UUID, str]]
    #: None where the servers count none.
    effects: Counter[UUID] | None

    def of(self, user_id: str) -> list[Any]:
        return [row for row in self.log if str(row.user_id) == user_id]


@dataclass
class Oracle:
    """dead: events that are expected to have become dead letters; quiet_seconds: how long all may take to be well."""

    database_url: str
    journal: Journal
    subscribers: Sequence[Subscriber]
    users: Sequence[Api] = ()
    dead: set[UUID] = field(default_factory=set)
    quiet_seconds: float = QUIET_SECONDS

    async def check(self) -> Stored:
        """Waits until all is well, and looks again; or fails with all that is not after QUIET_SECONDS."""
        database = Database(Settings(database_url=self.database_url).database)
        try:
            async with asyncio.timeout(self.quiet_seconds + 2 * LINGER_SECONDS + QUIET_SECONDS):
                deadline = asyncio.get_running_loop().time() + self.quiet_seconds
                while problems := list(self.problems(await read(database))):
                    assert asyncio.get_running_loop().time() < deadline, "\n".join(["", *problems])
                    await asyncio.sleep(LOOK_SECONDS)
                await asyncio.sleep(LINGER_SECONDS)
                stored = await read(database)
                problems = [*self.problems(stored), *await self.replica_problems()]
                assert not problems, "\n".join(["", *problems])
        finally:
            await database.close()
        return stored

    def problems(self, stored: Stored) -> Iterator[str]:
        yield from self.journal.surprises
        yield from self._requests(stored)
        yield from self._log(stored)
        yield from self._effects(stored)
        yield from _due(stored)
        for number, subscriber in enumerate(self.subscribers):
            yield from _heard(f"subscriber {number}", subscriber, stored.of(subscriber.user_id))

    async def replica_problems(self) -> list[str]:
        """Every device shows what a fresh one would."""
        found: list[str] = []
        fresh = {api.user_id: comparable((await Replica.load(api)).state) for api in self.users}
        for number, subscriber in enumerate(self.subscribers):
            shown = comparable(subscriber.replica.state)
            for kind, things in fresh.get(subscriber.user_id, {}).items():
                ids = things.keys() | shown[kind].keys()
                wrong = [id_ for id_ in ids if things.get(id_) != shown[kind].get(id_)]
                found += some(f"subscriber {number} shows {kind}s otherwise than they are", wrong)
        return found

    def _requests(self, stored: Stored) -> Iterator[str]:
        done = Counter(row.correlation_id for row in stored.log)
        for outcome, allowed in (
            (Outcome.ACKED, {1}),
            (Outcome.FAILED, {0}),
            (Outcome.UNKNOWN, {0, 1}),
        ):
            wrong = [request for request in self.journal.of(outcome) if done[request.id] not in allowed]
            yield from some(
                f"{outcome} requests not stored {' or '.join(map(str, sorted(allowed)))} times",
                [f"{request.mutation} {request.id} ({done[request.id]}x)" for request in wrong],
            )
        acked = [r.task_id for r in self.journal.of(Outcome.ACKED) if r.task_id not in stored.tasks]
        yield from some("tasks of acked requests that are not stored", acked)

    def _log(self, stored: Stored) -> Iterator[str]:
        for user_id in dict.fromkeys(str(row.user_id) for row in stored.log):
            numbers = [row.seq for row in stored.of(user_id)]
            if numbers != list(range(1, len(numbers) + 1)):
                yield f"the log of {user_id} is not contiguous: {numbers}"
        waiting = [row.event_id for row in stored.log if row.published_at is None]
        yield from some("events that were never published", waiting)

    def _effects(self, stored: Stored) -> Iterator[str]:
        logged = {row.event_id for row in stored.log}
        yield from some("events that the consumer never dealt with", logged - stored.inbox.keys())
        yield from some("in the inbox and not in the log", stored.inbox.keys() - logged)
        for status, expected in ((DEAD, self.dead), (DONE, logged - self.dead)):
            found = {id_ for id_, said in stored.inbox.items() if said == status}
            yield from some(f"in the inbox as {status} unexpectedly", found - expected)
        if stored.effects is not None:
            doubled = [id_ for id_, count in stored.effects.items() if count > 1]
            yield from some("events that took effect twice", doubled)
            done = {id_ for id_, status in stored.inbox.items() if status == DONE}
            yield from some("events noted as done without an effect", done - stored.effects.keys())
            yield from some("events with an effect and not noted as done", stored.effects.keys() - done)


def _due(stored: Stored) -> Iterator[str]:
    now = datetime.now(UTC)
    rung = Counter(row.aggregate_id for row in stored.log if row.type == "reminder.triggered")
    due = [row for row in stored.reminders if row.remind_at <= now and row.status != "CANCELLED"]
    yield from some("due reminders that did not ring", [row.id for row in due if row.status != "NOTIFIED"])
    yield from some("due reminders that did not ring once", [row.id for row in due if rung[row.id] != 1])
    yield from some("series that did not spawn", [id_ for id_, at in stored.series.items() if at <= now])
    twice = [key for key, count in Counter(stored.spawned).items() if count > 1]
    yield from some("occurrences spawned twice", twice)


def _heard(name: str, subscriber: Subscriber, log: Sequence[Any]) -> Iterator[str]:
    """A subscriber's journal is the log after the place where it began: in order, each once, without a gap."""
    heard = [event.id for event in subscriber.heard]
    yield from some(f"{name} heard twice", [id_ for id_, count in Counter(heard).items() if count > 1])
    yield from some(f"{name} was told", subscriber.errors)
    expected = [str(row.event_id) for row in log if row.seq > subscriber.start_seq]
    if heard != expected:
        yield from some(f"{name} missed", [id_ for id_ in expected if id_ not in set(heard)])
        yield from some(f"{name} heard what is not in the log", set(heard) - set(expected))
        if sorted(heard) == sorted(expected):
            yield f"{name} heard in another order than that of the log"


def some(what: str, things: Collection[Any] | Iterable[Any]) -> Iterator[str]:
    """One sentence about things that there should not be."""
    found = list(things)
    if found:
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        yield f"{what}: {', '.join(map(str, found[:SHOWN]))}{more}"


async def read(database: Database) -> Stored:
    """Everything at one moment, as far as it matters: the log is read first, and only grows."""
    events = sa.select(
        *(col(EventRow.user_id), col(EventRow.seq), col(EventRow.event_id), col(EventRow.type)),
        *(col(EventRow.aggregate_id), col(EventRow.correlation_id), col(EventRow.published_at)),
    ).order_by(col(EventRow.user_id), col(EventRow.seq))
    inbox = sa.select(col(InboxEntry.event_id), col(InboxEntry.status)).where(
        col(InboxEntry.consumer) == CONSUMER
    )
    reminders = sa.select(col(Reminder.id), col(Reminder.status), col(Reminder.remind_at))
    series = sa.select(col(Recurrence.task_id), col(Recurrence.spawn_at)).where(
        col(Recurrence.spawn_at).is_not(None)
    )
    spawned = sa.select(col(Task.spawned_from_id), col(Task.occurrence_wall)).where(
        col(Task.spawned_from_id).is_not(None)
    )
    async with database.read() as session:

        async def rows(statement: Any) -> list[Any]:
            return [tuple(row) for row in await session.execute(statement)]

        connection = await session.connection()
        counted = await connection.run_sync(lambda sync: sa.inspect(sync).has_table("test_effects"))
        return Stored(
            log=(await session.execute(events)).all(),
            tasks={str(id_) for (id_,) in await rows(sa.select(col(Task.id)))},
            inbox=dict(await rows(inbox)),
            reminders=(await session.execute(reminders)).all(),
            series=dict(await rows(series)),
            spawned=await rows(spawned),
            effects=Counter(UUID(id_) for (id_,) in await rows(sa.text("SELECT event_id FROM test_effects")))
            if counted
            else None,
        )
