"""Things as the log tells them: the names of the API, ids for objects, instants as text."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from resolvers.calendar import instant_of
from resolvers.instants import instant_text, zone_or_utc
from resolvers.log.forms import (
    LabelData,
    ProjectData,
    RecurrenceData,
    ReminderData,
    TaskData,
    Tombstone,
    UserData,
)
from resolvers.tables import Label, Project, Recurrence, Reminder, Task, User

#: By the number that is stored.
PRIORITIES = ("NONE", "LOW", "MEDIUM", "HIGH", "URGENT")


def task_data(task: Task, label_ids: Sequence[UUID], recurrence: Recurrence | None) -> TaskData:
    """`recurrence` is the series' own row, None where the task is none."""
    return {
        "id": str(task.id),
        "title": task.title,
        "description": task.description,
        "completed": task.completed_at is not None,
        "completedAt": _text(task.completed_at),
        "priority": PRIORITIES[task.priority],
        "dueDate": _text(task.due_at),
        "dueOn": None if task.due_on is None else task.due_on.isoformat(),
        "allDay": task.due_on is not None,
        "timeZone": task.time_zone,
        "projectId": _id(task.project_id),
        "labelIds": [str(id_) for id_ in label_ids],
        "parentId": _id(task.parent_id),
        "position": task.position,
        "isRecurring": task.recurring,
        "recurrence": (
            None
            if recurrence is None
            else recurrence_data(recurrence, task.time_zone, rests=task.deleted_at is not None)
        ),
        "spawnedFromId": _id(task.spawned_from_id),
        "occurrence": _text(task.occurrence_at),
        "externalId": task.external_id,
        "version": task.version,
        "createdAt": instant_text(task.created_at),
        "updatedAt": instant_text(task.updated_at),
        "deletedAt": _text(task.deleted_at),
    }


def recurrence_data(recurrence: Recurrence, task_zone: str, rests: bool) -> RecurrenceData:
    """Beside what the API names, all that tells the occurrences to come: the wall clocks of the start and the skips."""
    zone = recurrence.time_zone or task_zone
    start = datetime.fromisoformat(recurrence.start_wall)
    return {
        "rule": recurrence.rule,
        "timeZone": zone,
        "start": instant_text(instant_of(start, zone_or_utc(zone))),
        "startWall": recurrence.start_wall,
        "allDay": recurrence.all_day,
        "mode": recurrence.mode,
        "missed": recurrence.missed,
        "lead": recurrence.effective_lead,
        "skipped": list(recurrence.skipped),
        "nextOccurrence": None if rests else _text(recurrence.next_at),
        "ended": recurrence.ended,
    }


def reminder_data(reminder: Reminder) -> ReminderData:
    """Beside what the API names, all that tells when it rings again: who cancelled it, and its series' pattern."""
    return {
        "id": str(reminder.id),
        "taskId": str(reminder.task_id),
        "remindAt": instant_text(reminder.remind_at),
        "beforeDue": reminder.before_due,
        "pattern": reminder.pattern,
        "status": reminder.status,
        "cancelledBy": reminder.cancelled_by,
        "notified": reminder.status == "NOTIFIED",
        "notifiedAt": _text(reminder.notified_at),
        "late": reminder.late,
        "version": reminder.version,
        "createdAt": instant_text(reminder.created_at),
    }


def project_data(project: Project) -> ProjectData:
    return {
        "id": str(project.id),
        "name": project.name,
        "color": project.color,
        "archived": project.archived,
        "position": project.position,
        "version": project.version,
        "createdAt": instant_text(project.created_at),
    }


def label_data(label: Label) -> LabelData:
    return {
        "id": str(label.id),
        "name": label.name,
        "color": label.color,
        "version": label.version,
        "createdAt": instant_text(label.created_at),
    }


def user_data(user: User) -> UserData:
    return {
        "id": str(user.id),
        "email": user.email,
        "name": user.name,
        "timeZone": user.time_zone,
        "allDayReminderTime": user.all_day_reminder_time.strftime("%H:%M"),
        "version": user.version,
        "createdAt": instant_text(user.created_at),
    }


def tombstone(id_: UUID, version: int, at: datetime) -> Tombstone:
    return {"id": str(id_), "version": version + 1, "deletedAt": instant_text(at)}


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(instant)


def _id(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)
