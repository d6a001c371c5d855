"""Taking away for good what was deleted long ago."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.aggregates import tombstone
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.tables import Task


async def purge_deleted(tx: Transaction, before: datetime, limit: int) -> int:
    """Purge up to `limit` tasks of this user that were deleted before `before`; returns how many."""
    found = await tx.session.exec(
        select(Task)
        .where(col(Task.user_id) == tx.user_id, col(Task.deleted_at) < before)
        .order_by(col(Task.deleted_at), col(Task.id))
        .limit(limit)
    )
    tasks = list(found)
    for task in tasks:
        tx.record(EventType.TASK_PURGED, task.id, tombstone(task.id, task.version, tx.now))
    await tx.session.execute(
        sa.delete(Task)
        .where(col(Task.id).in_([task.id for task in tasks]))
        .execution_options(synchronize_session=False)
    )
    return len(tasks)


async def users_with_purgeable(session: AsyncSession, before: datetime, limit: int) -> list[UUID]:
    found = await session.execute(
        sa.select(col(Task.user_id)).where(col(Task.deleted_at) < before).distinct().limit(limit)
    )
    return list(found.scalars())
