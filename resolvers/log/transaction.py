"""One transaction: the rows, and the events about them with the user's next numbers, commit together or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.database import Database, is_lock_timeout, is_retryable, outages_as_unavailable, within_time
from resolvers.errors import Conflict, Unauthenticated
from resolvers.log.cursor import Position
from resolvers.log.events import SCHEMA_VERSION, Event, EventType
from resolvers.tables import EventRow, SignInSession, UserStream
from resolvers.viewer import Viewer

#: A serialization failure or a deadlock is tried again this often.
RETRIES = 3


class Busy(Exception):
    """Somebody else is changing something of the user's, or there is no such user."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What one transaction made true: its events in order, and the sign-in sessions that it ended."""

    events: Sequence[Event] = ()
    ended_sessions: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Outcome[T]:
    """What an act answered, and where it stands in the log (None where nothing changed)."""

    value: T
    cursor: str | None


@dataclass
class Transaction:
    """One user's transaction, their stream row locked. `now` is read after the lock was had."""

    session: AsyncSession
    user_id: UUID
    now: datetime
    correlation_id: str
    position: Position
    task_count: int
    #: The number that the answer's cursor points to; None where nothing changed.
    answered_seq: int | None = None
    events: list[Event] = field(default_factory=list)
    ended_sessions: list[UUID] = field(default_factory=list)

    @property
    def next_seq(self) -> int:
        return self.position.last_seq + len(self.events) + 1

    def record(
        self, type_: EventType, aggregate_id: UUID, data: Mapping[str, Any], changed: Sequence[str] = ()
    ) -> Event:
        """Put what just happened into the log. `data` is the aggregate as it now is."""
        event = Event(
            user_id=self.user_id,
            seq=self.next_seq,
            event_id=uuid4(),
            type=type_,
            aggregate_id=aggregate_id,
            schema_version=SCHEMA_VERSION,
            correlation_id=self.correlation_id,
            changed=tuple(changed),
            data=data,
            created_at=self.now,
        )
        self.events.append(event)
        self.answered_seq = event.seq
        return event


#: Of this task and those that it starts: what waits to be announced.
_together: ContextVar[list[Committed] | None] = ContextVar("announced_together", default=None)


