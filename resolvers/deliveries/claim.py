"""Claiming what is due, so that of any number of workers one sends it."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.channels.kinds import Kind
from resolvers.database import none_of
from resolvers.deliveries.room import Lane, Room
from resolvers.deliveries.rows import PENDING, free
from resolvers.tables import Channel, Delivery

#: Longer than any message takes; then whoever claimed it is given up.
CLAIM = timedelta(seconds=30)
#: The longest due, among which there is a choice: those that have no room are not among them.
LOOKED_THROUGH = 1000
#: Late rings that are told of in one message.
TOGETHER = 200
#: All owners of one process begin with it: whoever looks into the ledger sees what a process was about.
_PROCESS = secrets.token_bytes(8)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is to be told of in one message, the oldest first. owner: who has it, a new one for each message."""

    owner: UUID
    lane: Lane
    deliveries: Sequence[Delivery]


async def claim_due(session: AsyncSession, now: datetime, limit: int, room: Room) -> list[Claimed]:
    """Up to `limit` that are due and that nobody else has, as far as there is room; no late rings.

    Each counts as an attempt from here on, whatever comes of it.
    """
    due = (
        sa.select(col(Delivery.id).label("key"), *_LANE)
        .outerjoin(Channel, col(Channel.id) == col(Delivery.channel_id))
        .where(
            free(now),
            sa.or_(col(Delivery.late_after).is_(None), col(Delivery.late_after) > now),
            col(Delivery.next_at) <= now,
            sa.or_(col(Channel.id).is_(None), _takes(now)),
        )
        .order_by(col(Delivery.next_at), col(Delivery.seq))
        .limit(LOOKED_THROUGH)
    )
    lanes = await _choose(session, due, limit, room)
    if not lanes:
        return []
    claimed = await _claim(session, now, sa.and_(col(Delivery.id).in_(lanes), col(Delivery.next_at) <= now))
    return [_claimed(lanes[delivery.id], [delivery], now) for delivery in claimed]


async def claim_late(session: AsyncSession, now: datetime, limit: int, room: Room) -> list[Claimed]:
    """The late rings of up to `limit` channels where one is due, as far as one message of each is to tell of them.

    Under the channel's lock, or two workers would make two messages of what belongs together.
    """
    late = (
        sa.select(
            col(Delivery.channel_id).label("key"), sa.func.min(col(Delivery.next_at)).label("since"), *_LANE
        )
        .join(Channel, col(Channel.id) == col(Delivery.channel_id))
        .where(free(now), col(Delivery.late_after) <= now, col(Delivery.next_at) <= now, _takes(now))
        .group_by(*_LANE)
        .order_by("since")
        .limit(LOOKED_THROUGH)
    )
    lanes = await _choose(session, late, limit, room)
    if not lanes:
        return []
    locked = await session.execute(
        sa.select(col(Channel.id))
        .where(col(Channel.id).in_(lanes), _takes(now))
        .with_for_update(skip_locked=True)
    )
    messages: list[Claimed] = []
    for channel_id in locked.scalars().all():
        together = await _claim(session, now, await _together(session, channel_id, now))
        if together:
            in_order = sorted(together, key=lambda each: each.seq or 0)
            messages.append(_claimed(lanes[channel_id], in_order, now))
    return messages


