"""How much the database holds, by what it knows of itself: nothing is counted row by row."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.tables import EventRow, UserStream


@dataclass(frozen=True, slots=True)
class Sizes:
    """events is an estimate on PostgreSQL; event_bytes, indexes included, is None where it is not known."""

    events: int
    event_bytes: int | None
    database_bytes: int


async def read_sizes(session: AsyncSession) -> Sizes:
    if session.get_bind().dialect.name == "sqlite":
        events = sa.select(
            sa.func.coalesce(sa.func.sum(col(UserStream.last_seq) - col(UserStream.min_seq) + 1), 0)
        )
        pages = sa.text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        held, taken = await session.execute(events), await session.execute(pages)
        return Sizes(held.scalar_one(), None, taken.scalar_one())
    table = sa.literal(str(EventRow.__tablename__)).cast(postgresql.REGCLASS)
    row = await session.execute(
        sa.select(
            sa.func.pg_stat_get_live_tuples(table),
            sa.func.pg_total_relation_size(table),
            sa.func.pg_database_size(sa.func.current_database()),
        )
    )
    return Sizes(*row.one())
