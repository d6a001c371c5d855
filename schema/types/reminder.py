"""Reminders, as rows of the database or as an event tells them."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry

from resolvers import tables
from resolvers.calendar.durations import Duration, parse_duration
from resolvers.paging import Page
from resolvers.reminders import plan
from schema.context import Info
from schema.types.channel import Delivery
from schema.types.paging import PageInfo

if TYPE_CHECKING:
    from schema.types.task import Task


@strawberry.enum
class ReminderStatus(Enum):
    PENDING = plan.Status.PENDING
    NOTIFIED = plan.Status.NOTIFIED
    CANCELLED = plan.Status.CANCELLED
    MISSED = strawberry.enum_value(
        plan.Status.MISSED,
        description="Came due while nothing was running, and was more than 24 hours old when something was again.",
    )


@strawberry.type
class Reminder:
    id: strawberry.ID
    remind_at: datetime = strawberry.field(
        description="When it rings. For a reminder set with `beforeDue` this follows the task's due date."
    )
    before_due: Duration | None
    status: ReminderStatus
    notified: bool
    notified_at: datetime | None
    late: bool = strawberry.field(
        description="Rang more than a minute after `remindAt`, because nothing was running then."
    )
    version: int
    created_at: datetime
    task_id: strawberry.Private[UUID]

    @strawberry.field
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.task")]:
        from schema.types.task import Task

        row = await info.context.loaders.task.load(self.task_id)
        if row is None:
            raise LookupError("a reminder goes with its task")
        return Task.of(row)

    @strawberry.field
    async def deliveries(self, info: Info) -> list[Delivery]:
        rows = await info.context.loaders.deliveries_of_reminder.load(UUID(self.id)) or ()
        return [Delivery.of(row, channel) for row, channel in rows]

    @classmethod
    def of(cls, row: tables.Reminder) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            remind_at=row.remind_at,
            before_due=None if row.before_due is None else parse_duration(row.before_due),
            status=ReminderStatus(plan.Status(row.status)),
            notified=row.status == plan.Status.NOTIFIED,
            notified_at=row.notified_at,
            late=row.late,
            version=row.version,
            created_at=row.created_at,
            task_id=row.task_id,
        )

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """As an event tells it."""
        notified_at = data["notifiedAt"]
        return cls(
            id=strawberry.ID(data["id"]),
            remind_at=datetime.fromisoformat(data["remindAt"]),
            before_due=None if data["beforeDue"] is None else parse_duration(data["beforeDue"]),
            status=ReminderStatus(plan.Status(data["status"])),
            notified=data["notified"],
            notified_at=None if notified_at is None else datetime.fromisoformat(notified_at),
            late=data["late"],
            version=data["version"],
            created_at=datetime.fromisoformat(data["createdAt"]),
            task_id=UUID(data["taskId"]),
        )


@strawberry.type
class ReminderEdge:
    cursor: str
    node: Reminder


@strawberry.type
class ReminderConnection:
    nodes: list[Reminder]
    edges: list[ReminderEdge]
    page_info: PageInfo
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field
    async def total_count(self) -> int:
        return await self.count()

    @classmethod
    def of(cls, page: Page[tables.Reminder], count: Callable[[], Awaitable[int]]) -> Self:
        edges = [ReminderEdge(cursor=cursor, node=Reminder.of(row)) for cursor, row in page.edges]
        return cls(nodes=[edge.node for edge in edges], edges=edges, page_info=PageInfo.of(page), count=count)
