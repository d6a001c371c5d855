"""A user's things as the tables have them, in the words of the log."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.aggregates import label_data, project_data, reminder_data, task_data, user_data
from resolvers.labels import label_ids_of_tasks
from resolvers.tables import Label, Project, Recurrence, Reminder, Task, User

#: Rows in memory at once.
PAGE_ROWS = 500


async def stored_things(session: AsyncSession, user_id: UUID) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
    """Each with its kind. All are of one moment where the session's transaction shows one."""
    of_user = sa.select(User).where(col(User.id) == user_id)
    async for rows in pages(session, of_user):
        for (user,) in rows:
            yield "user", user_data(user)
    projects = sa.select(Project).where(col(Project.user_id) == user_id)
    async for rows in pages(session, projects):
        for (project,) in rows:
            yield "project", project_data(project)
    labels = sa.select(Label).where(col(Label.user_id) == user_id)
    async for rows in pages(session, labels):
        for (label,) in rows:
            yield "label", label_data(label)
    tasks = (
        sa.select(Task, Recurrence)
        .outerjoin(Recurrence, col(Recurrence.task_id) == col(Task.id))
        .where(col(Task.user_id) == user_id)
    )
    async for rows in pages(session, tasks):
        labels_of = await label_ids_of_tasks(session, user_id, [task.id for task, _ in rows])
        for task, recurrence in rows:
            yield "task", task_data(task, labels_of.get(task.id, ()), recurrence)
    reminders = sa.select(Reminder).where(col(Reminder.user_id) == user_id)
    async for rows in pages(session, reminders):
        for (reminder,) in rows:
            yield "reminder", reminder_data(reminder)


async def pages(
    session: AsyncSession, statement: sa.Select[*tuple[Any, ...]]
) -> AsyncIterator[Sequence[Any]]:
    """The rows as they come, never all of them at once."""
    result = await session.stream(statement.execution_options(yield_per=PAGE_ROWS))
    async for rows in result.partitions():
        yield rows
