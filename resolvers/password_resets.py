"""A new password by a link in a mail, for whoever can read the account's mail."""

import asyncio
import secrets
from datetime import timedelta
from hashlib import sha256

import sqlalchemy as sa
import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers import validation
from resolvers.accounts import find_user
from resolvers.database import Database
from resolvers.deliveries.queue import queue_letter
from resolvers.errors import BadCredentials, Unavailable
from resolvers.log.transaction import Busy, Log, Transaction
from resolvers.passwords import NO_PASSWORD, hash_password
from resolvers.reset_links import void_resets
from resolvers.sessions import end_sessions
from resolvers.tables import PasswordReset, User

log = structlog.get_logger()

TOKEN_BYTES = 32
GOOD_FOR = timedelta(hours=1)
#: Mails to one account in an hour; whoever asks for more is answered the same.
LINKS_AN_HOUR = 3
#: It takes at least so long, so that nobody can tell by the time whether there is such an account.
ANSWER_SECONDS = 0.3
STALE = "This link is not good any more. Ask for a new one."


async def request_reset(database: Database, email: str, *, sends_mail: bool) -> bool:
    """Whether a link is to be sent, which nobody who asks may learn. Raises Unavailable."""
    floor = asyncio.create_task(asyncio.sleep(ANSWER_SECONDS))
    try:
        if not sends_mail:
            log.warning("no_password_reset", reason="SMTP_URL is not set: no mail can be sent")
            return False
        async with database.transaction() as session:
            return await _queue(database, session, email.strip())
    finally:
        await floor


async def reset_password(log_: Log, token: str, new_password: str) -> str:
    """Ends all sessions. Returns the account's e-mail address.

    Raises Invalid with the field `newPassword`, BadCredentials with the field `token`, and Unavailable, also where
    somebody else is changing something of the user's for long.
    """
    validation.password(new_password, "newPassword")
    token_hash = sha256(token.encode(errors="replace")).digest()
    async with log_.database.read() as session:
        found = await session.exec(select(PasswordReset).where(col(PasswordReset.token_hash) == token_hash))
        reset = found.one_or_none()
    if reset is None or reset.used_at is not None:
        raise BadCredentials(STALE, "token")
    password_hash = await hash_password(new_password)

    async def act(tx: Transaction) -> str:
        now_ = await tx.session.get(PasswordReset, reset.id)
        user = await tx.session.get(User, tx.user_id)
        if now_ is None or user is None or now_.used_at is not None or now_.expires_at <= tx.now:
            raise BadCredentials(STALE, "token")
        user.password_hash = password_hash
        await void_resets(tx.session, tx.user_id, tx.now)
        tx.ended_sessions += await end_sessions(tx.session, tx.user_id, tx.now)
        return user.email

    try:
        return (await log_.change_as_job(reset.user_id, act, "", wait_seconds=5)).value
    except Busy:
        # Nothing is known to be wrong with the link: it can be followed once more.
        raise Unavailable from None


async def _queue(database: Database, session: AsyncSession, email: str) -> bool:
    user = await find_user(session, email)
    # Whom a provider signs in may not go on with a password of their own once it no longer does.
    if user is None or user.password_hash == NO_PASSWORD:
        return False
    # Several who ask at once take turns, or each would count none before it.
    await session.execute(sa.select(col(User.id)).where(col(User.id) == user.id).with_for_update())
    now = await database.now(session)
    recent = await session.execute(
        sa.select(sa.func.count()).where(
            col(PasswordReset.user_id) == user.id, col(PasswordReset.created_at) > now - GOOD_FOR
        )
    )
    if recent.scalar_one() >= LINKS_AN_HOUR:
        return False
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        PasswordReset(
            user_id=user.id,
            token_hash=sha256(token.encode()).digest(),
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
    )
    await queue_letter(session, user.id, None, {"kind": "reset", "token": token}, now)
    return True
