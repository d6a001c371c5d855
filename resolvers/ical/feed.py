"""The URL under which calendars read a user's tasks: whoever has it can read, so only its SHA-256 is kept."""

import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.database import Database
from resolvers.ical.items import Place, Wanted, items_of, read_after, zones_of
from resolvers.ical.writing import Manner, component, head, tail
from resolvers.ical.zones import vtimezone
from resolvers.instants import zone_or_utc
from resolvers.log.event_log import read_position
from resolvers.log.transaction import Transaction
from resolvers.tables import CalendarFeed, User

NAME = "TaskFlow"
TOKEN_BYTES = 32
#: Tasks stay so long in the feed after they were done.
DONE_STAYS = timedelta(days=30)
#: Written and sent at once, so that memory does not grow with the number of tasks, nor others wait for it.
PAGE_TASKS = 100
#: That it was read is noted no more often.
NOTED_EVERY = timedelta(minutes=1)
#: Counts up when the same tasks are written otherwise, so that calendars read them anew.
FORM = 1
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


async def create_feed(tx: Transaction) -> tuple[CalendarFeed, str]:
    """A feed in place of the one there was, and its token."""
    token = urlsafe_b64encode(secrets.token_bytes(TOKEN_BYTES)).rstrip(b"=").decode()
    feed = await tx.session.get(CalendarFeed, tx.user_id)
    if feed is None:
        feed = CalendarFeed(user_id=tx.user_id, token_hash=b"", created_at=tx.now)
        tx.session.add(feed)
    feed.token_hash, feed.created_at, feed.read_at = _hash(token), tx.now, None
    return feed, token


async def revoke_feed(tx: Transaction) -> None:
    """Its URL leads nowhere from now on. Where there is none, nothing happens."""
    feed = await tx.session.get(CalendarFeed, tx.user_id)
    if feed is not None:
        await tx.session.delete(feed)


async def find_feed(session: AsyncSession, user_id: UUID) -> CalendarFeed | None:
    return await session.get(CalendarFeed, user_id)


@dataclass(frozen=True, slots=True)
class Opened:
    """A feed as it is now. tag: the same as long as nothing that it shows has changed."""

    user: User
    today: datetime
    tag: str
    noted: bool


async def open_feed(database: Database, token: str, events: bool) -> Opened | None:
    """None where no feed has this token. Raises Unavailable."""
    if not _TOKEN.fullmatch(token):
        return None
    async with database.read() as session:
        found = await session.exec(
            select(CalendarFeed, User)
            .join(User, col(User.id) == col(CalendarFeed.user_id))
            .where(col(CalendarFeed.token_hash) == _hash(token))
        )
        row = found.one_or_none()
        if row is None:
            return None
        feed, user = row
        now = await database.now(session)
        position = await read_position(session, user.id)
    if position is None:
        return None
    # What depends on the time of day would differ with each reading.
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    state = f"{FORM} {position.epoch} {position.last_seq} {today:%Y%m%d} {events}"
    noted = feed.read_at is not None and now - feed.read_at < NOTED_EVERY
    return Opened(user, today, sha256(state.encode()).hexdigest()[:32], noted)


async def note_read(database: Database, opened: Opened) -> None:
    """Raises Unavailable."""
    if opened.noted:
        return
    async with database.transaction() as session:
        await session.execute(
            sa.update(CalendarFeed)
            .where(col(CalendarFeed.user_id) == opened.user.id)
            .values(read_at=await database.now(session))
        )


async def write_feed(database: Database, opened: Opened, events: bool) -> AsyncIterator[str]:
    """The document in parts. Raises Unavailable, also in the middle."""
    user = opened.user
    wanted = Wanted(user.id, done_since=opened.today - DONE_STAYS)
    manner = Manner(events, opened.today, user.all_day_reminder_time)
    async with database.read() as session:
        zones = await zones_of(session, user.id)
    yield head(NAME) + "".join(vtimezone(zone) for zone in zones if zone_or_utc(zone).key == zone)
    place: Place | None = Place()
    while place is not None:
        async with database.read() as session:
            tasks, place = await read_after(session, wanted, place, PAGE_TASKS)
            items = await items_of(session, wanted, tasks)
        if items:
            yield "".join(component(item, manner) for item in items)
    yield tail()


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
