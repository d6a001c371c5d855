"""What the links in mails do. Whoever has the mail may: no session stands behind it."""

from datetime import timedelta

from resolvers.channels.links import Purpose, channel_of_link
from resolvers.database import Database
from resolvers.deliveries.waiting import fail_waiting

#: A link that confirms an address is good for so long.
GOOD_FOR = timedelta(days=3)


async def confirm(database: Database, token: str) -> str | None:
    """The address that may now be sent to; None where the link is of none, or too old. Raises Unavailable."""
    async with database.transaction() as session:
        channel = await channel_of_link(session, token, Purpose.CONFIRM, lock=True)
        if channel is None:
            return None
        now = await database.now(session)
        if channel.confirmed_at is None:
            if channel.link_sent_at is None or now - channel.link_sent_at > GOOD_FOR:
                return None
            channel.confirmed_at = now
        return channel.address


async def address_of_link(database: Database, token: str) -> str | None:
    """What a link to unsubscribe is about; None where it is of no channel. Raises Unavailable."""
    async with database.read() as session:
        channel = await channel_of_link(session, token, Purpose.UNSUBSCRIBE)
        return None if channel is None else channel.address


async def unsubscribe(database: Database, token: str) -> bool:
    """Switch the channel off until its address is confirmed anew. False where the link is of none.

    Raises Unavailable.
    """
    async with database.transaction() as session:
        channel = await channel_of_link(session, token, Purpose.UNSUBSCRIBE, lock=True)
        if channel is None:
            return False
        # Whoever added it may not be who reads its mail, and has no say in this.
        channel.confirmed_at = channel.link_sent_at = None
        if channel.enabled:
            channel.enabled = False
            now = await database.now(session)
            await fail_waiting(
                session, channel.id, now, "The channel was switched off by the link in a mail."
            )
        return True
