"""Leases in the database: rows, so they work behind any pooler. Each is one statement by the database's own clock."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import UTCDateTime, col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.database import Database, insert_into
from resolvers.tables import Lease


async def take_lease(
    database: Database, session: AsyncSession, name: str, owner: str, seconds: float
) -> int | None:
    """Take or renew it for so long; its fencing number. None where somebody else has it."""
    added = insert_into(session, Lease).values(
        name=name, owner=owner, fencing=1, expires_at=_in(seconds, database)
    )
    mine = col(Lease.owner) == owner
    statement = added.on_conflict_do_update(
        index_elements=[col(Lease.name)],
        set_={
            "owner": owner,
            "fencing": col(Lease.fencing) + sa.case((mine, 0), else_=1),
            "expires_at": added.excluded.expires_at,
        },
        where=mine | (col(Lease.expires_at) <= _in(0, database)),
    ).returning(col(Lease.fencing))
    fencing: int | None = (await session.execute(statement)).scalar_one_or_none()
    return fencing


async def give_up_lease(database: Database, session: AsyncSession, name: str, owner: str) -> None:
    """Where it is the owner's, whoever comes next has it at once."""
    await session.execute(
        sa.update(Lease)
        .where(col(Lease.name) == name, col(Lease.owner) == owner)
        .values(expires_at=_in(0, database))
        .execution_options(synchronize_session=False)
    )


async def lock_lease(session: AsyncSession, name: str, owner: str, fencing: int) -> bool:
    """Whether it is still held under this number; if so, nobody else takes it before the transaction has ended."""
    found = await session.execute(
        sa.select(col(Lease.fencing))
        .where(col(Lease.name) == name, col(Lease.owner) == owner, col(Lease.fencing) == fencing)
        .with_for_update(read=True)
    )
    return found.one_or_none() is not None


def _in(seconds: float, database: Database) -> sa.ColumnElement[datetime]:
    """So many seconds from now, which PostgreSQL tells itself, in the statement."""
    later = timedelta(seconds=seconds)
    if database.clock is not None:
        return sa.literal(database.clock() + later, UTCDateTime())
    if database.is_sqlite:
        return sa.literal(datetime.now(UTC) + later, UTCDateTime())
    return sa.func.clock_timestamp(type_=UTCDateTime()) + later
