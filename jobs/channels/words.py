"""What a message says to people: a title, a line for each thing, and where it leads."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from jobs.channels import Notice, Parcel
from resolvers.instants import zone_or_utc
from resolvers.log.events import Event, EventType
from resolvers.reminders.moments import ring_moment

#: Push services take about 4 KiB; what does not fit is told by number.
LISTED = 20
TITLE_CHARACTERS = 120

_HAPPENED = {
    EventType.TASK_CREATED: "New task",
    EventType.TASK_UPDATED: "Task changed",
    EventType.TASK_COMPLETED: "Task done",
    EventType.TASK_REOPENED: "Task reopened",
    EventType.TASK_DELETED: "Task deleted",
    EventType.TASK_RESTORED: "Task restored",
    EventType.TASK_PURGED: "Task gone for good",
    EventType.RECURRENCE_SET: "Repeats from now on",
    EventType.RECURRENCE_CLEARED: "Repeats no more",
    EventType.RECURRENCE_SKIPPED: "Occurrence left out",
    EventType.RECURRING_SPAWNED: "It is time again",
    EventType.REMINDER_CREATED: "Reminder set",
    EventType.REMINDER_UPDATED: "Reminder changed",
    EventType.REMINDER_CANCELLED: "Reminder cancelled",
    EventType.REMINDER_MISSED: "Reminder missed",
    EventType.PROJECT_CREATED: "New project",
    EventType.PROJECT_UPDATED: "Project changed",
    EventType.PROJECT_DELETED: "Project deleted",
    EventType.LABEL_CREATED: "New label",
    EventType.LABEL_UPDATED: "Label changed",
    EventType.LABEL_DELETED: "Label deleted",
    EventType.USER_UPDATED: "Profile changed",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing. when: in the user's zone, for people; empty where it has no moment."""

    name: str
    when: str
    url: str


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    body: str
    url: str
    #: Where several things are told of, each.
    lines: tuple[Line, ...] = ()


def words_of(parcel: Parcel, public_url: str) -> Words:
    """In English, with times in the user's zone."""
    home = f"{public_url}/"
    if not parcel.notices:
        return Words("It works", "This is the test message that you asked TaskFlow for.", home)
    zone = zone_or_utc(parcel.user.time_zone)
    if len(parcel.notices) > 1:
        lines = tuple(
            Line(_name(notice), _moment(notice.event, zone), _url(notice, public_url))
            for notice in parcel.notices
        )
        count = len(lines)
        return Words(f"{count} reminders came due", "They are late: nothing was running then.", home, lines)
    (notice,) = parcel.notices
    url = _url(notice, public_url)
    if notice.event.type is EventType.REMINDER_TRIGGERED:
        return Words(_name(notice), _due(notice, zone), url)
    return Words(_HAPPENED[notice.event.type], _name(notice), url)


def _name(notice: Notice) -> str:
    """Of the task, project or label, as far as it is still known."""
    data = notice.event.data
    name = notice.task.title if notice.task is not None else str(data.get("title") or data.get("name") or "")
    line = " ".join(name.split())
    return line if len(line) <= TITLE_CHARACTERS else line[: TITLE_CHARACTERS - 1] + "…"


def _url(notice: Notice, public_url: str) -> str:
    return f"{public_url}/?task={notice.task.id}" if notice.task is not None else f"{public_url}/"


def _due(notice: Notice, zone: ZoneInfo) -> str:
    task = notice.task
    if task is None or (task.due_at is None and task.due_on is None):
        return "You asked to be reminded of this."
    if task.due_on is not None:
        return f"Due {task.due_on:%A}, {task.due_on.day} {task.due_on:%B}"
    assert task.due_at is not None
    return f"Due {_instant(task.due_at, zone)}"


def _moment(event: Event, zone: ZoneInfo) -> str:
    """When the reminder was to ring."""
    at = ring_moment(event)
    return "" if at is None else _instant(at, zone)


def _instant(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%A}, {local.day} {local:%B}, {local:%H:%M}"
