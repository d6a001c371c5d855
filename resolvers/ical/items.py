"""What a document is made of, read a page at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.ical.writing import Item, uid_of
from resolvers.labels import label_ids_of_tasks, labels_by_ids
from resolvers.projects import projects_by_ids
from resolvers.recurrences.reading import recurrences_by_ids
from resolvers.reminders.reading import reminders_of_tasks
from resolvers.tables import Recurrence, Task
from resolvers.tasks.parents import LEVELS

_LEAST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """All tasks that are not deleted; or with `done_since` those with a date, open or done since then, and series."""

    user_id: UUID
    done_since: datetime | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        found = [col(Task.user_id) == self.user_id, col(Task.deleted_at).is_(None)]
        if self.done_since is not None:
            going_on = sa.exists().where(
                col(Recurrence.task_id) == col(Task.id),
                sa.or_(col(Recurrence.next_wall).is_not(None), col(Recurrence.waits).is_(True)),
            )
            open_ = sa.or_(col(Task.completed_at).is_(None), col(Task.completed_at) >= self.done_since)
            dated = sa.or_(col(Task.due_at).is_not(None), col(Task.recurring).is_(True))
            found += [dated, sa.or_(open_, sa.and_(col(Task.recurring).is_(True), going_on))]
        return found


@dataclass(frozen=True, slots=True)
class Place:
    """Behind this task. level: how many tasks it stands below."""

    level: int = 0
    position: str = ""
    id: UUID = _LEAST


async def read_after(
    session: AsyncSession, wanted: Wanted, after: Place, limit: int
) -> tuple[Sequence[Task], Place | None]:
    """Up to `limit` tasks by their positions, and the place to go on from; None at the end.

    Of all tasks parents come before what is below them, level by level, so that no part refers to a later one.
    """
    by_level = wanted.done_since is None
    found: list[Task] = []
    while True:
        level = _at_level(after.level) if by_level else []
        found += await _read_page(session, wanted, level, after, limit - len(found))
        if len(found) == limit:
            return found, Place(after.level, found[-1].position, found[-1].id)
        if not by_level or after.level == LEVELS:
            return found, None
        after = Place(after.level + 1)


async def _read_page(
    session: AsyncSession, wanted: Wanted, level: list[sa.ColumnElement[bool]], after: Place, limit: int
) -> Sequence[Task]:
    behind = sa.or_(
        col(Task.position) > after.position,
        sa.and_(col(Task.position) == after.position, col(Task.id) > after.id),
    )
    statement = (
        select(Task)
        # The first says nothing new, but an index can begin there.
        .where(*wanted.conditions(), *level, col(Task.position) >= after.position, behind)
        .order_by(col(Task.position), col(Task.id))
        .limit(limit)
    )
    return (await session.exec(statement)).all()


def _at_level(level: int) -> list[sa.ColumnElement[bool]]:
    """Conditions for tasks that stand below so many others."""
    if level == 0:
        return [col(Task.parent_id).is_(None)]
    above = [aliased(Task) for _ in range(level)]
    chain = sa.select(sa.literal(1)).where(col(above[0].id) == col(Task.parent_id))
    for lower, upper in pairwise(above):
        chain = chain.where(col(upper.id) == col(lower.parent_id))
    top = col(above[-1].parent_id).is_(None)
    return [col(Task.parent_id).is_not(None), chain.where(top).correlate(Task).exists()]


async def items_of(session: AsyncSession, wanted: Wanted, tasks: Sequence[Task]) -> list[Item]:
    """The tasks with what belongs to them."""
    user_id, ids = wanted.user_id, [task.id for task in tasks]
    label_ids = await label_ids_of_tasks(session, user_id, ids)
    labels = await labels_by_ids(session, user_id, {id_ for each in label_ids.values() for id_ in each})
    projects = await projects_by_ids(session, user_id, _some(task.project_id for task in tasks))
    recurring = [task.id for task in tasks if task.recurring]
    recurrences = await recurrences_by_ids(session, user_id, recurring)
    reminders = await reminders_of_tasks(session, user_id, ids)
    apart = await _apart(session, wanted, recurring)
    others = await _uids(
        session,
        user_id,
        _some(task.parent_id for task in tasks) | _some(task.spawned_from_id for task in tasks),
    )
    return [
        Item(
            task=task,
            labels=[labels[id_].name for id_ in label_ids.get(task.id, ()) if id_ in labels],
            project=None if task.project_id not in projects else projects[task.project_id].name,
            parent=others.get(task.parent_id) if task.parent_id else None,
            series=others.get(task.spawned_from_id) if task.spawned_from_id else None,
            recurrence=recurrences.get(task.id),
            reminders=reminders.get(task.id, ()),
            apart=apart.get(task.id, ()),
        )
        for task in tasks
    ]


async def zones_of(session: AsyncSession, user_id: UUID) -> list[str]:
    """Every zone that a task or recurrence is reckoned in."""
    of_tasks = sa.select(col(Task.time_zone)).where(
        col(Task.user_id) == user_id, col(Task.deleted_at).is_(None)
    )
    of_rules = sa.select(col(Recurrence.time_zone)).where(
        col(Recurrence.user_id) == user_id, col(Recurrence.time_zone).is_not(None)
    )
    found = await session.execute(of_tasks.union(of_rules))
    return sorted(zone for zone in found.scalars() if zone not in {None, "UTC"})


async def _apart(session: AsyncSession, wanted: Wanted, series_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    if not series_ids:
        return {}
    found = await session.execute(
        sa.select(col(Task.spawned_from_id), col(Task.occurrence_wall)).where(
            *wanted.conditions(), col(Task.spawned_from_id).in_(series_ids)
        )
    )
    walls: dict[UUID, list[str]] = {}
    for series_id, wall in found:
        if series_id is not None and wall is not None:
            walls.setdefault(series_id, []).append(wall)
    return walls


async def _uids(session: AsyncSession, user_id: UUID, ids: set[UUID]) -> dict[UUID | None, str]:
    """Of those that are not deleted."""
    if not ids:
        return {}
    found = await session.execute(
        sa.select(col(Task.id), col(Task.external_id)).where(
            col(Task.user_id) == user_id, col(Task.id).in_(ids), col(Task.deleted_at).is_(None)
        )
    )
    return {id_: uid_of(external_id, id_) for id_, external_id in found}


def _some(ids: Iterable[UUID | None]) -> set[UUID]:
    return {id_ for id_ in ids if id_ is not None}
