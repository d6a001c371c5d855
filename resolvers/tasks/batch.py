"""What the fields of many tasks need, each in one statement."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.tables import Task

#: Searching is done in the database: what is only to be shown is read without the text for that, which is as long as
#: all others together.
AS_SHOWN = defer(Task.search_text, raiseload=True)  # type: ignore[arg-type]


async def tasks_by_ids(session: AsyncSession, user_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Task]:
    found = await session.exec(
        select(Task).options(AS_SHOWN).where(col(Task.user_id) == user_id, col(Task.id).in_(list(ids)))
    )
    return {task.id: task for task in found}


async def subtasks_of(
    session: AsyncSession, user_id: UUID, parent_ids: Iterable[UUID]
) -> dict[UUID, list[Task]]:
    """Below each task that has any: those that are there, or, where it is deleted, those deleted with it."""
    parent = aliased(Task)
    found = await session.exec(
        select(Task)
        .options(AS_SHOWN)
        .join(parent, col(Task.parent_id) == parent.id)
        .where(
            col(Task.user_id) == user_id,
            col(Task.parent_id).in_(list(parent_ids)),
            sa.or_(
                col(Task.deleted_at).is_(None),
                sa.and_(
                    sa.type_coerce(parent.deleted_at, sa.DateTime).is_not(None),
                    col(Task.deleted_with) == parent.deleted_with,
                ),
            ),
        )
        .order_by(col(Task.position), col(Task.id))
    )
    below: dict[UUID, list[Task]] = {}
    for task in found:
        if task.parent_id is not None:
            below.setdefault(task.parent_id, []).append(task)
    return below