class Log:
    """The one place where the log is written."""

    def __init__(self, database: Database) -> None:
        self.database = database
        #: Called right after each commit, in the same process. Must not wait and must not raise.
        self.on_commit: list[Callable[[Committed], None]] = []

    async def change[T](
        self, viewer: Viewer, act: Callable[[Transaction], Awaitable[T]], correlation_id: str
    ) -> Outcome[T]:
        """Run `act` in a transaction of the viewer's. A refusal, like any error, leaves nothing behind.

        Raises Unauthenticated where the viewer's session has ended, Unavailable where the database does not
        answer, and whatever `act` raises.
        """
        return await self._change(viewer.user_id, viewer.session_id, act, correlation_id)

    async def change_as_job[T](
        self,
        user_id: UUID,
        act: Callable[[Transaction], Awaitable[T]],
        correlation_id: str,
        wait_seconds: float | None = None,
    ) -> Outcome[T]:
        """As `change`, for what happens unasked: no session stands behind it.

        Raises Busy where somebody else is still changing something of the user's after `wait_seconds`.
        """
        return await self._change(user_id, None, act, correlation_id, wait_seconds)

    def announce(self, committed: Committed) -> None:
        """Tell this process what a transaction outside `change` made true."""
        together = _together.get()
        if together is not None:
            together.append(committed)
            return
        for listener in self.on_commit:
            listener(committed)

    @contextmanager
    def announced_together(self) -> Iterator[None]:
        """What is committed below this is announced at its end, so that telling of one does not hold up the next."""
        together: list[Committed] = []
        token = _together.set(together)
        try:
            yield
        finally:
            _together.reset(token)
            for committed in together:
                self.announce(committed)

    async def _change[T](
        self,
        user_id: UUID,
        session_id: UUID | None,
        act: Callable[[Transaction], Awaitable[T]],
        correlation_id: str,
        wait_seconds: float | None = None,
    ) -> Outcome[T]:
        async with outages_as_unavailable():
            for attempt in range(RETRIES + 1):
                try:
                    return await self._attempt(user_id, session_id, act, correlation_id, wait_seconds)
                except sa.exc.DBAPIError as error:
                    if not is_retryable(error) or attempt == RETRIES:
                        raise
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _attempt[T](
        self,
        user_id: UUID,
        session_id: UUID | None,
        act: Callable[[Transaction], Awaitable[T]],
        correlation_id: str,
        wait_seconds: float | None,
    ) -> Outcome[T]:
        async with AsyncSession(self.database.writer, expire_on_commit=False) as session:
            try:
                async with within_time(session):
                    tx = await self._lock(session, user_id, session_id, correlation_id, wait_seconds)
                    task_count = tx.task_count
                    value = await act(tx)
                    await session.flush()
                    if tx.events or tx.task_count != task_count:
                        await _write(tx)
            except Conflict as conflict:
                conflict.current = await _as_it_is(session, conflict.current)
                raise
            self.announce(Committed(tx.events, tx.ended_sessions))
        cursor = None if tx.answered_seq is None else tx.position.cursor(tx.answered_seq)
        return Outcome(value, cursor)

    async def _lock(
        self,
        session: AsyncSession,
        user_id: UUID,
        session_id: UUID | None,
        correlation_id: str,
        wait_seconds: float | None,
    ) -> Transaction:
        """Lock the user's stream row before anything else, so that writers of one user queue and none deadlock."""
        stream = sa.select(
            col(UserStream.user_id),
            col(UserStream.epoch),
            col(UserStream.cursor_key),
            col(UserStream.last_seq),
            col(UserStream.min_seq),
            col(UserStream.task_count),
        ).where(col(UserStream.user_id) == user_id)
        if session_id is not None:
            stream = stream.join(SignInSession, col(SignInSession.user_id) == col(UserStream.user_id)).where(
                col(SignInSession.id) == session_id, col(SignInSession.ended_at).is_(None)
            )
        if not self.database.is_sqlite:
            # The clock is read above the lock in the plan, so after the wait for it: events of one user
            # carry times in the order of their numbers.
            locked = stream.with_for_update(of=UserStream, skip_locked=wait_seconds == 0).cte("locked")
            statement = sa.select(locked, sa.func.clock_timestamp())
        else:
            statement = stream.add_columns(sa.null())
        if wait_seconds and not self.database.is_sqlite:
            limit = sa.func.set_config("lock_timeout", str(int(wait_seconds * 1000)), True)
            await session.execute(sa.select(limit))
        try:
            row = (await session.execute(statement)).one_or_none()
        except sa.exc.DBAPIError as error:
            if wait_seconds and is_lock_timeout(error):
                raise Busy from error
            raise
        if row is None:
            raise Unauthenticated if wait_seconds is None else Busy
        *place, task_count, database_now = row
        if self.database.clock is not None:
            now = self.database.clock()
        else:
            now = datetime.now(UTC) if database_now is None else database_now.astimezone(UTC)
        return Transaction(session, user_id, now, correlation_id, Position(*place), task_count)


async def _as_it_is(session: AsyncSession, row: Any) -> Any:
    """The row anew, without what the act had done to it before it met the conflict; None where it is gone."""
    if row is None:
        return None
    identity = sa.inspect(row).identity
    # The roll-back has emptied it, so this reads it from the database.
    fresh = await session.get(type(row), identity)
    if fresh is not None:
        session.expunge(fresh)  # or the session's end would empty it once more
    return fresh


async def _write(tx: Transaction) -> None:
    await tx.session.execute(
        sa.update(UserStream)
        .where(col(UserStream.user_id) == tx.user_id)
        .values(last_seq=tx.next_seq - 1, task_count=tx.task_count)
        .execution_options(synchronize_session=False)
    )
    if tx.events:
        await tx.session.execute(
            sa.insert(EventRow),
            [
                {
                    "user_id": event.user_id,
                    "seq": event.seq,
                    "event_id": event.event_id,
                    "type": event.type,
                    "aggregate_id": event.aggregate_id,
                    "schema_version": event.schema_version,
                    "correlation_id": event.correlation_id,
                    "changed": list(event.changed),
                    "data": event.data,
                    "created_at": event.created_at,
                }
                for event in tx.events
            ],
        )
