"""Reading the log. It is written in one place only, `transaction.py`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.errors import CursorExpired
from resolvers.log.cursor import Position
from resolvers.log.events import Event, EventType
from resolvers.tables import EventRow, SignInSession, UserStream

EVENT_COLUMNS = (
    col(EventRow.user_id),
    col(EventRow.seq),
    col(EventRow.event_id),
    col(EventRow.type),
    col(EventRow.aggregate_id),
    col(EventRow.schema_version),
    col(EventRow.correlation_id),
    col(EventRow.changed),
    col(EventRow.data),
    col(EventRow.created_at),
)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted: all where nothing is said. `since` is inclusive, `until` exclusive."""

    types: frozenset[EventType] | None = None
    aggregate_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def admits(self, event: Event) -> bool:
        return (
            (self.types is None or event.type in self.types)
            and (self.aggregate_id is None or event.aggregate_id == self.aggregate_id)
            and (self.since is None or event.created_at >= self.since)
            and (self.until is None or event.created_at < self.until)
        )

    def conditions(self) -> Iterable[sa.ColumnElement[bool]]:
        if self.types is not None:
            yield col(EventRow.type).in_(sorted(self.types))
        if self.aggregate_id is not None:
            yield col(EventRow.aggregate_id) == self.aggregate_id
        if self.since is not None:
            yield col(EventRow.created_at) >= self.since
        if self.until is not None:
            yield col(EventRow.created_at) < self.until


EVERYTHING = EventFilter()


async def read_position(session: AsyncSession, user_id: UUID) -> Position | None:
    """How far the user's log reaches now; None where there is no such user."""
    found = await session.execute(_position().where(col(UserStream.user_id) == user_id))
    row = found.one_or_none()
    return None if row is None else Position(*row)


async def read_position_of_session(session: AsyncSession, user_id: UUID, session_id: UUID) -> Position | None:
    """As `read_position`; None also where the sign-in session has ended."""
    found = await session.execute(
        _position()
        .join(SignInSession, col(SignInSession.user_id) == col(UserStream.user_id))
        .where(
            col(UserStream.user_id) == user_id,
            col(SignInSession.id) == session_id,
            col(SignInSession.ended_at).is_(None),
        )
    )
    row = found.one_or_none()
    return None if row is None else Position(*row)


async def read_positions(session: AsyncSession, user_ids: Iterable[UUID]) -> list[Position]:
    """As `read_position` for many users in one statement; those that are gone are left out."""
    found = await session.execute(_position().where(col(UserStream.user_id).in_(list(user_ids))))
    return [Position(*row) for row in found]


async def standing_sessions(session: AsyncSession, session_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the sign-in sessions that have not ended."""
    found = await session.execute(
        sa.select(col(SignInSession.id)).where(
            col(SignInSession.id).in_(list(session_ids)), col(SignInSession.ended_at).is_(None)
        )
    )
    return set(found.scalars())


async def read_after(
    session: AsyncSession, user_id: UUID, seq: int, limit: int, wanted: EventFilter = EVERYTHING
) -> list[Event]:
    """The user's first `limit` wanted events after `seq`, oldest first."""
    found = await session.execute(
        sa.select(*EVENT_COLUMNS)
        .where(
            col(EventRow.user_id) == user_id,
            col(EventRow.seq) > seq,
            # What a later release records beside this one is not for this one's clients.
            col(EventRow.type).in_(list(EventType)),
            *wanted.conditions(),
        )
        .order_by(col(EventRow.seq))
        .limit(limit)
    )
    return [to_event(row) for row in found]


async def read_on(
    session: AsyncSession, position: Position, seq: int, limit: int, wanted: EventFilter = EVERYTHING
) -> list[Event]:
    """As `read_after`, for whoever has had all up to `seq` of the log of that position and must miss nothing.

    Raises CursorExpired where the log has forgotten what comes next, or was replaced.
    """
    events = await read_after(session, position.user_id, seq, limit, wanted)
    # After them: what was forgotten before they were read is seen here, whatever this transaction is shown.
    now = await read_position(session, position.user_id)
    if now is None or now.epoch != position.epoch or seq < now.min_seq - 1:
        raise CursorExpired
    return events


async def last_seq_before(session: AsyncSession, user_id: UUID, until: datetime) -> int:
    """The number of the user's newest event from before `until`; 0 where there is none."""
    found = await session.execute(
        sa.select(sa.func.max(col(EventRow.seq))).where(
            col(EventRow.user_id) == user_id, col(EventRow.created_at) < until
        )
    )
    return found.scalar_one() or 0


async def read_waiting(session: AsyncSession, before: datetime, limit: int) -> list[Event]:
    """Events of all users that were recorded before `before` and are not noted as published.

    Each user's are in the order of their log.
    """
    found = await session.execute(
        sa.select(*EVENT_COLUMNS)
        .where(
            col(EventRow.published_at).is_(None),
            col(EventRow.created_at) < before,
            col(EventRow.type).in_(list(EventType)),
        )
        .order_by(col(EventRow.created_at), col(EventRow.user_id), col(EventRow.seq))
        .limit(limit)
    )
    return sorted((to_event(row) for row in found), key=lambda event: (event.user_id, event.seq))


async def read_backlog(session: AsyncSession, before: datetime, at_most: int) -> tuple[int, datetime | None]:
    """How many events recorded before `before` are not noted as published, counted up to `at_most`.

    And since when the oldest of them waits.
    """
    waiting = (
        sa.select(col(EventRow.created_at))
        .where(col(EventRow.published_at).is_(None), col(EventRow.created_at) < before)
        .order_by(col(EventRow.created_at))
        .limit(at_most)
        .subquery()
    )
    found = await session.execute(sa.select(sa.func.count(), sa.func.min(waiting.c.created_at)))
    count, oldest = found.one()
    return count, oldest


async def mark_published(session: AsyncSession, events: Sequence[Event], at: datetime) -> None:
    await session.execute(
        sa.update(EventRow)
        .where(col(EventRow.event_id).in_([event.event_id for event in events]))
        .values(published_at=at)
        .execution_options(synchronize_session=False)
    )


def _position() -> sa.Select[UUID, int, bytes, int, int]:
    return sa.select(
        col(UserStream.user_id),
        col(UserStream.epoch),
        col(UserStream.cursor_key),
        col(UserStream.last_seq),
        col(UserStream.min_seq),
    )


def to_event(row: sa.Row[tuple[object, ...]]) -> Event:
    return Event(
        user_id=row.user_id,
        seq=row.seq,
        event_id=row.event_id,
        type=EventType(row.type),
        aggregate_id=row.aggregate_id,
        schema_version=row.schema_version,
        correlation_id=row.correlation_id,
        changed=tuple(row.changed),
        data=row.data,
        created_at=row.created_at,
    )
