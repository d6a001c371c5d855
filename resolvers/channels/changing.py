"""Listing, changing, trying out and removing channels."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers import validation
from resolvers.channels.adding import checked_types, works_again
from resolvers.channels.confirming import send_link
from resolvers.channels.kinds import Kind
from resolvers.deliveries.waiting import fail_waiting
from resolvers.errors import Conflict, Invalid, LimitExceeded, NotFound
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.tables import Channel, User
from resolvers.unset import UNSET, Unset

TESTS_APART = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """What is UNSET stays as it is. None: no label; reminders alone."""

    label: str | None | Unset = UNSET
    enabled: bool | None | Unset = UNSET
    types: Collection[EventType] | None | Unset = UNSET


async def list_channels(session: AsyncSession, user_id: UUID) -> list[Channel]:
    """The oldest first."""
    found = await session.exec(
        select(Channel)
        .where(col(Channel.user_id) == user_id)
        .order_by(col(Channel.created_at), col(Channel.id))
    )
    return list(found)


async def update_channel(tx: Transaction, id_: str, change: ChannelChange) -> Channel:
    """Switched on again, it is as if nothing had been wrong. Raises NotFound, Invalid with the field."""
    channel = await find_channel(tx, id_)
    if change.label is not UNSET:
        channel.label = validation.name(change.label, "label", needed=False)
    if change.types is not UNSET:
        channel.types = checked_types(change.types)
    if change.enabled is None:
        raise Invalid("This can't be null.", "enabled")
    if change.enabled is True:
        channel.enabled = True
        await works_again(tx, channel)
    elif change.enabled is False and channel.enabled:
        channel.enabled = False
        await fail_waiting(tx.session, channel.id, tx.now, "The channel was switched off.")
    return channel


async def remove_channel(tx: Transaction, id_: str) -> Channel:
    """With what is still to be sent through it. Returns it as it was. Raises NotFound."""
    channel = await find_channel(tx, id_)
    await tx.session.execute(sa.delete(Channel).where(col(Channel.id) == channel.id))
    tx.session.expunge(channel)
    return channel


async def begin_test(tx: Transaction, id_: str) -> tuple[Channel, User]:
    """The channel to send a message through, and its owner; where it is not confirmed, its link is sent again.

    Raises NotFound, LimitExceeded, and Conflict where it is off and not confirmed.
    """
    channel = await find_channel(tx, id_)
    user = await tx.session.get(User, tx.user_id)
    assert user is not None
    if channel.confirmed_at is None:
        if not channel.enabled:
            # Nothing is sent through it, and no link either.
            raise Conflict(
                "It is switched off. Switch it on first, then its link can be sent.", "id", current=channel
            )
        await send_link(tx, channel, "id")
        return channel, user
    if channel.tested_at is not None and tx.now - channel.tested_at < TESTS_APART:
        raise LimitExceeded("It was just tested. Wait a few seconds.", "id")
    channel.tested_at = tx.now
    return channel, user


async def end_test(tx: Transaction, id_: str, *, arrived: bool) -> Channel:
    """Raises NotFound where it was removed meanwhile."""
    channel = await find_channel(tx, id_)
    if arrived:
        await works_again(tx, channel)
    return channel


async def find_channel(tx: Transaction, id_: str) -> Channel:
    """Locked, before any of its deliveries is. Raises NotFound, the same for another user's and for none."""
    parsed = validation.read_id(id_)
    channel = None if parsed is None else await tx.session.get(Channel, parsed, with_for_update=True)
    if channel is None or channel.user_id != tx.user_id:
        raise NotFound("channel", "id")
    return channel


def target(channel: Channel) -> str:
    """Where it leads, without what may be a secret."""
    if channel.kind == Kind.EMAIL:
        return channel.address
    parts = urlsplit(channel.address)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"  # an IPv6 address
    if channel.kind == Kind.WEB_PUSH:
        return host
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}"
