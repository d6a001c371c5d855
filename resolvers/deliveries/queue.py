"""Putting into the ledger what is to be sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.channels.kinds import DeliveryStatus
from resolvers.database import Database, insert_into
from resolvers.log.events import Event, EventType
from resolvers.reminders.moments import late_from
from resolvers.tables import Channel, Delivery

#: A late ring waits so long for the others that came due meanwhile: they are told of in one message.
GATHER = timedelta(seconds=2)
_CHANNELS = "channels of"


async def queue_event(database: Database, session: AsyncSession, event: Event) -> bool:
    """A row for each channel that is to get the event, unless it is there; returns whether there are any.

    In the transaction that notes the event as dealt with: so both happen, or neither does.
    """
    channels = [
        channel
        for channel in await _channels(session, event.user_id)
        # What happened before it was there, or before its owner said yes, is none of its business.
        if event.type in channel.types
        and channel.confirmed_at is not None
        and channel.confirmed_at <= event.created_at
    ]
    if not channels:
        return False
    now = await database.now(session)
    reminder_id = event.aggregate_id if event.type is EventType.REMINDER_TRIGGERED else None
    late_after = None if reminder_id is None else late_from(event)
    due = now if late_after is None or late_after > now else now + GATHER
    rows = [
        _row(event.user_id, now)
        | {
            "channel_id": channel.id,
            "event_id": event.event_id,
            "seq": event.seq,
            "reminder_id": reminder_id,
            "late_after": late_after,
            "next_at": due,
        }
        for channel in channels
    ]
    await session.execute(insert_into(session, Delivery).on_conflict_do_nothing(), rows)
    return True


async def queue_letter(
    session: AsyncSession, user_id: UUID, channel_id: UUID | None, letter: dict[str, Any], now: datetime
) -> None:
    """A mail of our own: to the channel's address, or to the account's."""
    row = _row(user_id, now) | {"channel_id": channel_id, "letter": letter}
    await session.execute(sa.insert(Delivery), [row])


async def _channels(session: AsyncSession, user_id: UUID) -> Sequence[Channel]:
    """The user's that are on, read once in a transaction: most events go to people who have none."""
    read: dict[UUID, Sequence[Channel]] = session.info.setdefault(_CHANNELS, {})
    if user_id not in read:
        found = await session.exec(
            select(Channel).where(col(Channel.user_id) == user_id, col(Channel.enabled))
        )
        read[user_id] = found.all()
    return read[user_id]


def _row(user_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "user_id": user_id,
        "status": DeliveryStatus.PENDING,
        "attempts": 0,
        "next_at": now,
        "created_at": now,
    }
