"""What becomes of links that set a new password, used or not."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.tables import PasswordReset

#: Longer than any is good for, and than how many were asked for is counted.
KEPT = timedelta(days=1)


async def void_resets(session: AsyncSession, user_id: UUID, now: datetime) -> None:
    """With a new password, no link that was asked for before sets another."""
    await session.execute(
        sa.update(PasswordReset)
        .where(col(PasswordReset.user_id) == user_id, col(PasswordReset.used_at).is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )


async def purge_resets(session: AsyncSession, now: datetime) -> None:
    """Take away the links that are not good any more, and no longer count."""
    await session.execute(sa.delete(PasswordReset).where(col(PasswordReset.created_at) < now - KEPT))
