"""The links in mails that confirm a channel or unsubscribe from it: `<channel id>.<tag>`, both without punctuation.

The tag is made with a key of the channel's own, so that nobody can make up a link, and a removed channel has none.
"""

import hmac
from base64 import urlsafe_b64encode
from enum import StrEnum
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.tables import Channel

TAG_BYTES = 18


class Purpose(StrEnum):
    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"


def link_token(channel: Channel, purpose: Purpose) -> str:
    tag = hmac.digest(channel.link_key, f"{purpose}:{channel.address}".encode(), "sha256")[:TAG_BYTES]
    return f"{channel.id.hex}.{urlsafe_b64encode(tag).decode()}"


async def channel_of_link(
    session: AsyncSession, token: str, purpose: Purpose, *, lock: bool = False
) -> Channel | None:
    """The channel that the token was made for; None where it is of no channel, or was made up.

    lock  before it is changed: its owner may be about to remove it
    """
    try:
        id_ = UUID(hex=token.partition(".")[0])
    except ValueError:
        return None
    channel = await session.get(Channel, id_, with_for_update=lock)
    if channel is None or not hmac.compare_digest(link_token(channel, purpose).encode(), token.encode()):
        return None
    return channel
