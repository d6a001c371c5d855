"""When a task is due, as it is kept: an instant or a day, and from when it is overdue."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from resolvers import validation
from resolvers.errors import Invalid
from resolvers.instants import end_of_day, start_of_day
from resolvers.tables import Task
from resolvers.unset import UNSET, Unset


@dataclass(frozen=True, slots=True)
class Due:
    """An instant, or a day in the zone of its task, or neither."""

    at: datetime | None = None
    on: date | None = None


NEVER = Due()


def read_due(at: datetime | None | Unset, on: date | None | Unset) -> Due | None:
    """What was asked for; None where neither was given. Raises Invalid where both were."""
    if at is UNSET and on is UNSET:
        return None
    instant = None if at is UNSET else at
    day = None if on is UNSET else on
    if instant is not None and day is not None:
        raise Invalid("A task is due at an instant or on a day: give one of the two.", "dueOn")
    if instant is not None:
        return Due(at=validation.instant(instant, "dueDate"))
    if day is not None:
        return Due(on=validation.day(day, "dueOn"))
    return NEVER


def put_due(task: Task, due: Due, zone: ZoneInfo) -> list[str]:
    """Make the task due then, reckoned in `zone`; returns the names of the fields that changed."""
    before = (task.due_at, task.due_on, task.time_zone)
    if due.on is not None:
        task.due_at, task.overdue_at = start_of_day(due.on, zone), end_of_day(due.on, zone)
    else:
        task.due_at = task.overdue_at = due.at
    task.due_on = due.on
    task.time_zone = zone.key
    changed = []
    if task.due_at != before[0]:
        changed.append("dueDate")
    if task.due_on != before[1]:
        changed.append("dueOn")
    if (task.due_on is None) != (before[1] is None):
        changed.append("allDay")
    if task.time_zone != before[2]:
        changed.append("timeZone")
    return changed


def due_of(task: Task) -> Due:
    return Due(on=task.due_on) if task.due_on is not None else Due(at=task.due_at)
