"""What an event's `data` holds, by its type: the part of an event's form that others may rely on.

Within `SCHEMA_VERSION` a form may gain members, and never lose or change one.
"""

from typing import Annotated, TypedDict

from pydantic import WithJsonSchema

from resolvers.log.events import ENDINGS, EventType

type Id = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
#: RFC 3339, in UTC, with microseconds: they sort as text.
type Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
type Day = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
#: What the clocks show, without a zone.
type WallClock = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"})
]
#: ISO 8601, such as P1D or PT24H.
type Duration = Annotated[str, WithJsonSchema({"type": "string", "format": "duration"})]


def _one_of(*values: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(values)})


type Mode = Annotated[str, _one_of("SCHEDULE", "COMPLETION")]
type Missed = Annotated[str, _one_of("LATEST", "ALL", "SKIP")]
type Priority = Annotated[str, _one_of("NONE", "LOW", "MEDIUM", "HIGH", "URGENT")]
type ReminderStatus = Annotated[str, _one_of("PENDING", "NOTIFIED", "CANCELLED", "MISSED")]
#: Only its undoing arms a reminder again.
type Canceller = Annotated[str, _one_of("PERSON", "COMPLETION", "DELETION", "DUE_DATE")]


class RecurrenceData(TypedDict):
    """A rule, and all that tells the occurrences to come."""

    rule: str
    timeZone: str
    start: Instant
    startWall: WallClock
    allDay: bool
    mode: Mode
    missed: Missed
    lead: Duration
    skipped: list[WallClock]
    nextOccurrence: Instant | None
    ended: bool


class TaskData(TypedDict):
    id: Id
    title: str
    description: str
    completed: bool
    completedAt: Instant | None
    priority: Priority
    dueDate: Instant | None
    dueOn: Day | None
    allDay: bool
    timeZone: str
    projectId: Id | None
    labelIds: list[Id]
    parentId: Id | None
    position: str
    isRecurring: bool
    recurrence: RecurrenceData | None
    spawnedFromId: Id | None
    occurrence: Instant | None
    externalId: str | None
    version: int
    createdAt: Instant
    updatedAt: Instant
    deletedAt: Instant | None


class ReminderData(TypedDict):
    id: Id
    taskId: Id
    remindAt: Instant
    beforeDue: Duration | None
    pattern: Duration | None
    status: ReminderStatus
    cancelledBy: Canceller | None
    notified: bool
    notifiedAt: Instant | None
    late: bool
    version: int
    createdAt: Instant


class ProjectData(TypedDict):
    id: Id
    name: str
    color: str
    archived: bool
    position: str
    version: int
    createdAt: Instant


class LabelData(TypedDict):
    id: Id
    name: str
    color: str
    version: int
    createdAt: Instant


class UserData(TypedDict):
    id: Id
    email: str
    name: str
    timeZone: str
    allDayReminderTime: str
    version: int
    createdAt: Instant


class Tombstone(TypedDict):
    """What is left of a thing that is gone: newer than every version of it there was."""

    id: Id
    version: int
    deletedAt: Instant


_BY_AGGREGATE: dict[str, type] = {
    "task": TaskData,
    "recurrence": TaskData,
    "recurring": TaskData,
    "reminder": ReminderData,
    "project": ProjectData,
    "label": LabelData,
    "user": UserData,
}

#: Of each type of event.
FORMS: dict[EventType, type] = {
    type_: Tombstone if type_ in ENDINGS else _BY_AGGREGATE[type_.partition(".")[0]] for type_ in EventType
}
