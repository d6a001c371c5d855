"""What came of sending: noted only by whoever still has the claim."""

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.channels.kinds import DeliveryStatus
from resolvers.tables import Channel, Delivery

#: What has been tried for so long has failed for good.
TRIED_FOR = timedelta(hours=24)
#: From one try to the next, at first and at last; each time twice as long.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 3600.0
#: So that what failed together is not tried again together.
JITTER = 0.25
#: Sent or failed so long ago, it is forgotten.
KEPT = timedelta(days=90)
PURGE_DELIVERIES = 5000


async def note_sent(session: AsyncSession, owner: UUID, deliveries: Sequence[Delivery], now: datetime) -> int:
    """The channel works again. Returns how many were noted."""
    ids, channel_id = _ids(deliveries), deliveries[0].channel_id
    if channel_id is not None:
        # Before its deliveries, as always: two that note of one channel would wait for each other.
        await session.execute(
            _channel(channel_id)
            .where(
                _any_mine(owner, ids), sa.or_(col(Channel.failures) > 0, col(Channel.failed_at).is_not(None))
            )
            .values(failures=0, rests_until=None, failed_at=None, failure=None)
        )
    return await _end(session, owner, ids, DeliveryStatus.SENT, None, sent_at=now)


async def note_failed(
    session: AsyncSession,
    owner: UUID,
    deliveries: Sequence[Delivery],
    now: datetime,
    reason: str,
    retry_after_seconds: float | None,
    *,
    may_have_arrived: bool,
) -> int:
    """They are tried again later, and all of their channel rests until then; or the time for that is over.

    What may have arrived is sent again as it was. Returns how many of them failed for good.
    """
    channel_id = deliveries[0].channel_id
    tries = max(delivery.attempts for delivery in deliveries)
    if channel_id is not None:
        failures = await session.execute(
            _channel(channel_id)
            .where(_any_mine(owner, _ids(deliveries)))
            .values(failures=col(Channel.failures) + 1)
            .returning(col(Channel.failures))
        )
        counted: int | None = failures.scalar_one_or_none()
        if counted is None:
            return 0  # somebody else has it by now, and may fare better
        tries = counted
    over = [delivery for delivery in deliveries if delivery.created_at + TRIED_FOR <= now]
    given_up = await note_given_up(session, owner, over, now, reason) if over else 0
    left = [delivery for delivery in deliveries if delivery not in over]
    pause = timedelta(seconds=max(retry_after_seconds or 0.0, pause_seconds(tries)))
    await session.execute(
        _mine(owner, _ids(left)).values(
            next_at=now + pause, claimed_by=None, claimed_until=None, failure=reason
        )
    )
    if not may_have_arrived:
        # It may yet be told of together with others; but not where an earlier try may have arrived under its key.
        await session.execute(
            _update()
            .where(
                col(Delivery.id).in_(_ids(left)),
                col(Delivery.sent_with) == col(Delivery.id),
                col(Delivery.attempts) == 1,
            )
            .values(sent_with=None)
        )
    if channel_id is not None:
        await session.execute(_channel(channel_id).values(rests_until=now + pause))
        # Its backlog is not looked at meanwhile.
        await session.execute(
            _update()
            .where(
                col(Delivery.channel_id) == channel_id,
                col(Delivery.status) == DeliveryStatus.PENDING,
                col(Delivery.next_at) < now + pause,
            )
            .values(next_at=now + pause)
        )
    return given_up


async def note_given_up(
    session: AsyncSession, owner: UUID, deliveries: Sequence[Delivery], now: datetime, reason: str
) -> int:
    """They failed for good, and their channel says so."""
    ids, channel_id = _ids(deliveries), deliveries[0].channel_id
    if channel_id is not None:
        await session.execute(
            _channel(channel_id).where(_any_mine(owner, ids)).values(failed_at=now, failure=reason)
        )
    return await _end(session, owner, ids, DeliveryStatus.FAILED, reason)


async def note_not_wanted(
    session: AsyncSession, owner: UUID, deliveries: Sequence[Delivery], reason: str
) -> int:
    """They are not sent any more, which is not their channel's fault."""
    return await _end(session, owner, _ids(deliveries), DeliveryStatus.FAILED, reason)


async def note_gone(session: AsyncSession, channel_id: UUID, now: datetime, reason: str) -> None:
    """The channel ends, with all that was to be sent through it."""
    await session.execute(_channel(channel_id).values(enabled=False, failed_at=now, failure=reason))
    await fail_pending(session, channel_id, reason)


async def fail_pending(session: AsyncSession, channel_id: UUID, reason: str) -> None:
    """What was to be sent through the channel is not."""
    await session.execute(
        _update()
        .where(col(Delivery.channel_id) == channel_id, col(Delivery.status) == DeliveryStatus.PENDING)
        .values(
            status=DeliveryStatus.FAILED,
            failure=reason,
            letter=sa.null(),
            claimed_by=None,
            claimed_until=None,
        )
    )


async def purge_deliveries(session: AsyncSession, before: datetime) -> int:
    """Delete some of what ended and was made before that; returns how many."""
    old = (
        sa.select(col(Delivery.id))
        .where(col(Delivery.created_at) < before, col(Delivery.status) != DeliveryStatus.PENDING)
        .limit(PURGE_DELIVERIES)
        .with_for_update(skip_locked=True)
    )
    deleted = await session.execute(
        sa.delete(Delivery)
        .where(col(Delivery.id).in_(old))
        .returning(col(Delivery.id))
        .execution_options(synchronize_session=False)
    )
    return len(deleted.all())


def pause_seconds(tries: int) -> float:
    """Before the next try, after so many that failed."""
    seconds = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(tries - 1, 30))
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - nothing hangs on its being guessed


async def _end(
    session: AsyncSession,
    owner: UUID,
    ids: Collection[UUID],
    status: DeliveryStatus,
    reason: str | None,
    **values: Any,
) -> int:
    found = await session.execute(
        _mine(owner, ids)
        .values(
            status=status,
            failure=reason,
            # It may hold a link's secret.
            letter=sa.null(),
            claimed_by=None,
            claimed_until=None,
            **values,
        )
        .returning(col(Delivery.id))
    )
    return len(found.all())


def _ids(deliveries: Sequence[Delivery]) -> list[UUID]:
    return [delivery.id for delivery in deliveries]


def _update() -> sa.Update:
    return sa.update(Delivery).execution_options(synchronize_session=False)


def _mine(owner: UUID, ids: Collection[UUID]) -> sa.Update:
    return _update().where(*_claimed(owner, ids))


def _any_mine(owner: UUID, ids: Collection[UUID]) -> sa.ColumnElement[bool]:
    return sa.exists().where(*_claimed(owner, ids))


def _claimed(owner: UUID, ids: Collection[UUID]) -> list[sa.ColumnElement[bool]]:
    return [
        col(Delivery.id).in_(ids),
        col(Delivery.claimed_by) == owner,
        col(Delivery.status) == DeliveryStatus.PENDING,
    ]


def _channel(channel_id: UUID) -> sa.Update:
    return (
        sa.update(Channel).where(col(Channel.id) == channel_id).execution_options(synchronize_session=False)
    )
