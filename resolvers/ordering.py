"""Where a thing stands in its user's list."""

import sqlalchemy as sa
from sqlmodel import col

from resolvers.log.transaction import Transaction
from resolvers.ranks import rank_between
from resolvers.tables import Project, Task


async def last_rank(tx: Transaction, table: type[Task | Project]) -> str:
    """A rank behind all of the user's."""
    found = await tx.session.execute(
        sa.select(col(table.position))
        .where(col(table.user_id) == tx.user_id)
        .order_by(col(table.position).desc())
        .limit(1)
    )
    return rank_between(found.scalar_one_or_none(), None)


async def rank_after[Row: Task | Project](tx: Transaction, row: Row, anchor: Row | None) -> str:
    """The rank right after `anchor`, or before all; the row's own where it stands there already."""
    table = type(row)
    before = None if anchor is None else anchor.position
    following = (
        sa.select(col(table.position))
        .where(col(table.user_id) == tx.user_id, col(table.id) != row.id)
        .order_by(col(table.position))
        .limit(1)
    )
    if before is not None:
        following = following.where(col(table.position) > before)
    after = (await tx.session.execute(following)).scalar_one_or_none()
    if (before is None or before < row.position) and (after is None or row.position < after):
        return row.position
    return rank_between(before, after)
