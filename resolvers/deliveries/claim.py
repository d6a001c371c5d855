"""Claiming what is due, so that of any number of workers one sends it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.channels.kinds import DeliveryStatus
from resolvers.database import none_of
from resolvers.tables import Channel, Delivery

#: Longer than any message takes; then whoever claimed it is given up.
CLAIM = timedelta(seconds=30)
#: Of one channel at once: what is slow keeps only its own waiting.
AT_ONCE = 8
#: Looked through for those: more of one channel in front would hide the others', were it not passed over when busy.
LOOKED_THROUGH = 1000
#: Late rings that are told of in one message.
TOGETHER = 200
#: Written out: with a parameter in its place, the index of what is to come would not be known to be enough.
_PENDING: sa.ColumnElement[str] = sa.literal_column(f"'{DeliveryStatus.PENDING}'")


async def claim_due(
    session: AsyncSession, owner: UUID, now: datetime, limit: int, busy: Collection[UUID] = ()
) -> list[Delivery]:
    """Up to `limit` that are due and that nobody else has: no late rings, and none of `busy` channels.

    Each counts as an attempt from here on, whatever comes of it.
    """
    due = (
        sa.select(col(Delivery.id), col(Delivery.channel_id), col(Delivery.next_at))
        .outerjoin(Channel, col(Channel.id) == col(Delivery.channel_id))
        .where(
            *_free(now),
            sa.or_(col(Delivery.late_after).is_(None), col(Delivery.late_after) > now),
            col(Delivery.next_at) <= now,
            sa.or_(col(Delivery.channel_id).is_(None), none_of(col(Delivery.channel_id), busy)),
            sa.or_(col(Channel.id).is_(None), sa.and_(*_takes(now))),
        )
        .order_by(col(Delivery.next_at))
        .limit(LOOKED_THROUGH)
        .subquery()
    )
    whose = sa.func.coalesce(due.c.channel_id, due.c.id)
    place = sa.func.row_number().over(partition_by=whose, order_by=(due.c.next_at, due.c.id))
    ranked = sa.select(due.c.id, due.c.next_at, place.label("place")).subquery()
    first = (
        sa.select(ranked.c.id)
        .where(ranked.c.place <= AT_ONCE)
        .order_by(ranked.c.next_at, ranked.c.id)
        .limit(limit)
    )
    return await _claim(session, owner, now, col(Delivery.id).in_(first))


async def claim_late(
    session: AsyncSession, owner: UUID, now: datetime, limit: int, busy: Collection[UUID] = ()
) -> list[list[Delivery]]:
    """The late rings of up to `limit` channels where one is due, parted into what one message each is to tell of.

    All of a channel are claimed under its lock, or two workers would make two messages of them.
    """
    waiting = (
        sa.select(col(Delivery.channel_id))
        .join(Channel, col(Channel.id) == col(Delivery.channel_id))
        .where(
            *_free(now),
            col(Delivery.late_after) <= now,
            col(Delivery.next_at) <= now,
            none_of(col(Delivery.channel_id), busy),
            *_takes(now),
        )
        .distinct()
        .limit(limit)
    )
    locked = await session.execute(
        sa.select(col(Channel.id)).where(col(Channel.id).in_(waiting)).with_for_update(skip_locked=True)
    )
    messages: list[list[Delivery]] = []
    for channel_id in locked.scalars().all():
        late = (
            sa.select(col(Delivery.id))
            .where(*_free(now), col(Delivery.channel_id) == channel_id, col(Delivery.late_after) <= now)
            .order_by(col(Delivery.sent_with), col(Delivery.seq))
            .limit(LOOKED_THROUGH)
        )
        # All of what was told of together, though it be more than is looked through: a receiver that has seen the key
        # takes what else comes under it for a double.
        begun = sa.select(col(Delivery.sent_with)).where(col(Delivery.id).in_(late))
        together = sa.and_(col(Delivery.channel_id) == channel_id, col(Delivery.sent_with).in_(begun))
        claimed = await _claim(session, owner, now, sa.or_(col(Delivery.id).in_(late), together))
        groups: dict[UUID | None, list[Delivery]] = {}
        for delivery in sorted(claimed, key=lambda each: each.seq or 0):
            groups.setdefault(delivery.sent_with, []).append(delivery)
        fresh = groups.pop(None, [])
        # What was sent before, and may have arrived, is sent again as it was.
        messages += groups.values()
        messages += [fresh[start : start + TOGETHER] for start in range(0, len(fresh), TOGETHER)]
    return messages


async def release(session: AsyncSession, owner: UUID, ids: Collection[UUID]) -> None:
    """Give up the claim on them: what came of the attempt is not known."""
    await session.execute(
        sa.update(Delivery)
        .where(col(Delivery.id).in_(ids), col(Delivery.claimed_by) == owner)
        .values(claimed_by=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )


async def next_due(session: AsyncSession, busy: Collection[UUID] = ()) -> datetime | None:
    """When the next is to be tried, or a claim on it runs out; in the past where some are due."""
    found = await session.execute(
        sa.select(
            sa.func.min(
                sa.case(
                    (
                        col(Delivery.claimed_until) > col(Delivery.next_at),
                        col(Delivery.claimed_until),
                    ),
                    else_=col(Delivery.next_at),
                )
            )
        ).where(
            col(Delivery.status) == _PENDING,
            sa.or_(col(Delivery.channel_id).is_(None), none_of(col(Delivery.channel_id), busy)),
        )
    )
    moment: datetime | None = found.scalar_one_or_none()
    return moment


async def _claim(
    session: AsyncSession, owner: UUID, now: datetime, which: sa.ColumnElement[bool]
) -> list[Delivery]:
    found: Sequence[Delivery] = (
        await session.exec(
            select(Delivery)
            .where(which, *_free(now))
            .order_by(col(Delivery.next_at), col(Delivery.seq))
            .with_for_update(skip_locked=True)
        )
    ).all()
    for delivery in found:
        delivery.claimed_by, delivery.claimed_until = owner, now + CLAIM
        delivery.attempts += 1
    return list(found)


def _takes(now: datetime) -> list[sa.ColumnElement[bool]]:
    """Of a channel: it is on, and does not rest."""
    return [
        col(Channel.enabled).is_(True),
        sa.or_(col(Channel.rests_until).is_(None), col(Channel.rests_until) <= now),
    ]


def _free(now: datetime) -> list[sa.ColumnElement[bool]]:
    return [
        col(Delivery.status) == _PENDING,
        sa.or_(col(Delivery.claimed_until).is_(None), col(Delivery.claimed_until) <= now),
    ]
