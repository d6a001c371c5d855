"""Accounts: signing up and in, and what a user may change of their own."""

import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers import validation
from resolvers.aggregates import user_data
from resolvers.database import Database
from resolvers.errors import BadCredentials, Conflict, EmailTaken, Invalid, SessionEnded, Unauthenticated
from resolvers.log.events import EventType
from resolvers.log.transaction import Committed, Log, Transaction
from resolvers.passwords import NO_PASSWORD, hash_password, is_outdated, password_matches
from resolvers.reminders.plan import follow_all_day_time
from resolvers.reset_links import void_resets
from resolvers.session_bounds import end_surplus
from resolvers.sessions import Grant, begin_session, end_session, end_sessions, refresh, session_of_token
from resolvers.tables import Identity, SignInSession, User, UserStream
from resolvers.unset import UNSET, Unset
from resolvers.viewer import Viewer

CURSOR_KEY_BYTES = 16
EPOCH_BITS = 62
WRONG = "The e-mail address or the password is wrong."
ENDED = "The session has ended. Please log in again."


@dataclass(frozen=True, slots=True)
class SignedIn:
    user: User
    grant: Grant
    now: datetime


@dataclass(frozen=True, slots=True)
class NewAccount:
    email: str
    password: str
    name: str
    time_zone: str


async def sign_up(database: Database, account: NewAccount, user_agent: str, lifetime: timedelta) -> SignedIn:
    """Make an account, and sign in to it.

    Raises Invalid with the field, or EmailTaken.
    """
    email = validation.email(account.email)
    name = validation.name(account.name, needed=False)
    zone = validation.time_zone(account.time_zone)
    password_hash = await hash_password(validation.password(account.password))
    try:
        async with database.transaction() as session:
            if await find_user(session, email) is not None:
                raise EmailTaken("There is an account with this e-mail address.", "email")
            now = await database.now(session)
            user = await add_user(session, uuid4(), email, password_hash, name, zone.key, now)
            grant = begin_session(session, user.id, user_agent, now, lifetime)
    except sa.exc.IntegrityError:
        # Two sign-ups at once: the other was first.
        raise EmailTaken("There is an account with this e-mail address.", "email") from None
    return SignedIn(user, grant, now)


async def add_user(
    session: AsyncSession, id_: UUID, email: str, password_hash: str, name: str, time_zone: str, now: datetime
) -> User:
    user = User(
        id=id_,
        email=email,
        email_key=email.casefold(),
        password_hash=password_hash,
        name=name,
        time_zone=time_zone,
        created_at=now,
    )
    session.add(user)
    await session.flush()
    session.add(
        UserStream(
            user_id=user.id,
            epoch=secrets.randbits(EPOCH_BITS),
            cursor_key=secrets.token_bytes(CURSOR_KEY_BYTES),
        )
    )
    return user


async def log_in(log: Log, email: str, password: str, user_agent: str, lifetime: timedelta) -> SignedIn:
    """Begin a session, and end the longest unused where there are too many.

    Raises BadCredentials, the same and after the same time whichever of the two is wrong.
    """
    async with log.database.read() as reading:
        known = await find_user(reading, email.strip())
    matches = await password_matches(known.password_hash if known else None, password)
    if known is None or not matches:
        raise BadCredentials(WRONG)
    renewed = await hash_password(password) if is_outdated(known.password_hash) else None
    async with log.database.transaction() as session:
        now = await log.database.now(session)
        user = await session.get(User, known.id, with_for_update=True)
        if user is None or user.password_hash != known.password_hash:
            raise BadCredentials(WRONG)  # changed while the hash was checked
        if renewed is not None:
            user.password_hash = renewed
        grant = begin_session(session, user.id, user_agent, now, lifetime)
        ended = await end_surplus(session, grant.viewer, now)
    if ended:
        log.announce(Committed(ended_sessions=ended))
    return SignedIn(user, grant, now)


async def refresh_session(log: Log, token: str, lifetime: timedelta) -> SignedIn:
    """Trade a refresh token for its successor.

    Raises SessionEnded; a token used again after its time ends its session.
    """
    async with log.database.transaction() as session:
        now = await log.database.now(session)
        grant = await refresh(session, token, now, lifetime)
        user = await session.get(User, grant.viewer.user_id) if isinstance(grant, Grant) else None
    if isinstance(grant, Grant) and user is not None:
        return SignedIn(user, grant, now)
    if isinstance(grant, UUID):
        log.announce(Committed(ended_sessions=[grant]))
    raise SessionEnded(ENDED)


async def log_out(log: Log, token: str) -> UUID | None:
    """End the session of a refresh token, and say which; where there is none, there is nothing to do."""
    async with log.database.transaction() as session:
        row = await session_of_token(session, token)
        if row is None:
            return None
        row.ended_at = await log.database.now(session)
    log.announce(Committed(ended_sessions=[row.id]))
    return row.id


async def end_one_session(log: Log, viewer: Viewer, session_id: str) -> None:
    """Sign out elsewhere, or here. Raises NotFound, Unauthenticated."""

    async def act(tx: Transaction) -> None:
        tx.ended_sessions += await end_session(tx.session, viewer.user_id, session_id, tx.now)

    await log.change(viewer, act, "")