async def release(session: AsyncSession, owners: Collection[UUID]) -> None:
    """Give up their claims: what came of the attempts is not known."""
    await session.execute(
        sa.update(Delivery)
        .where(col(Delivery.claimed_until).is_not(None), col(Delivery.claimed_by).in_(owners))
        .values(claimed_by=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )


async def next_due(session: AsyncSession, now: datetime, room: Room) -> datetime | None:
    """When the next is to be tried, its claim runs out, or its channel has rested; in the past where some are due."""
    unclaimed = (
        _waiting(sa.select(col(Delivery.next_at)), now, room)
        .where(col(Delivery.claimed_until).is_(None))
        .order_by(col(Delivery.next_at))
        .limit(1)
    )
    until = sa.case(
        (col(Delivery.next_at) > col(Delivery.claimed_until), col(Delivery.next_at)),
        else_=col(Delivery.claimed_until),
    )
    claimed = _waiting(sa.select(sa.func.min(until)), now, room).where(
        col(Delivery.claimed_until).is_not(None)
    )
    rested = sa.select(sa.func.min(col(Channel.rests_until))).where(
        col(Channel.rests_until) > now,
        sa.exists().where(PENDING, col(Delivery.channel_id) == col(Channel.id)),
    )
    found = await session.execute(
        sa.select(unclaimed.scalar_subquery(), claimed.scalar_subquery(), rested.scalar_subquery())
    )
    return min((moment for moment in found.one() if moment is not None), default=None)


async def _choose(
    session: AsyncSession, candidates: sa.Select[Any], limit: int, room: Room
) -> dict[UUID, Lane]:
    """Up to `limit` of them for which there is room, by their keys, the oldest first.

    First of users for whom nothing is under way: what frees a place must not go again and again to whoever has
    waited longest, for that is whoever has the slowest receivers.
    """
    chosen: dict[UUID, Lane] = {}
    busy = room.busy_users
    for whose in [none_of(col(Delivery.user_id), busy), sa.true()] if busy else [sa.true()]:
        if len(chosen) < limit:
            for row in await session.execute(candidates.where(*_has(room), whose)):
                if row.key not in chosen and len(chosen) < limit and room.take(lane := _lane(row)):
                    chosen[row.key] = lane
    return chosen


async def _together(session: AsyncSession, channel_id: UUID, now: datetime) -> sa.ColumnElement[bool]:
    """Which late rings of the channel its next message tells of."""
    late = sa.and_(free(now), col(Delivery.channel_id) == channel_id, col(Delivery.late_after) <= now)
    begun = await session.execute(
        sa.select(col(Delivery.sent_with))
        .where(late, col(Delivery.sent_with).is_not(None), col(Delivery.next_at) <= now)
        .order_by(col(Delivery.next_at), col(Delivery.seq))
        .limit(1)
    )
    if (key := begun.scalar_one_or_none()) is not None:
        # What was sent before, and may have arrived, is sent again as it was, all of it: a receiver that has seen the
        # key takes what else comes under it for a double.
        return sa.and_(col(Delivery.channel_id) == channel_id, col(Delivery.sent_with) == key)
    fresh = (
        sa.select(col(Delivery.id))
        .where(late, col(Delivery.sent_with).is_(None))
        .order_by(col(Delivery.seq))
        .limit(TOGETHER)
    )
    return col(Delivery.id).in_(fresh)


async def _claim(session: AsyncSession, now: datetime, which: sa.ColumnElement[bool]) -> Sequence[Delivery]:
    found = await session.exec(
        select(Delivery)
        .where(which, free(now))
        .order_by(col(Delivery.next_at), col(Delivery.seq))
        .with_for_update(skip_locked=True)
    )
    return found.all()


def _claimed(lane: Lane, deliveries: Sequence[Delivery], now: datetime) -> Claimed:
    owner = UUID(bytes=_PROCESS + secrets.token_bytes(8))
    for delivery in deliveries:
        delivery.claimed_by, delivery.claimed_until = owner, now + CLAIM
        delivery.attempts += 1
    return Claimed(owner, lane, deliveries)


_LANE: tuple[Any, ...] = (
    col(Delivery.user_id),
    col(Delivery.channel_id),
    col(Channel.kind).label("kind"),
    col(Channel.failures).label("failures"),
)


def _lane(row: Any) -> Lane:
    return Lane(
        user_id=row.user_id,
        channel_id=row.channel_id,
        by_mail=row.kind in (None, Kind.EMAIL),
        failing=bool(row.failures),
    )


def _waiting(what: sa.Select[Any], now: datetime, room: Room) -> sa.Select[Any]:
    joined = what.select_from(Delivery).outerjoin(Channel, col(Channel.id) == col(Delivery.channel_id))
    return joined.where(PENDING, sa.or_(col(Channel.id).is_(None), _takes(now)), *_has(room))


def _has(room: Room) -> list[sa.ColumnElement[bool]]:
    """Of a delivery, with its channel joined: there is room for it, and it is not under way here."""
    conditions = [none_of(col(Delivery.user_id), room.full_users)]
    if room.owners:
        # Its claim may have run out while its outcome could not be noted: sent again, it would come twice.
        conditions.append(
            sa.or_(col(Delivery.claimed_by).is_(None), none_of(col(Delivery.claimed_by), room.owners))
        )
    if room.full_channels:
        conditions.append(
            sa.or_(col(Delivery.channel_id).is_(None), none_of(col(Delivery.channel_id), room.full_channels))
        )
    if room.busy_channels:
        # One that began to fail meanwhile is to be tried by one message alone.
        conditions.append(
            sa.or_(
                col(Delivery.channel_id).is_(None),
                col(Channel.failures) == 0,
                none_of(col(Delivery.channel_id), room.busy_channels),
            )
        )
    if room.no_more_mail:
        conditions.append(col(Channel.kind) != Kind.EMAIL)  # nor is any that has no channel
    return conditions


def _takes(now: datetime) -> sa.ColumnElement[bool]:
    """Of a channel: it does not rest. One that is off has nothing sent, but what waits for it must come to its end."""
    return sa.or_(
        col(Channel.enabled).is_(False),
        col(Channel.rests_until).is_(None),
        col(Channel.rests_until) <= now,
    )
