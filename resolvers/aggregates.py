"""Things as the log tells them: the names of the API, ids for objects, instants as text."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from resolvers.instants import instant_text
from resolvers.tables import Label, Project, Task, User

#: By the number that is stored.
PRIORITIES = ("NONE", "LOW", "MEDIUM", "HIGH", "URGENT")


def task_data(task: Task, label_ids: Sequence[UUID]) -> dict[str, Any]:
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
        "version": task.version,
        "createdAt": instant_text(task.created_at),
        "updatedAt": instant_text(task.updated_at),
        "deletedAt": _text(task.deleted_at),
    }


def project_data(project: Project) -> dict[str, Any]:
    return {
        "id": str(project.id),
        "name": project.name,
        "color": project.color,
        "archived": project.archived,
        "position": project.position,
        "version": project.version,
        "createdAt": instant_text(project.created_at),
    }


def label_data(label: Label) -> dict[str, Any]:
    return {
        "id": str(label.id),
        "name": label.name,
        "color": label.color,
        "version": label.version,
        "createdAt": instant_text(label.created_at),
    }


def user_data(user: User) -> dict[str, Any]:
    return {
        "id": str(user.id),
        "email": user.email,
        "name": user.name,
        "timeZone": user.time_zone,
        "allDayReminderTime": user.all_day_reminder_time.strftime("%H:%M"),
        "version": user.version,
        "createdAt": instant_text(user.created_at),
    }


def tombstone(id_: UUID, version: int, at: datetime) -> dict[str, Any]:
    """What is left of a thing that is gone: newer than every version of it there was."""
    return {"id": str(id_), "version": version + 1, "deletedAt": instant_text(at)}


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(instant)


def _id(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)
