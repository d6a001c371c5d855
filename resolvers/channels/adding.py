"""Adding channels. What is added once more is the same channel, with what is new about it."""

import binascii
import secrets
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec
from sqlmodel import col, select

from resolvers import validation
from resolvers.channels.confirming import send_link
from resolvers.channels.kinds import DEFAULT_TYPES, Kind
from resolvers.deliveries.waiting import try_now
from resolvers.errors import Invalid, LimitExceeded
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.tables import Channel

CHANNELS = 20
URL_CHARACTERS = 2000
LINK_KEY_BYTES = 32
SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"
#: The uncompressed point of a P-256 key, and the secret of RFC 8291.
P256DH_BYTES, AUTH_BYTES = 65, 16


async def add_web_push(tx: Transaction, endpoint: str, p256dh: str, auth: str, label: str) -> Channel:
    """The browser of another user becomes this one's. Raises Invalid with the field, LimitExceeded."""
    keys = {
        "p256dh": _key(p256dh, P256DH_BYTES, "p256dh"),
        "auth": _key(auth, AUTH_BYTES, "auth"),
    }
    address = url(endpoint, "endpoint")
    await tx.session.execute(
        sa.delete(Channel).where(
            col(Channel.kind) == Kind.WEB_PUSH,
            col(Channel.address) == address,
            col(Channel.user_id) != tx.user_id,
        )
    )
    channel = await _existing(tx, Kind.WEB_PUSH, address)
    if channel is None:
        return await _add(tx, Kind.WEB_PUSH, address, label, keys=keys, confirmed_at=tx.now)
    channel.keys, channel.enabled = keys, True
    await works_again(tx, channel)
    channel.label = validation.name(label, "label", needed=False) or channel.label
    return channel


async def add_email(tx: Transaction, address: str, label: str) -> Channel:
    """A link is sent to it, unless it was confirmed. Raises Invalid with the field, LimitExceeded."""
    email = validation.email(address, "address")
    channel = await _existing(tx, Kind.EMAIL, email)
    if channel is None:
        channel = await _add(tx, Kind.EMAIL, email, label)
        # The letter refers to it.
        await tx.session.flush()
    else:
        channel.label = validation.name(label, "label", needed=False) or channel.label
        channel.enabled = True
        await works_again(tx, channel)
    if channel.confirmed_at is None:
        await send_link(tx, channel, "address")
    return channel


async def add_webhook(
    tx: Transaction, address: str, label: str, types: Collection[EventType] | None
) -> tuple[Channel, str]:
    """With the secret that signs each call. Raises Invalid with the field, LimitExceeded."""
    secret = SECRET_PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    chosen = checked_types(types)
    channel = await _add(
        tx,
        Kind.WEBHOOK,
        url(address, "url"),
        label,
        keys={"secret": secret},
        types=chosen,
        confirmed_at=tx.now,
    )
    return channel, secret


async def works_again(tx: Transaction, channel: Channel) -> None:
    """Forget what was wrong with it: what waits is tried at once."""
    channel.failed_at = channel.failure = channel.rests_until = None
    channel.failures = 0
    await try_now(tx.session, channel.id, tx.now)


def checked_types(types: Collection[EventType] | None) -> list[str]:
    """In the order in which they are declared; reminders alone for None. Raises Invalid with the field `types`."""
    if types is None:
        return list(DEFAULT_TYPES)
    if not types:
        raise Invalid("Choose at least one type of events, or switch the channel off.", "types")
    return [type_ for type_ in EventType if type_ in types]


def url(value: str, field: str) -> str:
    """Its form alone. Where it may lead is looked at by whoever calls it."""
    if len(value) > URL_CHARACTERS:
        raise Invalid(f"A URL has at most {URL_CHARACTERS} characters.", field)
    return validation.checked_text(value, field)


async def _existing(tx: Transaction, kind: Kind, address: str) -> Channel | None:
    found = await tx.session.exec(
        select(Channel).where(
            col(Channel.user_id) == tx.user_id, col(Channel.kind) == kind, col(Channel.address) == address
        )
    )
    return found.one_or_none()


async def _add(tx: Transaction, kind: Kind, address: str, label: str, **more: Any) -> Channel:
    found = await tx.session.execute(
        sa.select(sa.func.count()).select_from(Channel).where(col(Channel.user_id) == tx.user_id)
    )
    if found.scalar_one() >= CHANNELS:
        raise LimitExceeded(f"There are at most {CHANNELS} channels.")
    columns: dict[str, Any] = {"types": list(DEFAULT_TYPES), "keys": {}} | more
    channel = Channel(
        user_id=tx.user_id,
        kind=kind,
        label=validation.name(label, "label", needed=False),
        address=address,
        link_key=secrets.token_bytes(LINK_KEY_BYTES),
        created_at=tx.now,
        **columns,
    )
    tx.session.add(channel)
    return channel


def _key(value: str, size: int, field: str) -> str:
    """base64url, as browsers give it; kept without padding."""
    text = value.rstrip("=")
    try:
        raw = b""
        if len(value) <= 4 * size:
            raw = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if size == P256DH_BYTES:
            # Nothing can be encrypted for a point that is not on the curve.
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != size:
        raise Invalid("This is not the key that the browser's PushSubscription gives.", field)
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
