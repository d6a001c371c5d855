"""Rows of the ledger: which of them are meant, and how they end."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.channels.kinds import DeliveryStatus
from resolvers.tables import Delivery

#: Written out: with a parameter in its place, the indexes of what is to come would not be known to be enough.
PENDING: sa.ColumnElement[bool] = col(Delivery.status) == sa.literal_column(f"'{DeliveryStatus.PENDING}'")

#: Ended by one statement: a backlog may be longer than a database lets one take.
AT_ONCE = 5000


def free(now: datetime) -> sa.ColumnElement[bool]:
    """Still to be sent, and nobody is at it."""
    unclaimed = sa.or_(col(Delivery.claimed_until).is_(None), col(Delivery.claimed_until) <= now)
    return sa.and_(PENDING, unclaimed)


def claimed(owner: UUID, ids: Collection[UUID]) -> sa.ColumnElement[bool]:
    """Those of them that the owner still has."""
    return sa.and_(col(Delivery.id).in_(ids), col(Delivery.claimed_by) == owner, PENDING)


def mine(owner: UUID, ids: Collection[UUID]) -> sa.Update:
    return _update().where(claimed(owner, ids))


def waiting(channel_id: UUID) -> sa.Update:
    """All that is still to be sent through the channel."""
    return _update().where(PENDING, col(Delivery.channel_id) == channel_id)


def some_waiting(channel_id: UUID, now: datetime, *conditions: sa.ColumnElement[bool]) -> sa.Update:
    """What is to be sent through the channel and is not under way: so much of it that it takes no long time."""
    some = (
        sa.select(col(Delivery.id))
        .where(free(now), col(Delivery.channel_id) == channel_id, *conditions)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return _update().where(col(Delivery.id).in_(some))


async def end(
    session: AsyncSession, which: sa.Update, status: DeliveryStatus, reason: str | None, **values: Any
) -> int:
    """Returns how many there were."""
    found = await session.execute(
        which.values(
            status=status,
            failure=reason,
            # It may hold a link's secret.
            letter=sa.null(),
            claimed_by=None,
            claimed_until=None,
            **values,
        ).returning(col(Delivery.id))
    )
    return len(found.all())


def _update() -> sa.Update:
    return sa.update(Delivery).execution_options(synchronize_session=False)
