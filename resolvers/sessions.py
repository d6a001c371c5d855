"""Sign-in sessions: where a user is signed in, and the chain of refresh tokens that keeps each alive.

A refresh token is `<session id>.<secret and tag>`. Only the SHA-256 of the secret is kept. Its successor's secret
is HMAC(rotation key of the session, secret): so the token just replaced can be answered with the same successor
again, for two tabs that refresh at once, while no token is stored anywhere. The tag is made with the same key: it
tells a token that this session once issued, whose return ends the session, from what somebody made up around the
session's id, which is no secret and ends nothing.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import sqlalchemy as sa
import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.errors import NotFound
from resolvers.tables import SignInSession
from resolvers.validation import read_id
from resolvers.viewer import Viewer

log = structlog.get_logger()

SECRET_BYTES = 32
TAG_BYTES = 16
#: Before a secret that is tagged: a tag is never the beginning of a successor.
TAGGED = b"issued "
#: The token just replaced answers the same successor for so long.
GRACE = timedelta(seconds=10)
USER_AGENT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Grant:
    """A session and the refresh token that is good for it now."""

    viewer: Viewer
    refresh_token: str
    expires_at: datetime


def begin_session(
    session: AsyncSession, user_id: UUID, user_agent: str, now: datetime, lifetime: timedelta
) -> Grant:
    secret = secrets.token_bytes(SECRET_BYTES)
    row = SignInSession(
        id=uuid4(),
        user_id=user_id,
        token_hash=sha256(secret).digest(),
        rotation_key=secrets.token_bytes(SECRET_BYTES),
        user_agent=shown_agent(user_agent),
        created_at=now,
        last_used_at=now,
        expires_at=now + lifetime,
    )
    session.add(row)
    return Grant(Viewer(user_id, row.id), _token(row, secret), row.expires_at)


async def refresh(
    session: AsyncSession, token: str, now: datetime, lifetime: timedelta
) -> Grant | UUID | None:
    """The successor of `token`; the id of the session where that ended it; None where there is nothing to end."""
    row, secret = await _find(session, token)
    if row is None or row.ended_at is not None:
        return None
    given = sha256(secret).digest()
    successor = hmac.digest(row.rotation_key, secret, "sha256")
    if row.expires_at <= now:
        row.ended_at = now
        return row.id
    if hmac.compare_digest(given, row.token_hash):
        row.previous_token_hash, row.token_hash = given, sha256(successor).digest()
        row.replaced_at = row.last_used_at = now
        row.expires_at = now + lifetime
    elif not _just_replaced(row, given, now):
        # Used again after its time: somebody else may have it. Both are out.
        row.ended_at = now
        log.warning("refresh_token_used_again", session_id=str(row.id), user_id=str(row.user_id))
        return row.id
    return Grant(Viewer(row.user_id, row.id), _token(row, successor), row.expires_at)


async def session_of_token(session: AsyncSession, token: str) -> SignInSession | None:
    """The standing session for which `token` is, or just was, good."""
    row, secret = await _find(session, token)
    if row is None or row.ended_at is not None:
        return None
    given = sha256(secret).digest()
    known = (row.token_hash, row.previous_token_hash or b"")
    return row if any(hmac.compare_digest(given, hash_) for hash_ in known) else None


async def list_sessions(session: AsyncSession, user_id: UUID, now: datetime) -> list[SignInSession]:
    """Where the user is signed in, the last used first."""
    found = await session.exec(
        select(SignInSession)
        .where(
            col(SignInSession.user_id) == user_id,
            col(SignInSession.ended_at).is_(None),
            col(SignInSession.expires_at) > now,
        )
        .order_by(col(SignInSession.last_used_at).desc(), col(SignInSession.id))
    )
    return list(found)


async def end_session(session: AsyncSession, user_id: UUID, session_id: str, now: datetime) -> list[UUID]:
    """Raises NotFound where the user has no such standing session."""
    id_ = read_id(session_id)
    ended = [] if id_ is None else await end_sessions(session, user_id, now, only=id_)
    if not ended:
        raise NotFound("session", "id")
    return ended


async def end_sessions(
    session: AsyncSession,
    user_id: UUID,
    now: datetime,
    only: UUID | None = None,
    but: UUID | None = None,
) -> list[UUID]:
    """End the user's standing sessions, `only` one of them or all `but` one; returns which."""
    ending = sa.update(SignInSession).where(
        col(SignInSession.user_id) == user_id, col(SignInSession.ended_at).is_(None)
    )
    if only is not None:
        ending = ending.where(col(SignInSession.id) == only)
    if but is not None:
        ending = ending.where(col(SignInSession.id) != but)
    found = await session.execute(
        ending.values(ended_at=now)
        .returning(col(SignInSession.id))
        .execution_options(synchronize_session=False)
    )
    return list(found.scalars())


def shown_agent(user_agent: str) -> str:
    return "".join(filter(str.isprintable, user_agent))[:USER_AGENT_CHARACTERS]


def named_session(token: str) -> UUID | None:
    """The session that a token says it is of, true or not."""
    try:
        return UUID(hex=token.partition(".")[0])
    except ValueError:
        return None


async def _find(session: AsyncSession, token: str) -> tuple[SignInSession | None, bytes]:
    """The session that issued the token, locked, and the token's secret."""
    session_id = named_session(token)
    try:
        secret_and_tag = urlsafe_b64decode(token.partition(".")[2])
    except ValueError:
        return None, b""
    if session_id is None or len(secret_and_tag) != SECRET_BYTES + TAG_BYTES:
        return None, b""
    found = await session.exec(
        select(SignInSession).where(col(SignInSession.id) == session_id).with_for_update()
    )
    row = found.one_or_none()
    secret, tag = secret_and_tag[:SECRET_BYTES], secret_and_tag[SECRET_BYTES:]
    if row is None or not hmac.compare_digest(tag, _tag(row, secret)):
        return None, b""
    return row, secret


def _just_replaced(row: SignInSession, given: bytes, now: datetime) -> bool:
    return (
        row.previous_token_hash is not None
        and row.replaced_at is not None
        and hmac.compare_digest(given, row.previous_token_hash)
        and now - row.replaced_at <= GRACE
    )


def _token(row: SignInSession, secret: bytes) -> str:
    return f"{row.id.hex}.{urlsafe_b64encode(secret + _tag(row, secret)).decode()}"


def _tag(row: SignInSession, secret: bytes) -> bytes:
    return hmac.digest(row.rotation_key, TAGGED + secret, "sha256")[:TAG_BYTES]
