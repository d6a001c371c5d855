"""Tasks, as rows of the database or as an event tells them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Self, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry

from resolvers import tables
from resolvers.aggregates import PRIORITIES, recurrence_data
from resolvers.instants import end_of_day
from resolvers.paging import Page
from schema.context import Info
from schema.scalars import TimeZone
from schema.types.organising import Label, Project
from schema.types.paging import PageInfo
from schema.types.recurrence import Recurrence
from schema.types.reminder import Reminder


@strawberry.enum
class Priority(Enum):
    """The values are the numbers that are stored."""

    NONE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    URGENT = 4


@strawberry.type
class Task:
    id: strawberry.ID
    title: str
    description: str
    completed: bool
    completed_at: datetime | None
    priority: Priority
    due_date: datetime | None = strawberry.field(
        description="The instant it is due; for an all-day task the start of `dueOn` in `timeZone`."
    )
    due_on: date | None = strawberry.field(description="The calendar day it is due, in `timeZone`.")
    all_day: bool = strawberry.field(description="True where it was given a day and no time.")
    time_zone: TimeZone = strawberry.field(
        description="The zone that dates, all-day tasks and recurrence are reckoned in: the user's when the task was "
        "created, unless given."
    )
    position: str = strawberry.field(description="Fractional rank within its list: sorts as text.")
    is_recurring: bool
    occurrence: datetime | None
    external_id: str | None = strawberry.field(
        description="What it is called where it was imported from, such as the UID in a calendar file."
    )
    version: int = strawberry.field(
        description="Counts up by one with every change of the task's own fields or recurrence (its reminders have "
        "versions of their own): what `expectedVersion` is compared with."
    )
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    overdue_at: strawberry.Private[datetime | None]
    project_id: strawberry.Private[UUID | None]
    parent_id: strawberry.Private[UUID | None]
    spawned_from_id: strawberry.Private[UUID | None]
    #: None where they are to be read.
    label_ids: strawberry.Private[Sequence[UUID] | None] = None
    #: As an event tells it; None where it is to be read.
    recurrence_data: strawberry.Private[dict[str, Any] | None] = None

    @strawberry.field(
        description="Open, and past its due instant; an all-day task is overdue when its day has ended."
    )
    def overdue(self, info: Info) -> bool:
        return not self.completed and self.overdue_at is not None and self.overdue_at < info.context.now

    # A coroutine only where something must be read: one for each of these would be half the work of telling an event.
    @strawberry.field
    def project(self, info: Info) -> Project | None:
        if self.project_id is None:
            return None
        return cast("Project | None", _read_project(info, self.project_id))

    @strawberry.field
    def labels(self, info: Info) -> list[Label]:
        if self.label_ids is not None and not self.label_ids:
            return []
        return cast("list[Label]", _read_labels(info, UUID(self.id), self.label_ids))

    @strawberry.field
    def parent(self, info: Info) -> "Task | None":
        return None if self.parent_id is None else cast("Task | None", _read_task(info, self.parent_id))

    @strawberry.field
    async def subtasks(self, info: Info) -> list["Task"]:
        rows = await info.context.loaders.subtasks.load(UUID(self.id)) or ()
        return [Task.of(row) for row in rows]

    @strawberry.field
    def recurrence(self, info: Info) -> Recurrence | None:
        if not self.is_recurring:
            return None
        if self.recurrence_data is not None:
            return Recurrence.of_data(self.recurrence_data)
        return cast("Recurrence | None", _read_recurrence(info, self))

    @strawberry.field(
        description="The recurring task that this one was spawned from, and the occurrence it stands for."
    )
    def spawned_from(self, info: Info) -> "Task | None":
        if self.spawned_from_id is None:
            return None
        return cast("Task | None", _read_task(info, self.spawned_from_id))

    @strawberry.field(description="All of them, whatever their status, soonest first.")
    async def reminders(self, info: Info) -> list[Reminder]:
        rows = await info.context.loaders.reminders_of_task.load(UUID(self.id)) or ()
        return [Reminder.of(row) for row in rows]

    @classmethod
    def of(cls, row: tables.Task) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            title=row.title,
            description=row.description,
            completed=row.completed_at is not None,
            completed_at=row.completed_at,
            priority=Priority(row.priority),
            due_date=row.due_at,
            due_on=row.due_on,
            all_day=row.due_on is not None,
            time_zone=TimeZone(row.time_zone),
            position=row.position,
            is_recurring=row.recurring,
            occurrence=row.occurrence_at,
            external_id=row.external_id,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
            deleted_at=row.deleted_at,
            overdue_at=row.overdue_at,
            project_id=row.project_id,
            parent_id=row.parent_id,
            spawned_from_id=row.spawned_from_id,
        )

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """As an event tells it: its own fields as they were then."""
        due_date = _instant(data["dueDate"])
        due_on = None if data["dueOn"] is None else date.fromisoformat(data["dueOn"])
        ends_at = due_date if due_on is None else end_of_day(due_on, ZoneInfo(data["timeZone"]))
        return cls(
            id=strawberry.ID(data["id"]),
            title=data["title"],
            description=data["description"],
            completed=data["completed"],
            completed_at=_instant(data["completedAt"]),
            priority=Priority(PRIORITIES.index(data["priority"])),
            due_date=due_date,
            due_on=due_on,
            all_day=data["allDay"],
            time_zone=TimeZone(data["timeZone"]),
            position=data["position"],
            # Events of the first release know nothing of recurrence.
            is_recurring=data.get("isRecurring", False),
            occurrence=_instant(data.get("occurrence")),
            external_id=data.get("externalId"),
            version=data["version"],
            created_at=datetime.fromisoformat(data["createdAt"]),
            updated_at=datetime.fromisoformat(data["updatedAt"]),
            deleted_at=_instant(data["deletedAt"]),
            overdue_at=ends_at,
            project_id=_id(data["projectId"]),
            parent_id=_id(data["parentId"]),
            spawned_from_id=_id(data.get("spawnedFromId")),
            label_ids=[UUID(id_) for id_ in data["labelIds"]],
            recurrence_data=data.get("recurrence"),
        )


@strawberry.type
class TaskEdge:
    cursor: str
    node: Task


@strawberry.type
class TaskConnection:
    nodes: list[Task]
    edges: list[TaskEdge]
    page_info: PageInfo
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field
    async def total_count(self) -> int:
        return await self.count()

    @classmethod
    def of(cls, page: Page[tables.Task], count: Callable[[], Awaitable[int]]) -> Self:
        edges = [TaskEdge(cursor=cursor, node=Task.of(row)) for cursor, row in page.edges]
        return cls(nodes=[edge.node for edge in edges], edges=edges, page_info=PageInfo.of(page), count=count)


async def _read_task(info: Info, task_id: UUID) -> Task | None:
    row = await info.context.loaders.task.load(task_id)
    return None if row is None else Task.of(row)


async def _read_recurrence(info: Info, task: Task) -> Recurrence | None:
    row = await info.context.loaders.recurrence.load(UUID(task.id))
    if row is None:
        return None
    return Recurrence.of_data(recurrence_data(row, task.time_zone, rests=task.deleted_at is not None))


async def _read_project(info: Info, project_id: UUID) -> Project | None:
    row = await info.context.loaders.project.load(project_id)
    return None if row is None else Project.of(row)


async def _read_labels(info: Info, task_id: UUID, ids: Sequence[UUID] | None) -> list[Label]:
    loaders = info.context.loaders
    if ids is None:
        ids = await loaders.label_ids_of_task.load(task_id) or ()
    rows = await loaders.label.load_many(ids)
    return [Label.of(row) for row in rows if row is not None]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
