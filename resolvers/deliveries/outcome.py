"""What came of sending: noted only by whoever still has the claim."""

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.channels.kinds import DeliveryStatus
from resolvers.deliveries.claim import CLAIM
from resolvers.deliveries.rows import claimed, end, mine, some_waiting
from resolvers.deliveries.waiting import fail_waiting
from resolvers.tables import Channel, Delivery

#: What has been tried for so long has failed for good.
TRIED_FOR = timedelta(hours=24)
#: From one try to the next, at first and at last; each time twice as long.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 3600.0
#: So that what failed together is not tried again together.
JITTER = 0.25


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
            .values(
                failures=0,
                # Where it asked to be left alone, it meant what else it was sent as well.
                rests_until=sa.case((col(Channel.rests_until) > now, col(Channel.rests_until)), else_=None),
                failed_at=None,
                failure=None,
            )
        )
    return await end(session, mine(owner, ids), DeliveryStatus.SENT, None, sent_at=now)


async def note_failed(
    session: AsyncSession,
    owner: UUID,
    deliveries: Sequence[Delivery],
    now: datetime,
    reason: str,
    retry_after_seconds: float | None,
    *,
    forget_key: bool,
) -> int:
    """They are tried again later, and all of their channel rests until then; or the time for that is over.

    forget_key  they were never sent before, and surely did not arrive now: they may be told of with others yet

    Returns how many of them failed for good.
    """
    channel_id = deliveries[0].channel_id
    rests_until, failures = now + timedelta(seconds=retry_after_seconds or 0.0), 0
    if channel_id is not None:
        found = await _rest(session, owner, deliveries, now)
        if found is None:
            return 0  # somebody else has it by now, and may fare better
        rest, failures = found
        rests_until = max(rests_until, rest)
    over = [delivery for delivery in deliveries if delivery.created_at <= now - TRIED_FOR]
    given_up = await note_given_up(session, owner, over, now, reason) if over else 0
    left = [delivery for delivery in deliveries if delivery not in over]
    # One that always fails must not have a channel that takes all others rest again and again.
    own_pause = timedelta(seconds=pause_seconds(max(delivery.attempts for delivery in deliveries)))
    await session.execute(
        mine(owner, _ids(left)).values(
            next_at=max(rests_until, now + own_pause),
            claimed_by=None,
            claimed_until=None,
            failure=reason,
            **({"sent_with": None} if forget_key else {}),
        )
    )
    if channel_id is not None:
        # Its backlog stays as it is, however long: whoever looks for what is due looks at this.
        await session.execute(_channel(channel_id).values(rests_until=rests_until))
        if over and failures > 1:
            # One at a time is tried, to see whether it works again; the others have waited as long.
            old = col(Delivery.created_at) <= now - TRIED_FOR
            which = some_waiting(channel_id, now, old)
            given_up += await end(session, which, DeliveryStatus.FAILED, reason)
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
    return await end(session, mine(owner, ids), DeliveryStatus.FAILED, reason)


async def note_apart(
    session: AsyncSession, owner: UUID, deliveries: Sequence[Delivery], now: datetime, reason: str
) -> None:
    """The message that told of all of them was refused for good: each is told of alone, for one of them may be why."""
    await session.execute(
        mine(owner, _ids(deliveries)).values(
            next_at=now,
            late_after=None,
            sent_with=None,
            claimed_by=None,
            claimed_until=None,
            failure=reason,
        )
    )


async def note_not_wanted(
    session: AsyncSession, owner: UUID, deliveries: Sequence[Delivery], reason: str
) -> int:
    """They are not sent any more, which is not their channel's fault."""
    return await end(session, mine(owner, _ids(deliveries)), DeliveryStatus.FAILED, reason)


async def note_gone(
    session: AsyncSession, owner: UUID, deliveries: Sequence[Delivery], now: datetime, reason: str
) -> None:
    """Their channel ends, with all that was to be sent through it."""
    ids, channel_id = _ids(deliveries), deliveries[0].channel_id
    if channel_id is not None:
        ended = await session.execute(
            _channel(channel_id)
            .where(_any_mine(owner, ids))
            .values(enabled=False, failed_at=now, failure=reason)
            .returning(col(Channel.id))
        )
        if ended.first() is not None:
            await fail_waiting(session, channel_id, now, reason)
    await end(session, mine(owner, ids), DeliveryStatus.FAILED, reason)


def pause_seconds(tries: int) -> float:
    """Before the next try, after so many that failed."""
    seconds = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(tries - 1, 30))
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - nothing hangs on its being guessed


async def _rest(
    session: AsyncSession, owner: UUID, deliveries: Sequence[Delivery], now: datetime
) -> tuple[datetime, int] | None:
    """Until when their channel rests, and how often in a row it has failed; None where somebody else has them by now.

    Those that are sent at once fail at once: they are one failure, though it takes each its time to fail.
    """
    (first, *_) = deliveries
    assert first.channel_id is not None
    began = now if first.claimed_until is None else first.claimed_until - CLAIM
    is_news = sa.or_(col(Channel.rests_until).is_(None), col(Channel.rests_until) <= began)
    found = await session.execute(
        _channel(first.channel_id)
        .where(_any_mine(owner, _ids(deliveries)))
        .values(failures=sa.case((is_news, col(Channel.failures) + 1), else_=col(Channel.failures)))
        .returning(col(Channel.failures), col(Channel.rests_until))
    )
    row = found.one_or_none()
    if row is None:
        return None
    if row.rests_until is not None and row.rests_until > began:
        return row.rests_until, row.failures
    return now + timedelta(seconds=pause_seconds(row.failures)), row.failures


def _ids(deliveries: Sequence[Delivery]) -> list[UUID]:
    return [delivery.id for delivery in deliveries]


def _any_mine(owner: UUID, ids: Collection[UUID]) -> sa.ColumnElement[bool]:
    return sa.exists().where(claimed(owner, ids))


def _channel(channel_id: UUID) -> sa.Update:
    return (
        sa.update(Channel).where(col(Channel.id) == channel_id).execution_options(synchronize_session=False)
    )
