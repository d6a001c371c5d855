"""Who comes from an outside identity provider: which account a token of it opens, and which sign-in session it is of.

An account is made at first sight, and is that provider's alone: it has no password and gets none. An account that is
here already is nobody's by its e-mail address, which anybody could have signed up with: who comes with one that is
taken gets an account of their own, with an address of which the end says that it leads nowhere.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4, uuid5

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers import validation
from resolvers.accounts import add_user, find_user
from resolvers.database import Database
from resolvers.errors import Invalid, Unauthenticated, Unavailable
from resolvers.log.transaction import Committed, Log
from resolvers.passwords import NO_PASSWORD
from resolvers.session_bounds import end_surplus
from resolvers.sessions import SECRET_BYTES, shown_agent
from resolvers.tables import Identity, SignInSession, User
from resolvers.viewer import Viewer

#: Two first tokens at once: one of them finds what the other made.
TRIES = 3
NOWHERE = "identity.invalid"


@dataclass(frozen=True, slots=True)
class Assertion:
    """What the provider says of whoever has the token."""

    issuer: str
    subject: str
    #: The provider's name of the session, or what stands for it.
    session: str
    #: Whether further tokens will be of that session.
    outlives_the_token: bool
    issued_at: datetime
    expires_at: datetime
    #: Only one that the provider has verified.
    email: str | None
    name: str
    time_zone: str


async def admit(log: Log, said: Assertion, user_agent: str, lifetime: timedelta) -> Viewer:
    """Raises Unauthenticated where that session has ended, or the account was deleted since. Raises Unavailable."""
    for _ in range(TRIES):
        try:
            async with log.database.transaction() as session:
                viewer, ended = await _admit(log.database, session, said, user_agent, lifetime)
        except sa.exc.IntegrityError:
            continue
        if ended:
            log.announce(Committed(ended_sessions=ended))
        return viewer
    raise Unavailable


async def _admit(
    database: Database, session: AsyncSession, said: Assertion, user_agent: str, lifetime: timedelta
) -> tuple[Viewer, list[UUID]]:
    key = sha256(f"{said.issuer}\x00{said.subject}".encode()).digest()
    now = await database.now(session)
    identity = await session.get(Identity, key, with_for_update=True)
    if identity is None:
        identity = Identity(key=key, created_at=now)
        session.add(identity)
    elif identity.closed_at is not None and said.issued_at <= identity.closed_at:
        raise Unauthenticated
    if identity.user_id is None:
        user = await _new_account(session, said, now)
        identity.user_id, identity.closed_at = user.id, None
    user_id = identity.user_id
    viewer = Viewer(user_id, uuid5(UUID(bytes=key[:16]), said.session))
    row = await session.get(SignInSession, viewer.session_id)
    ended: list[UUID] = []
    if row is None:
        row = SignInSession(
            id=viewer.session_id,
            user_id=user_id,
            # Nobody has the token to this: it is the provider that renews.
            token_hash=secrets.token_bytes(SECRET_BYTES),
            rotation_key=secrets.token_bytes(SECRET_BYTES),
            user_agent=shown_agent(user_agent),
            created_at=now,
            last_used_at=now,
            expires_at=said.expires_at,
        )
        session.add(row)
        ended = await end_surplus(session, viewer, now)
    elif row.ended_at is not None or row.user_id != user_id:
        raise Unauthenticated
    row.last_used_at = now
    row.expires_at = now + lifetime if said.outlives_the_token else said.expires_at
    return viewer, ended


async def _new_account(session: AsyncSession, said: Assertion, now: datetime) -> User:
    id_ = uuid4()
    email = f"{id_.hex}@{NOWHERE}"
    try:
        if said.email is not None and await find_user(session, given := validation.email(said.email)) is None:
            email = given
    except Invalid:
        pass
    try:
        name = validation.name(said.name, needed=False)
    except Invalid:
        name = ""
    try:
        zone = validation.time_zone(said.time_zone).key
    except Invalid:
        zone = "UTC"
    return await add_user(session, id_, email, NO_PASSWORD, name, zone, now)
