"""How far a consumer has come with each user's log, and the inbox that has each event dealt with once.

Whoever deals with events of a user holds the lock of the user's position until it commits.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.database import insert_into
from resolvers.log.event_log import EVENT_COLUMNS, to_event
from resolvers.log.events import SCHEMA_VERSION, Event, EventType
from resolvers.purging import delete_some
from resolvers.tables import ConsumerPosition, EventRow, InboxEntry, UserStream, metadata

DONE, DEAD = "done", "dead"
#: Rows that one statement deletes: no lock is held for long.
PURGE_ENTRIES = 5000

_POSITIONS = metadata.tables[ConsumerPosition.__tablename__]


@dataclass(frozen=True, slots=True)
class Logged:
    """A row of the log. event: None where a later release added its type."""

    user_id: UUID
    seq: int
    event: Event | None


async def lock_positions(session: AsyncSession, consumer: str, user_ids: Collection[UUID]) -> dict[UUID, int]:
    """How far the consumer has come with each, locked in the order of their ids. Users who are gone are left out."""
    positions = await _lock_existing(session, consumer, user_ids)
    if new := set(user_ids) - positions.keys():
        # Two that begin with a user at once: the second waits here for the first, and then has nothing to add.
        beginning = sa.select(sa.literal(consumer), col(UserStream.user_id), sa.literal(0)).where(
            col(UserStream.user_id).in_(new)
        )
        await session.execute(
            insert_into(session, ConsumerPosition)
            .from_select(["consumer", "user_id", "seq"], beginning.order_by(col(UserStream.user_id)))
            .on_conflict_do_nothing()
        )
        positions |= await _lock_existing(session, consumer, new)
    return positions


async def _lock_existing(session: AsyncSession, consumer: str, user_ids: Collection[UUID]) -> dict[UUID, int]:
    found = await session.execute(
        sa.select(col(ConsumerPosition.user_id), col(ConsumerPosition.seq))
        .where(col(ConsumerPosition.consumer) == consumer, col(ConsumerPosition.user_id).in_(user_ids))
        .order_by(col(ConsumerPosition.user_id))
        .with_for_update()
    )
    return dict(found.all())


async def read_beyond(
    session: AsyncSession, consumer: str, user_ids: Collection[UUID], limit: int
) -> list[Logged]:
    """What the log holds beyond the positions, each user's in order.

    Where that is more than `limit`, all users get their share: the first event of each, then the second of each.
    """
    start = _start()
    found = await session.execute(
        sa.select(*EVENT_COLUMNS)
        .select_from(ConsumerPosition)
        .join(UserStream, col(UserStream.user_id) == col(ConsumerPosition.user_id))
        .join(EventRow, col(EventRow.user_id) == col(ConsumerPosition.user_id))
        .where(
            col(ConsumerPosition.consumer) == consumer,
            col(ConsumerPosition.user_id).in_(user_ids),
            col(EventRow.seq) > start,
            col(EventRow.seq) <= start + limit,
        )
        .order_by(col(EventRow.seq) - start, col(EventRow.user_id))
        .limit(limit)
    )
    return [Logged(row.user_id, row.seq, to_event(row) if row.type in EventType else None) for row in found]


async def note(
    session: AsyncSession, consumer: str, events: Iterable[tuple[Event, str]], at: datetime
) -> set[UUID]:
    """Note each event with its status; returns the ids of those that were not noted before."""
    rows = [
        {
            "consumer": consumer,
            "event_id": event.event_id,
            "user_id": event.user_id,
            "status": status,
            "noted_at": at,
        }
        for event, status in events
    ]
    if not rows:
        return set()
    found = await session.execute(
        insert_into(session, InboxEntry).on_conflict_do_nothing().returning(col(InboxEntry.event_id)), rows
    )
    return set(found.scalars())


async def move_positions(session: AsyncSession, consumer: str, reached: dict[UUID, int]) -> None:
    await session.execute(
        sa.update(_POSITIONS)
        .where(_POSITIONS.c.consumer == consumer, _POSITIONS.c.user_id == sa.bindparam("of"))
        .values(seq=sa.bindparam("to")),
        [{"of": user_id, "to": seq} for user_id, seq in sorted(reached.items())],
    )


async def users_of_newer(session: AsyncSession, event_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whose events those are, by event: those that a later release wrote in a form that this one can't read."""
    found = await session.execute(
        sa.select(col(EventRow.event_id), col(EventRow.user_id)).where(
            col(EventRow.event_id).in_(event_ids), col(EventRow.schema_version) > SCHEMA_VERSION
        )
    )
    return dict(found.all())


async def users_behind(
    session: AsyncSession, consumer: str, before: datetime, after: UUID | None, limit: int
) -> Sequence[tuple[UUID, datetime]]:
    """Users with events from before `before` beyond their position, in the order of their ids after `after`.

    With the time of each one's first such event.
    """
    start = _start()
    found = await session.execute(
        sa.select(col(UserStream.user_id), col(EventRow.created_at))
        .select_from(UserStream)
        .outerjoin(
            ConsumerPosition,
            sa.and_(
                col(ConsumerPosition.consumer) == consumer,
                col(ConsumerPosition.user_id) == col(UserStream.user_id),
            ),
        )
        .join(
            EventRow,
            sa.and_(col(EventRow.user_id) == col(UserStream.user_id), col(EventRow.seq) == start + 1),
        )
        .where(
            col(UserStream.last_seq) > start,
            col(EventRow.created_at) < before,
            sa.true() if after is None else col(UserStream.user_id) > after,
        )
        .order_by(col(UserStream.user_id))
        .limit(limit)
    )
    return found.all()


async def purge_inbox(session: AsyncSession, before: datetime) -> int:
    """Delete some of what was noted before that; returns how much."""
    key = (col(InboxEntry.consumer), col(InboxEntry.event_id))
    return await delete_some(session, InboxEntry, key, col(InboxEntry.noted_at) < before, PURGE_ENTRIES)


def _start() -> sa.ColumnElement[int]:
    """The last event that needs no dealing with: the position, or what the log no longer holds."""
    seq = sa.func.coalesce(col(ConsumerPosition.seq), 0)
    forgotten = col(UserStream.min_seq) - 1
    return sa.case((seq < forgotten, forgotten), else_=seq)
