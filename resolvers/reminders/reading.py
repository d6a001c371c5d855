"""Lists of reminders, and those of many tasks at once."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.paging import Key, Page, read_page
from resolvers.reminders.plan import Status
from resolvers.tables import Reminder


async def list_reminders(
    session: AsyncSession, user_id: UUID, status: Status | None, first: int, after: str | None
) -> Page[Reminder]:
    """Soonest first. Raises Invalid with the field `first` or `after`."""
    statement = sa.select(Reminder).where(*_conditions(user_id, status))
    keys = [Key(col(Reminder.remind_at), datetime), Key(col(Reminder.id), UUID)]
    return await read_page(session, statement, "REMINDERS", keys, first, after)


async def count_reminders(session: AsyncSession, user_id: UUID, status: Status | None) -> int:
    found = await session.execute(
        sa.select(sa.func.count()).select_from(Reminder).where(*_conditions(user_id, status))
    )
    return int(found.scalar_one())


async def reminders_of_tasks(
    session: AsyncSession, user_id: UUID, task_ids: Iterable[UUID]
) -> dict[UUID, list[Reminder]]:
    """Of each task that has any, soonest first."""
    found = await session.exec(
        select(Reminder)
        .where(col(Reminder.user_id) == user_id, col(Reminder.task_id).in_(list(task_ids)))
        .order_by(col(Reminder.remind_at), col(Reminder.id))
    )
    reminders: dict[UUID, list[Reminder]] = {}
    for reminder in found:
        reminders.setdefault(reminder.task_id, []).append(reminder)
    return reminders


def _conditions(user_id: UUID, status: Status | None) -> Iterable[sa.ColumnElement[bool]]:
    yield col(Reminder.user_id) == user_id
    if status is not None:
        yield col(Reminder.status) == status.value
