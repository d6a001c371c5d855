"""Taking away what is over, so much in a transaction that nobody waits for it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import SQLColumnExpression
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


async def delete_some(
    session: AsyncSession,
    table: type[SQLModel],
    key: Sequence[SQLColumnExpression[Any]],
    over: sa.ColumnElement[bool],
    most: int,
) -> int:
    """Delete up to `most` rows, known by their `key`; returns how many. What another process deletes is left to it."""
    some = sa.select(*key).where(over).limit(most).with_for_update(skip_locked=True)
    deleted = await session.execute(
        sa.delete(table)
        .where(sa.tuple_(*key).in_(some))
        .returning(*key)
        .execution_options(synchronize_session=False)
    )
    return len(deleted.all())
