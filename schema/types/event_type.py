"""Everything that can happen."""

from enum import Enum

import strawberry

from resolvers.log import events


@strawberry.enum
class EventType(Enum):
    TASK_CREATED = events.EventType.TASK_CREATED
    TASK_UPDATED = events.EventType.TASK_UPDATED
    TASK_COMPLETED = strawberry.enum_value(
        events.EventType.TASK_COMPLETED,
        description="Followed, in the same transaction, by REMINDER_CANCELLED for each reminder that this cancelled; "
        "likewise TASK_DELETED.",
    )
    TASK_REOPENED = strawberry.enum_value(
        events.EventType.TASK_REOPENED,
        description="Followed by REMINDER_UPDATED for each reminder that is armed again; likewise TASK_RESTORED.",
    )
    TASK_DELETED = strawberry.enum_value(
        events.EventType.TASK_DELETED,
        description="One for each subtask that goes along, and likewise when they come back.",
    )
    TASK_RESTORED = strawberry.enum_value(
        events.EventType.TASK_RESTORED, description="Brings back what that one delete took."
    )
    TASK_PURGED = strawberry.enum_value(
        events.EventType.TASK_PURGED,
        description="Deleted 30 days ago, and now gone for good: `task` is null.",
    )
    RECURRENCE_SET = events.EventType.RECURRENCE_SET
    RECURRENCE_CLEARED = events.EventType.RECURRENCE_CLEARED
    RECURRENCE_SKIPPED = events.EventType.RECURRENCE_SKIPPED
    RECURRING_SPAWNED = strawberry.enum_value(
        events.EventType.RECURRING_SPAWNED,
        description="About the new task, in place of TASK_CREATED; the series' own TASK_UPDATED (its next occurrence) "
        "follows in the same transaction.",
    )
    REMINDER_CREATED = events.EventType.REMINDER_CREATED
    REMINDER_UPDATED = events.EventType.REMINDER_UPDATED
    REMINDER_CANCELLED = events.EventType.REMINDER_CANCELLED
    REMINDER_TRIGGERED = events.EventType.REMINDER_TRIGGERED
    REMINDER_MISSED = events.EventType.REMINDER_MISSED
    PROJECT_CREATED = strawberry.enum_value(
        events.EventType.PROJECT_CREATED,
        description="Deleting a project or label is one event: whoever keeps a copy clears the references. Task "
        "versions stay.",
    )
    PROJECT_UPDATED = events.EventType.PROJECT_UPDATED
    PROJECT_DELETED = events.EventType.PROJECT_DELETED
    LABEL_CREATED = events.EventType.LABEL_CREATED
    LABEL_UPDATED = events.EventType.LABEL_UPDATED
    LABEL_DELETED = events.EventType.LABEL_DELETED
    USER_UPDATED = events.EventType.USER_UPDATED