async def end_other_sessions(log: Log, viewer: Viewer) -> None:
    """Sign out everywhere but here. Raises Unauthenticated."""

    async def act(tx: Transaction) -> None:
        tx.ended_sessions += await end_sessions(tx.session, viewer.user_id, tx.now, but=viewer.session_id)

    await log.change(viewer, act, "")


async def change_password(log: Log, viewer: Viewer, password: str, new_password: str) -> None:
    """Ends all other sessions. Raises Invalid, BadCredentials with the field `password`, Unauthenticated."""
    known = await _known_hash(log.database, viewer)
    if known == NO_PASSWORD:
        raise BadCredentials("This account has no password: an identity provider signs you in.", "password")
    validation.password(new_password, "newPassword")
    await _confirm(known, password)
    password_hash = await hash_password(new_password)

    async def act(tx: Transaction) -> None:
        user = await _own(tx)
        if user.password_hash != known:
            raise BadCredentials("The password is wrong.", "password")  # changed in between
        user.password_hash = password_hash
        await void_resets(tx.session, viewer.user_id, tx.now)
        tx.ended_sessions += await end_sessions(tx.session, viewer.user_id, tx.now, but=viewer.session_id)

    await log.change(viewer, act, "")


async def delete_account(log: Log, viewer: Viewer, password: str) -> None:
    """Everything of the account is gone, at once and for good. One that has no password is deleted with an empty one.

    Raises BadCredentials, Unauthenticated.
    """
    known = await _known_hash(log.database, viewer)
    if known != NO_PASSWORD:
        await _confirm(known, password)
    elif password:
        raise BadCredentials("This account has no password: leave it empty.", "password")

    async def act(tx: Transaction) -> None:
        tx.ended_sessions += await end_sessions(tx.session, viewer.user_id, tx.now)
        # Or the next request with a token of an identity provider from before would make it anew.
        closing = sa.update(Identity).where(col(Identity.user_id) == viewer.user_id)
        await tx.session.execute(closing.values(closed_at=tx.now))
        # The rest goes with it.
        await tx.session.execute(sa.delete(User).where(col(User.id) == viewer.user_id))

    await log.change(viewer, act, "")


@dataclass(frozen=True, slots=True)
class UserChange:
    """What is UNSET stays as it is; nothing here can be cleared."""

    name: str | None | Unset = UNSET
    time_zone: str | None | Unset = UNSET
    all_day_reminder_time: time | None | Unset = UNSET


async def update_user(tx: Transaction, change: UserChange, expected_version: int | None) -> User:
    """Raises Invalid with the field; Conflict with the user as they now are."""
    user = await _own(tx)
    if expected_version is not None and expected_version != user.version:
        raise Conflict("This was changed elsewhere.", "expectedVersion", current=user)
    changed = []
    if change.name is not UNSET:
        if change.name is None:
            raise Invalid("A name can't be cleared.", "name")
        name = validation.name(change.name, needed=False)
        if name != user.name:
            user.name = name
            changed.append("name")
    if change.time_zone is not UNSET:
        if change.time_zone is None:
            raise Invalid("A time zone can't be cleared.", "timeZone")
        zone = validation.time_zone(change.time_zone).key
        if zone != user.time_zone:
            user.time_zone = zone
            changed.append("timeZone")
    if change.all_day_reminder_time is not UNSET:
        if change.all_day_reminder_time is None:
            raise Invalid("This time can't be cleared.", "allDayReminderTime")
        if change.all_day_reminder_time != user.all_day_reminder_time:
            user.all_day_reminder_time = change.all_day_reminder_time
            changed.append("allDayReminderTime")
    if changed:
        user.version += 1
        tx.record(EventType.USER_UPDATED, user.id, user_data(user), changed)
    if "allDayReminderTime" in changed:
        await follow_all_day_time(tx)
    return user


async def read_user(session: AsyncSession, user_id: UUID) -> User:
    """Raises Unauthenticated where the account is gone."""
    user = await session.get(User, user_id)
    if user is None:
        raise Unauthenticated
    return user


async def find_user(session: AsyncSession, email: str) -> User | None:
    """The account of an address, however that is written."""
    if "\x00" in email:
        return None  # PostgreSQL would not even take the question
    found = await session.exec(select(User).where(col(User.email_key) == email.casefold()))
    return found.one_or_none()


async def _own(tx: Transaction) -> User:
    return await read_user(tx.session, tx.user_id)


async def _known_hash(database: Database, viewer: Viewer) -> str:
    """Of the viewer's password. Raises Unauthenticated: who was signed out may not even try passwords."""
    async with database.read() as session:
        found = await session.exec(
            select(User.password_hash)
            .join(SignInSession, col(SignInSession.user_id) == col(User.id))
            .where(
                col(User.id) == viewer.user_id,
                col(SignInSession.id) == viewer.session_id,
                col(SignInSession.ended_at).is_(None),
            )
        )
        known = found.one_or_none()
    if known is None:
        raise Unauthenticated
    return known


async def _confirm(known: str, password: str) -> None:
    """Raises BadCredentials."""
    if not await password_matches(known, password):
        raise BadCredentials("The password is wrong.", "password")
