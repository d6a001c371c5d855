"""Ringing what is due: each reminder once, whatever restarts and however many processes ring."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.database import none_of
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.reminders.plan import Canceller, Status, cancel, note
from resolvers.tables import Reminder, Task

#: Rung later than this after its moment, a reminder says so.
LATE = timedelta(minutes=1)
#: Older than this it is not rung any more.
MISSED = timedelta(hours=24)
#: Written out: with a parameter in its place, the index of what is to come would not be known to be enough.
_PENDING: sa.ColumnElement[str] = sa.literal_column(f"'{Status.PENDING}'")


@dataclass(frozen=True, slots=True)
class Rung:
    """What one batch did. rings: of each, how long after its moment, in seconds, and whether that is late."""

    rings: tuple[tuple[float, bool], ...] = ()
    missed: int = 0


async def ring_due(
    tx: Transaction, limit: int, among: Collection[UUID] | None = None, but: Collection[UUID] = ()
) -> Rung:
    """Ring up to `limit` of the user's due reminders, or of those `among` them that are due, the oldest first."""
    found = await tx.session.exec(
        select(Reminder, Task.deleted_at)
        .join(Task, col(Task.id) == col(Reminder.task_id))
        .where(
            col(Reminder.user_id) == tx.user_id,
            *_due(tx.now, but),
            sa.true() if among is None else col(Reminder.id).in_(among),
        )
        .order_by(col(Reminder.remind_at), col(Reminder.id))
        .limit(limit)
    )
    rings, missed = [], 0
    for reminder, deleted_at in found:
        overdue = tx.now - reminder.remind_at
        if deleted_at is not None:
            # By the previous release, which knows no reminders.
            cancel(tx, reminder, Canceller.DELETION)
            continue
        if overdue > MISSED:
            reminder.status = Status.MISSED
            note(tx, EventType.REMINDER_MISSED, reminder, ["status"])
            missed += 1
            continue
        reminder.status, reminder.notified_at = Status.NOTIFIED, tx.now
        reminder.late = overdue > LATE
        changed = ["status", "notified", "notifiedAt", *(["late"] if reminder.late else [])]
        note(tx, EventType.REMINDER_TRIGGERED, reminder, changed)
        rings.append((overdue.total_seconds(), reminder.late))
    return Rung(tuple(rings), missed)


async def users_with_due_reminders(
    session: AsyncSession,
    now: datetime,
    limit: int,
    after_user: UUID,
    but_users: Collection[UUID] = (),
    but: Collection[UUID] = (),
) -> list[UUID]:
    """In the order of their ids, from the one after `after_user` on and round."""
    # By itself: a planner that thinks of the grouping would go through the user's index, and read all there are.
    due = (
        sa.select(col(Reminder.user_id))
        .where(*_due(now, but), none_of(col(Reminder.user_id), but_users))
        .cte("due")
        .prefix_with("MATERIALIZED")
    )
    found = await session.execute(
        sa.select(due.c.user_id)
        .group_by(due.c.user_id)
        .order_by(due.c.user_id <= after_user, due.c.user_id)
        .limit(limit)
    )
    return list(found.scalars())


async def due_reminders(
    session: AsyncSession, user_id: UUID, now: datetime, limit: int, but: Collection[UUID] = ()
) -> list[UUID]:
    """One user's, the oldest first."""
    found = await session.execute(
        sa.select(col(Reminder.id))
        .where(col(Reminder.user_id) == user_id, *_due(now, but))
        .order_by(col(Reminder.remind_at), col(Reminder.id))
        .limit(limit)
    )
    return list(found.scalars())


async def next_ring(
    session: AsyncSession, but_users: Collection[UUID] = (), but: Collection[UUID] = ()
) -> datetime | None:
    """The moment of the next reminder to ring, some aside; in the past where some are due."""
    found = await session.execute(
        sa.select(col(Reminder.remind_at))
        .where(
            col(Reminder.status) == _PENDING,
            none_of(col(Reminder.user_id), but_users),
            none_of(col(Reminder.id), but),
        )
        .order_by(col(Reminder.remind_at))
        .limit(1)
    )
    return found.scalar_one_or_none()


def _due(now: datetime, but: Collection[UUID]) -> list[sa.ColumnElement[bool]]:
    return [
        col(Reminder.status) == _PENDING,
        col(Reminder.remind_at) <= now,
        none_of(col(Reminder.id), but),
    ]
