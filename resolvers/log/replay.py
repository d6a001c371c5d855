"""Whether the log tells the truth: a user's state rebuilt from it, beside what the tables have."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.database import Database
from resolvers.log.cursor import Position
from resolvers.log.event_log import read_position
from resolvers.log.events import EventType
from resolvers.log.rebuild import Rebuilt, Thing
from resolvers.log.stored import pages, stored_things
from resolvers.tables import EventRow, User
from resolvers.validation import read_id

#: Of one user; the others are counted.
TOLD_DIFFERENCES = 100
PAGE_USERS = 500
#: They follow from others by the law of a zone, and laws change.
_DERIVED = {"recurrence.start"}


@dataclass(frozen=True, slots=True)
class Difference:
    """thing: its kind and id, or `event` and its number; field: empty where it is all of it."""

    thing: str
    field: str
    log: Any
    tables: Any


@dataclass
class Replayed:
    """What one user's log and tables say of each other."""

    user_id: UUID
    email: str
    events: int = 0
    things: int = 0
    #: Events that are no longer kept, and things that only those told of: nobody can say whether these are right.
    forgotten: int = 0
    untold: int = 0
    #: The first of them; `differing` counts them all.
    differences: list[Difference] = field(default_factory=list)
    differing: int = 0

    def differ(self, thing: str, field: str, log: Any, tables: Any) -> None:
        self.differing += 1
        if len(self.differences) < TOLD_DIFFERENCES:
            self.differences.append(Difference(thing, field, log, tables))


async def find_user(session: AsyncSession, name: str) -> UUID | None:
    """By e-mail address or id."""
    id_ = read_id(name)
    is_it = col(User.email_key) == name.strip().casefold() if id_ is None else col(User.id) == id_
    found = await session.execute(sa.select(col(User.id)).where(is_it))
    user_id: UUID | None = found.scalar_one_or_none()
    return user_id


async def all_users(database: Database) -> AsyncIterator[UUID]:
    """Raises Unavailable."""
    last = UUID(int=0)
    while True:
        async with database.read() as session:
            found = await session.execute(
                sa.select(col(User.id)).where(col(User.id) > last).order_by(col(User.id)).limit(PAGE_USERS)
            )
            ids = list(found.scalars())
        if not ids:
            return
        for last in ids:
            yield last


async def replay(database: Database, user_id: UUID) -> Replayed | None:
    """Rebuild the user's state from the log, and compare; None where there is no such user any more.

    Both are read in one transaction, so nothing that happens meanwhile is taken for a difference. In memory is the
    state, and of rows and events a page. Raises Unavailable.
    """
    async with database.read() as session:
        if not database.is_sqlite:  # where every transaction shows one moment
            await session.connection(
                execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            )
        position = await read_position(session, user_id)
        email = (await session.execute(sa.select(col(User.email)).where(col(User.id) == user_id))).scalar()
        if position is None or email is None:
            return None
        replayed = Replayed(user_id, email, forgotten=position.min_seq - 1)
        rebuilt = await _rebuild(session, position, replayed)
        await _compare(session, user_id, rebuilt, replayed)
    return replayed


async def _rebuild(session: AsyncSession, position: Position, replayed: Replayed) -> Rebuilt:
    rebuilt = Rebuilt()
    events = (
        sa.select(
            col(EventRow.seq),
            col(EventRow.type),
            col(EventRow.aggregate_id),
            # As text: `Rebuilt` reads only the last of each thing.
            sa.cast(col(EventRow.data), sa.Text),
        )
        .where(col(EventRow.user_id) == position.user_id, col(EventRow.seq) >= position.min_seq)
        .order_by(col(EventRow.seq))
    )
    upcoming = position.min_seq
    async for rows in pages(session, events):
        for seq, type_, aggregate_id, data in rows:
            if seq > position.last_seq:
                replayed.differ(f"event {seq}", "", type_, _numbers(position))
            _check_gap(replayed, position, upcoming, seq)
            upcoming = seq + 1
            replayed.events += 1
            if type_ in EventType:
                rebuilt.apply(EventType(type_), str(aggregate_id), data)
            else:
                replayed.differ(f"event {seq}", "type", type_, "no type that this release knows")
    _check_gap(replayed, position, upcoming, position.last_seq + 1)
    await _check_ids(session, position, replayed)
    return rebuilt


def _check_gap(replayed: Replayed, position: Position, upcoming: int, seq: int) -> None:
    if upcoming < seq:
        which = f"event {upcoming}" if seq == upcoming + 1 else f"events {upcoming} to {seq - 1}"
        replayed.differ(which, "", None, _numbers(position))


def _numbers(position: Position) -> str:
    return f"numbers from {position.min_seq} to {position.last_seq}"


async def _check_ids(session: AsyncSession, position: Position, replayed: Replayed) -> None:
    found = await session.execute(
        sa.select(col(EventRow.event_id), sa.func.count(), sa.func.min(col(EventRow.seq)))
        .where(col(EventRow.user_id) == position.user_id)
        .group_by(col(EventRow.event_id))
        .having(sa.func.count() > 1)
    )
    for event_id, count, seq in found:
        replayed.differ(f"event {seq}", "id", str(event_id), f"{count} events have it")


async def _compare(session: AsyncSession, user_id: UUID, rebuilt: Rebuilt, replayed: Replayed) -> None:
    async for kind, stored in stored_things(session, user_id):
        replayed.things += 1
        thing = f"{kind} {stored['id']}"
        told = rebuilt.take(kind, stored["id"])
        if told is not None:
            for name, log, tables in _differing(told, stored):
                replayed.differ(thing, name, log, tables)
        elif kind == "user" and stored["version"] == 1:
            continue  # the log begins after the account was made
        elif replayed.forgotten:
            replayed.untold += 1
        else:
            replayed.differ(thing, "", None, stored)
    for kind, id_, told in rebuilt.take_all():
        replayed.differ(f"{kind} {id_}", "", told, None)


def _differing(told: Thing, stored: Thing, within: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Name and both values of each field that is not the same."""
    for name in sorted(told.keys() | stored.keys()):
        log, tables = told.get(name), stored.get(name)
        if isinstance(log, dict) and isinstance(tables, dict):
            yield from _differing(log, tables, f"{within}{name}.")
        elif name == "labelIds" and log and tables and sorted(log) == sorted(tables):
            continue  # they have no order of their own
        elif (name not in told or name not in stored) and not log and not tables:
            continue  # a field that a later release added begins with nothing
        elif log != tables and within + name not in _DERIVED:
            yield within + name, log, tables
