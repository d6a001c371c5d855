"""Everything that can happen, and the form in which it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

#: Version of the form of an event itself; a reader that knows only older major versions must not guess.
SCHEMA_VERSION = 1


class EventType(StrEnum):
    """Past tense, `aggregate.happening`: the name on the bus. In GraphQL it is the member's name."""

    TASK_CREATED = "task.created"
    TASK_UPDATED = "task.updated"
    TASK_COMPLETED = "task.completed"
    TASK_REOPENED = "task.reopened"
    TASK_DELETED = "task.deleted"
    TASK_RESTORED = "task.restored"
    TASK_PURGED = "task.purged"
    RECURRENCE_SET = "recurrence.set"
    RECURRENCE_CLEARED = "recurrence.cleared"
    RECURRENCE_SKIPPED = "recurrence.skipped"
    RECURRING_SPAWNED = "recurring.spawned"
    REMINDER_CREATED = "reminder.created"
    REMINDER_UPDATED = "reminder.updated"
    REMINDER_CANCELLED = "reminder.cancelled"
    REMINDER_TRIGGERED = "reminder.triggered"
    REMINDER_MISSED = "reminder.missed"
    PROJECT_CREATED = "project.created"
    PROJECT_UPDATED = "project.updated"
    PROJECT_DELETED = "project.deleted"
    LABEL_CREATED = "label.created"
    LABEL_UPDATED = "label.updated"
    LABEL_DELETED = "label.deleted"
    USER_UPDATED = "user.updated"


#: After these a thing is gone for good.
ENDINGS = frozenset({EventType.TASK_PURGED, EventType.PROJECT_DELETED, EventType.LABEL_DELETED})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to something of one user.

    seq      the user's gap-free event number, in commit order
    changed  for an update, the fields that changed, by their names in the API
    data     the whole aggregate right after this event, under its names in the API with ids for objects:
             enough to rebuild state from the log alone; of what is gone, a tombstone: `forms.py` has the forms
    """

    user_id: UUID
    seq: int
    event_id: UUID
    type: EventType
    aggregate_id: UUID
    schema_version: int
    correlation_id: str
    changed: tuple[str, ...]
    data: Mapping[str, Any]
    created_at: datetime
