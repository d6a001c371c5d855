"""Projects: the acts, and how they are read."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers import validation
from resolvers.aggregates import project_data, tombstone
from resolvers.creates import create_once
from resolvers.errors import Conflict, Invalid, LimitExceeded
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.lookup import find_project
from resolvers.ordering import last_rank, rank_after
from resolvers.paging import Key, Page, read_page
from resolvers.tables import Project, Task
from resolvers.unset import UNSET, Unset

PROJECTS = 500


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """What is UNSET stays as it is; only `after_id` can be None: the first place."""

    name: str | None | Unset = UNSET
    color: str | None | Unset = UNSET
    archived: bool | None | Unset = UNSET
    after_id: str | None | Unset = UNSET


async def create_project(tx: Transaction, id_: str | None, name: str, color: str) -> Project | None:
    """At the end of the list. Asked for again it answers the project as it now is, or None where it is gone.

    Raises Invalid with the field, LimitExceeded, Conflict where the id is taken.
    """

    async def create(new_id: UUID) -> Project:
        project = Project(
            id=new_id,
            user_id=tx.user_id,
            name=validation.name(name),
            color=validation.color(color),
            position=await last_rank(tx, Project),
            created_at=tx.now,
        )
        if await count_projects(tx.session, tx.user_id) >= PROJECTS:
            raise LimitExceeded(f"There are at most {PROJECTS} projects.")
        tx.session.add(project)
        tx.record(EventType.PROJECT_CREATED, project.id, project_data(project))
        return project

    content = {"name": name.strip(), "color": color.lower()}
    return await create_once(tx, Project, id_, content, create)


async def update_project(
    tx: Transaction, id_: str, change: ProjectChange, expected_version: int | None
) -> Project:
    """Raises NotFound, Conflict, Invalid with the field."""
    project = await _to_change(tx, id_, expected_version)
    changed = []
    if change.name is not UNSET and (name := validation.name(change.name)) != project.name:
        project.name = name
        changed.append("name")
    if change.color is not UNSET and (color := validation.color(change.color)) != project.color:
        project.color = color
        changed.append("color")
    if change.archived is None:
        raise Invalid("This can't be null.", "archived")
    if change.archived is not UNSET and change.archived != project.archived:
        project.archived = change.archived
        changed.append("archived")
    if change.after_id is not UNSET:
        position = await _place(tx, project, change.after_id)
        if position != project.position:
            project.position = position
            changed.append("position")
    if changed:
        project.version += 1
        tx.record(EventType.PROJECT_UPDATED, project.id, project_data(project), changed)
    return project


async def delete_project(tx: Transaction, id_: str, expected_version: int | None) -> Project:
    """Its tasks stay, without a project, and keep their versions: the one event says it of all of them.

    Returns the project as it was. Raises NotFound, Conflict.
    """
    project = await _to_change(tx, id_, expected_version)
    await tx.session.execute(
        sa.update(Task)
        .where(col(Task.project_id) == project.id)
        .values(project_id=None)
        .execution_options(synchronize_session=False)
    )
    await tx.session.delete(project)
    tx.record(EventType.PROJECT_DELETED, project.id, tombstone(project.id, project.version, tx.now))
    return project


async def list_projects(session: AsyncSession, user_id: UUID, first: int, after: str | None) -> Page[Project]:
    """By position. Raises Invalid with the field `first` or `after`."""
    statement = sa.select(Project).where(col(Project.user_id) == user_id)
    keys = [Key(col(Project.position)), Key(col(Project.id), UUID)]
    return await read_page(session, statement, "PROJECTS", keys, first, after)


async def count_projects(session: AsyncSession, user_id: UUID) -> int:
    found = await session.execute(
        sa.select(sa.func.count()).select_from(Project).where(col(Project.user_id) == user_id)
    )
    return int(found.scalar_one())


async def projects_by_ids(session: AsyncSession, user_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Project]:
    found = await session.exec(
        select(Project).where(col(Project.user_id) == user_id, col(Project.id).in_(list(ids)))
    )
    return {project.id: project for project in found}


async def task_counts(session: AsyncSession, user_id: UUID, project_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Open tasks of each project that has any."""
    found = await session.execute(
        sa.select(col(Task.project_id), sa.func.count())
        .where(
            col(Task.user_id) == user_id,
            col(Task.project_id).in_(list(project_ids)),
            col(Task.completed_at).is_(None),
            col(Task.deleted_at).is_(None),
        )
        .group_by(col(Task.project_id))
    )
    return {project_id: count for project_id, count in found if project_id is not None}


async def _to_change(tx: Transaction, id_: str, expected_version: int | None) -> Project:
    project = await find_project(tx, id_, "id")
    if expected_version is not None and expected_version != project.version:
        raise Conflict("This project was changed elsewhere.", "expectedVersion", current=project)
    return project


async def _place(tx: Transaction, project: Project, after_id: str | None) -> str:
    anchor = None if after_id is None else await find_project(tx, after_id, "afterId")
    if anchor is project:
        raise Invalid("A project can't stand after itself.", "afterId")
    return await rank_after(tx, project, anchor)
