"""Links that confirm an address, and how many of them are sent."""

from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.database import take_turns
from resolvers.deliveries.queue import queue_letter
from resolvers.errors import LimitExceeded
from resolvers.log.transaction import Transaction
from resolvers.tables import Channel, ConfirmationLink

#: Of a user; and to one address, whoever asks for them. Nobody there has said yet that they want any.
OF_USER_AN_HOUR, AN_HOUR, A_DAY, APART = 5, 3, 10, timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def send_link(tx: Transaction, channel: Channel, field: str) -> None:
    """Have the link that confirms it sent to an address. Raises LimitExceeded with the field."""
    if channel.link_sent_at is not None and tx.now - channel.link_sent_at < APART:
        raise LimitExceeded("A link was just sent. Another one can be sent in a minute.", field)
    recipient = sha256(channel.address.casefold().encode()).digest()
    # Of several accounts that ask at once, each would count none before it.
    await take_turns(tx.session, recipient)
    lately = col(ConfirmationLink.sent_at) > tx.now - HOUR
    to_it, of_user = col(ConfirmationLink.recipient) == recipient, col(ConfirmationLink.user_id) == tx.user_id
    found = await tx.session.execute(
        sa.select(
            sa.func.count().filter(of_user, lately),
            sa.func.count().filter(to_it, lately),
            sa.func.count().filter(to_it),
        ).where(sa.or_(of_user, to_it), col(ConfirmationLink.sent_at) > tx.now - DAY)
    )
    of_user_lately, to_it_lately, to_it_today = found.one()
    if of_user_lately >= OF_USER_AN_HOUR or to_it_lately >= AN_HOUR:
        raise LimitExceeded("Too many links were sent. Try again in an hour.", field)
    if to_it_today >= A_DAY:
        raise LimitExceeded("Too many links were sent to this address. Try again tomorrow.", field)
    channel.link_sent_at = tx.now
    tx.session.add(ConfirmationLink(user_id=tx.user_id, recipient=recipient, sent_at=tx.now))
    await queue_letter(tx.session, tx.user_id, channel.id, {"kind": "confirm"}, tx.now)


async def purge_links(session: AsyncSession, now: datetime) -> None:
    """Forget those that no longer count."""
    await session.execute(sa.delete(ConfirmationLink).where(col(ConfirmationLink.sent_at) < now - DAY))
