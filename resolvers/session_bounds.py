"""How many sign-in sessions there are: of one user, and of those that are over."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.purging import delete_some
from resolvers.tables import Identity, SignInSession
from resolvers.viewer import Viewer

#: Of one user, standing at once: more devices than anybody has, and as many as a page of any list.
MOST_SESSIONS = 100
#: A session that is over is kept for so long. Nothing needs it: that a refresh token is used again is told by the row
#: of one that stands, and a token whose row is gone opens no more than one whose session has ended.
KEPT = timedelta(days=7)
PURGE_SESSIONS = 5000


async def end_surplus(session: AsyncSession, viewer: Viewer, now: datetime) -> list[UUID]:
    """End what the user has not used for longest, beyond MOST_SESSIONS with the viewer's; returns which.

    The user's row, or their identity's, is locked, or two who sign in at once would each not count the other.
    """
    surplus = (
        sa.select(col(SignInSession.id))
        .where(
            col(SignInSession.user_id) == viewer.user_id,
            col(SignInSession.ended_at).is_(None),
            col(SignInSession.expires_at) > now,
            col(SignInSession.id) != viewer.session_id,
        )
        .order_by(col(SignInSession.last_used_at).desc(), col(SignInSession.id))
        .offset(MOST_SESSIONS - 1)
    )
    ended = await session.execute(
        sa.update(SignInSession)
        .where(col(SignInSession.id).in_(surplus))
        .values(ended_at=now)
        .returning(col(SignInSession.id))
        .execution_options(synchronize_session=False)
    )
    return list(ended.scalars())


async def purge_sessions(session: AsyncSession, before: datetime) -> int:
    """Delete some of those that were over before that; returns how many.

    What an identity provider names is kept until it would have run out by itself, though it was ended: the provider may
    go on to issue tokens of it, which must not begin it anew.
    """
    provided = sa.exists().where(col(Identity.user_id) == col(SignInSession.user_id))
    over = sa.or_(
        col(SignInSession.expires_at) < before,
        sa.and_(col(SignInSession.ended_at) < before, ~provided),
    )
    return await delete_some(session, SignInSession, [col(SignInSession.id)], over, PURGE_SESSIONS)
