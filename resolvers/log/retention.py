"""Forgetting the beginning of a user's log, as far as nobody needs it any more."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.deliveries.rows import PENDING
from resolvers.log.transaction import Transaction
from resolvers.tables import ConsumerPosition, DeadLetter, Delivery, EventRow, UserStream


async def users_with_old_events(
    session: AsyncSession, before: datetime, after: UUID | None, limit: int
) -> list[UUID]:
    """Users whose oldest event is from before `before`, in the order of their ids after `after`."""
    found = await session.execute(
        sa.select(col(UserStream.user_id))
        .join(
            EventRow,
            sa.and_(
                col(EventRow.user_id) == col(UserStream.user_id), col(EventRow.seq) == col(UserStream.min_seq)
            ),
        )
        .where(
            col(EventRow.created_at) < before,
            sa.true() if after is None else col(UserStream.user_id) > after,
        )
        .order_by(col(UserStream.user_id))
        .limit(limit)
    )
    return list(found.scalars())


async def forget(tx: Transaction, consumer: str, before: datetime, limit: int) -> int:
    """Take away the user's oldest events, up to `limit` of those from before `before`; returns how many.

    Up to the first that is still to be published, to be dealt with by `consumer`, to be sent, or a dead letter: it is
    read from the log then. The log's new beginning is in the same transaction, so a cursor from before it is refused.
    """
    first = tx.position.min_seq
    needed = await tx.session.execute(sa.select(*_needed(tx.user_id, first, consumer, before, limit)))
    beginning = min(
        seq for seq in (*needed.one(), first + limit, tx.position.last_seq + 1) if seq is not None
    )
    if beginning <= first:
        return 0
    await tx.session.execute(
        sa.delete(EventRow)
        .where(col(EventRow.user_id) == tx.user_id, col(EventRow.seq) < beginning)
        .execution_options(synchronize_session=False)
    )
    await tx.session.execute(
        sa.update(UserStream)
        .where(col(UserStream.user_id) == tx.user_id)
        .values(min_seq=beginning)
        .execution_options(synchronize_session=False)
    )
    return int(beginning - first)


async def count_events(session: AsyncSession) -> int:
    """Of all users, by what their streams say: their logs have no gaps."""
    kept = sa.func.sum(col(UserStream.last_seq) - col(UserStream.min_seq) + 1)
    return int((await session.execute(sa.select(kept))).scalar_one() or 0)


def _needed(
    user_id: UUID, first: int, consumer: str, before: datetime, limit: int
) -> list[sa.ScalarSelect[Any]]:
    """The first event that must stay, for each reason there is; none where there is none among the next ones."""
    of_user = col(EventRow.user_id) == user_id
    young = (
        sa.select(sa.func.min(col(EventRow.seq)))
        .where(of_user, col(EventRow.seq) >= first, col(EventRow.seq) <= first + limit)
        .where(sa.or_(col(EventRow.created_at) >= before, col(EventRow.published_at).is_(None)))
    )
    # Who has no position yet has the beginning before them.
    consumed = sa.select(
        sa.func.coalesce(
            sa.select(col(ConsumerPosition.seq))
            .where(col(ConsumerPosition.consumer) == consumer, col(ConsumerPosition.user_id) == user_id)
            .scalar_subquery(),
            0,
        )
        + 1
    )
    to_send = sa.select(sa.func.min(col(Delivery.seq))).where(PENDING, col(Delivery.user_id) == user_id)
    dead = (
        sa.select(sa.func.min(col(EventRow.seq)))
        .join(DeadLetter, col(DeadLetter.event_id) == col(EventRow.event_id))
        .where(of_user, col(DeadLetter.user_id) == user_id)
    )
    return [each.scalar_subquery() for each in (young, consumed, to_send, dead)]
