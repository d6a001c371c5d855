"""What waits in the ledger when its channel ends or works again, and what is forgotten."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.channels.kinds import DeliveryStatus
from resolvers.deliveries.rows import PENDING, end, some_waiting, waiting
from resolvers.purging import delete_some
from resolvers.tables import Delivery

#: Sent or failed so long ago, it is forgotten.
KEPT = timedelta(days=90)
PURGE_DELIVERIES = 5000


async def fail_waiting(session: AsyncSession, channel_id: UUID, now: datetime, reason: str) -> None:
    """What was to be sent through the channel is not.

    What is under way is noted by who is at it; of a very long backlog, workers end the rest.
    """
    await end(session, some_waiting(channel_id, now), DeliveryStatus.FAILED, reason)


async def try_now(session: AsyncSession, channel_id: UUID, now: datetime) -> None:
    """What waits for the channel to work again waits no longer."""
    await session.execute(waiting(channel_id).where(col(Delivery.next_at) > now).values(next_at=now))


async def purge_deliveries(session: AsyncSession, before: datetime) -> int:
    """Delete some of what ended and was made before that; returns how many."""
    over = sa.and_(col(Delivery.created_at) < before, ~PENDING)
    return await delete_some(session, Delivery, [col(Delivery.id)], over, PURGE_DELIVERIES)
