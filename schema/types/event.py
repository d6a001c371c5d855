"""Events, as the log, the bus and the subscribers have them."""

from datetime import datetime
from typing import Any, Self, cast
from uuid import UUID

import strawberry

from resolvers.log import events
from resolvers.log.cursor import Position
from schema.context import Info
from schema.scalars import JSON, Cursor
from schema.types.account import User
from schema.types.event_type import EventType
from schema.types.organising import Label, Project
from schema.types.paging import PageInfo
from schema.types.reminder import Reminder
from schema.types.task import Task

#: What an event is about, by the first word of its type.
_KINDS = {"task": "task", "recurrence": "task", "recurring": "task"} | {
    kind: kind for kind in ("reminder", "project", "label", "user")
}
_OF_REMINDERS = {type_ for type_ in events.EventType if type_.startswith("reminder.")}
_GONE = {events.EventType.TASK_PURGED, events.EventType.PROJECT_DELETED, events.EventType.LABEL_DELETED}


@strawberry.type(
    description="One thing that happened: what is stored in the event log, published to the bus, and pushed to "
    "subscribers."
)
class Event:
    id: strawberry.ID = strawberry.field(
        description="Unique for ever. A consumer that has seen this id has seen this event."
    )
    cursor: Cursor
    type: EventType
    aggregate_id: strawberry.ID = strawberry.field(
        description="The task, reminder, project, label or user that it happened to."
    )
    timestamp: datetime
    correlation_id: strawberry.ID = strawberry.field(
        description="The same on all events, log lines and spans of one request or one job run. A client may choose "
        "it: `X-Correlation-ID`."
    )
    schema_version: int = strawberry.field(description="Version of the event's own form, not of the thing.")
    changed: list[str] = strawberry.field(
        description="For an update: the fields that changed, by their names in this schema."
    )
    project: Project | None
    label: Label | None
    user: User | None
    data: JSON = strawberry.field(
        description="The whole aggregate as it was right after this event, under the names of this schema with ids for "
        "objects (`projectId`): enough to rebuild state from the log alone."
    )

    own_task: strawberry.Private[Task | None]

    @strawberry.field(
        description="The task's own fields as they were right after this event, objects beside it (project, subtasks) "
        "as they now are; for an event of a reminder, its task. Else null."
    )
    def task(self, info: Info) -> Task | None:
        if self.own_task is not None or not self._is_of_reminder:
            return self.own_task
        # A coroutine only where something must be read: most events know their task.
        return cast("Task | None", self._task_of_reminder(info))

    @strawberry.field
    def reminder(self, info: Info) -> Reminder | None:
        return cast("Reminder | None", self._own_reminder(info)) if self._is_of_reminder else None

    @property
    def _is_of_reminder(self) -> bool:
        return self.type.value in _OF_REMINDERS

    async def _task_of_reminder(self, info: Info) -> Task | None:
        task_id = UUID(cast("dict[str, Any]", self.data)["taskId"])
        row = await info.context.loaders.task.load(task_id)
        return None if row is None else Task.of(row)

    async def _own_reminder(self, info: Info) -> Reminder | None:
        # Where its task is gone for good, there is none that this could be of.
        if await self._task_of_reminder(info) is None:
            return None
        return Reminder.of_data(cast("dict[str, Any]", self.data))

    @classmethod
    def of(cls, event: events.Event, position: Position) -> Self:
        there = event.type not in _GONE
        kind = _KINDS.get(event.type.partition(".")[0], "")
        return cls(
            id=strawberry.ID(str(event.event_id)),
            cursor=Cursor(position.cursor(event.seq)),
            type=EventType(event.type),
            aggregate_id=strawberry.ID(str(event.aggregate_id)),
            timestamp=event.created_at,
            correlation_id=strawberry.ID(event.correlation_id),
            schema_version=event.schema_version,
            changed=list(event.changed),
            own_task=Task.of_data(event.data) if kind == "task" and there else None,
            project=Project.of_data(event.data) if kind == "project" and there else None,
            label=Label.of_data(event.data) if kind == "label" and there else None,
            user=User.of_data(event.data) if kind == "user" else None,
            data=JSON(event.data),
        )


@strawberry.type
class EventEdge:
    cursor: Cursor
    node: Event


@strawberry.type
class EventConnection:
    nodes: list[Event]
    edges: list[EventEdge]
    page_info: PageInfo
