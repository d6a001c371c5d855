"""What a consumer could not deal with: kept until somebody has it tried again, or drops it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.database import insert_into
from resolvers.log.events import Event
from resolvers.log.inbox import DONE, note
from resolvers.tables import DeadLetter, EventRow, InboxEntry


async def add_letters(session: AsyncSession, letters: Sequence[DeadLetter]) -> list[UUID]:
    """Returns the ids of those that are new: what comes again is here already."""
    if not letters:
        return []
    found = await session.execute(
        insert_into(session, DeadLetter).on_conflict_do_nothing().returning(col(DeadLetter.id)),
        [letter.model_dump() for letter in letters],
    )
    return list(found.scalars())


async def unpublished_letters(session: AsyncSession, consumer: str, limit: int) -> list[DeadLetter]:
    """Those that the bus has not taken, oldest first."""
    found = await session.execute(
        sa.select(DeadLetter)
        .where(col(DeadLetter.consumer) == consumer, col(DeadLetter.published_at).is_(None))
        .order_by(col(DeadLetter.created_at))
        .limit(limit)
    )
    return list(found.scalars())


async def mark_letters_published(session: AsyncSession, ids: Sequence[UUID], at: datetime) -> None:
    await session.execute(
        sa.update(DeadLetter)
        .where(col(DeadLetter.id).in_(ids))
        .values(published_at=at)
        .execution_options(synchronize_session=False)
    )


async def count_letters(session: AsyncSession, consumer: str) -> int:
    found = await session.execute(
        sa.select(sa.func.count(col(DeadLetter.id))).where(col(DeadLetter.consumer) == consumer)
    )
    return found.scalar_one() or 0


async def read_letters(session: AsyncSession, limit: int) -> list[DeadLetter]:
    """The first `limit`, oldest first."""
    found = await session.execute(
        sa.select(DeadLetter).order_by(col(DeadLetter.created_at), col(DeadLetter.id)).limit(limit)
    )
    return list(found.scalars())


async def letter_ids(session: AsyncSession) -> list[UUID]:
    """All of them, oldest first."""
    found = await session.execute(
        sa.select(col(DeadLetter.id)).order_by(col(DeadLetter.created_at), col(DeadLetter.id))
    )
    return list(found.scalars())


async def read_letter(session: AsyncSession, id_: UUID) -> DeadLetter | None:
    return await session.get(DeadLetter, id_)


async def lock_letter(session: AsyncSession, id_: UUID) -> DeadLetter | None:
    found = await session.execute(sa.select(DeadLetter).where(col(DeadLetter.id) == id_).with_for_update())
    return found.scalar_one_or_none()


async def is_done(session: AsyncSession, consumer: str, event_id: UUID) -> bool:
    found = await session.execute(
        sa.select(col(InboxEntry.status)).where(
            col(InboxEntry.consumer) == consumer, col(InboxEntry.event_id) == event_id
        )
    )
    return found.scalar_one_or_none() == DONE


async def note_done(session: AsyncSession, consumer: str, event: Event, at: datetime) -> None:
    """Whatever was noted of it before."""
    if await note(session, consumer, [(event, DONE)], at):
        return
    await session.execute(
        sa.update(InboxEntry)
        .where(col(InboxEntry.consumer) == consumer, col(InboxEntry.event_id) == event.event_id)
        .values(status=DONE, noted_at=at)
        .execution_options(synchronize_session=False)
    )


async def is_in_log(session: AsyncSession, event: Event) -> bool:
    """Whether it is an event of this database, and does not only say so."""
    found = await session.execute(
        sa.select(sa.literal(1)).where(
            col(EventRow.event_id) == event.event_id,
            col(EventRow.user_id) == event.user_id,
            col(EventRow.seq) == event.seq,
        )
    )
    return found.first() is not None
