"""The acts on a task's recurrence."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col

from resolvers import validation
from resolvers.calendar import Series, parse_rule, wall_clock
from resolvers.calendar.durations import Duration
from resolvers.errors import Invalid, LimitExceeded
from resolvers.instants import instant_text
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.lookup import note_change, refuse_deleted, task_to_change
from resolvers.recurrences.plan import (
    Missed,
    Mode,
    put_lead,
    reckon,
    recurrence_of,
    series_of,
    zone_name,
)
from resolvers.tables import Recurrence, Task

NO_LEAD = Duration()
#: Of one series. What is past is forgotten as the series goes on.
SKIPPED = 500
#: What, beside the zone, says which occurrences there are; the others say when and whether their tasks are spawned.
_OCCURRENCES = ("rule", "start_wall", "all_day", "mode")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class NewRecurrence:
    """A recurrence as it was asked for. time_zone: None is the task's own; start: None is its due date, or now.

    start_wall  in place of `start`, the wall clock in that zone
    all_day     None: as the task is
    """

    rule: str
    time_zone: str | None = None
    start: datetime | None = None
    mode: Mode = Mode.SCHEDULE
    missed: Missed = Missed.LATEST
    lead: Duration = NO_LEAD
    start_wall: datetime | None = None
    all_day: bool | None = None

    def content(self) -> dict[str, str | None]:
        """What makes two of them the same."""
        return {
            # As it is kept, whatever it was written like.
            "rule": self.rule.upper().removeprefix("RRULE:"),
            "timeZone": self.time_zone,
            "start": None if self.start is None else instant_text(self.start),
            "mode": self.mode.value,
            "missed": self.missed.value,
            "lead": self.lead.canonical,
        }


async def set_recurrence(
    tx: Transaction, task_id: str, new: NewRecurrence, expected_version: int | None
) -> Task:
    """Make the task a series, or change what it is one by: what was spawned stays as it is.

    Raises NotFound, Conflict, Invalid with the field below `recurrence`.
    """
    task = await task_to_change(tx, task_id, expected_version, "taskId")
    refuse_deleted(task, "taskId")
    before = await recurrence_of(tx, task)
    asked = _asked(tx, task, new)
    if before is not None and asked["lead"] == before.effective_lead:
        # Sent back as it was read, where a reminder had made it longer: that is not to stay.
        asked["lead"] = before.lead
    if before is not None and all(getattr(before, name) == value for name, value in asked.items()):
        return task
    changed = ["recurrence"] if task.recurring else ["isRecurring", "recurrence"]
    await _put(tx, task, asked, before)
    await note_change(tx, EventType.RECURRENCE_SET, task, changed)
    return task


async def add_recurrence(tx: Transaction, task: Task, new: NewRecurrence) -> None:
    """For a task that is being made: its own event tells of it. Raises Invalid with the field."""
    await _put(tx, task, _asked(tx, task, new), None)


async def clear_recurrence(tx: Transaction, task_id: str, expected_version: int | None) -> Task:
    """Clearing where there is none changes nothing. Raises NotFound, Conflict."""
    task = await task_to_change(tx, task_id, expected_version)
    refuse_deleted(task)
    recurrence = await recurrence_of(tx, task)
    if recurrence is not None:
        await tx.session.delete(recurrence)
        task.recurring = False
        await note_change(tx, EventType.RECURRENCE_CLEARED, task, ["isRecurring", "recurrence"])
    return task


async def skip_occurrence(
    tx: Transaction, task_id: str, occurrence: datetime | None, expected_version: int | None
) -> Task:
    """Leave out one occurrence that is not spawned yet, the next where none is named.

    Raises NotFound, Conflict, Invalid with the field `occurrence`, or `taskId` where nothing recurs; LimitExceeded.
    """
    task = await task_to_change(tx, task_id, expected_version, "taskId")
    refuse_deleted(task, "taskId")
    recurrence = await recurrence_of(tx, task)
    if recurrence is None:
        raise Invalid("This task does not recur.", "taskId")
    wall = _wall_to_skip(task, recurrence, occurrence)
    if len(recurrence.skipped) >= SKIPPED:
        raise LimitExceeded(f"At most {SKIPPED} occurrences of a series can be left out.", "occurrence")
    recurrence.skipped = sorted([*recurrence.skipped, wall.isoformat()])
    recurrence.number += 1
    await reckon(tx, task, recurrence)
    await note_change(tx, EventType.RECURRENCE_SKIPPED, task, ["recurrence"])
    return task


def _upcoming_wall(task: Task, recurrence: Recurrence, at: datetime) -> datetime | None:
    """The wall clock of the occurrence at the instant `at`, where that is still to be spawned; else None."""
    if recurrence.next_at is None or recurrence.next_wall is None or at < recurrence.next_at:
        return None
    if at == recurrence.next_at:
        return datetime.fromisoformat(recurrence.next_wall)
    if recurrence.mode == Mode.COMPLETION:
        return None  # what comes after the next is not known yet
    found = series_of(task, recurrence).after(at - _SECOND)
    return found[0].wall if found and found[0].at == at else None


def _wall_to_skip(task: Task, recurrence: Recurrence, occurrence: datetime | None) -> datetime:
    at = recurrence.next_at if occurrence is None else occurrence
    if at is None:
        raise Invalid("There is no occurrence to come that could be left out.", "occurrence")
    wall = _upcoming_wall(task, recurrence, at)
    if wall is None:
        raise Invalid("There is no occurrence at this instant that is still to come.", "occurrence")
    return wall


def _asked(tx: Transaction, task: Task, new: NewRecurrence) -> dict[str, Any]:
    """The columns that say what was asked for. Raises Invalid with the field below `recurrence`."""
    rule = parse_rule(new.rule, "recurrence", "rule")
    zone = ZoneInfo(task.time_zone)
    if new.time_zone is not None:
        zone = validation.time_zone(new.time_zone, "recurrence", "timeZone")
    if new.start_wall is not None:
        start = new.start_wall
    elif new.start is not None:
        start = wall_clock(validation.instant(new.start, "recurrence", "start"), zone)
    elif task.due_on is not None:
        start = datetime(task.due_on.year, task.due_on.month, task.due_on.day)  # noqa: DTZ001 - a wall clock
    else:
        start = wall_clock(task.due_at or tx.now, zone)
    all_day = task.due_on is not None if new.all_day is None else new.all_day
    series = Series(rule, start, zone, all_day, field=("recurrence", "rule"))
    series.check("recurrence", "rule")
    return {
        "rule": str(rule),
        "time_zone": None if new.time_zone is None else zone.key,
        "start_wall": series.start.isoformat(),
        "all_day": all_day,
        "mode": new.mode.value,
        "missed": new.missed.value,
        "lead": str(new.lead),
    }


async def _put(tx: Transaction, task: Task, asked: dict[str, Any], before: Recurrence | None) -> None:
    """It goes on from the later of now and what was spawned last. Skips stay where the occurrences do."""
    newest, reached_at = await _newest_spawned(tx, task)
    if before is None:
        reached_at = max(tx.now, reached_at or tx.now)
        recurrence = Recurrence(
            task_id=task.id, user_id=task.user_id, reached_at=reached_at, since=tx.now, **asked
        )
        anew = True
    else:
        recurrence = before
        zone = zone_name(task, before)
        anew = any(getattr(before, name) != asked[name] for name in _OCCURRENCES)
        for name, value in asked.items():
            setattr(recurrence, name, value)
        anew = anew or zone_name(task, recurrence) != zone
    if anew:
        recurrence.predecessor_id = newest or task.id
        recurrence.skipped = []
        # A start off the rule stands outside it, and is not counted.
        recurrence.number = 1 if newest is not None or _starts_on_rule(task, recurrence) else 0
    if before is None:
        tx.session.add(recurrence)
        task.recurring = True
    recurrence.since = tx.now
    recurrence.effective_lead = recurrence.lead
    await put_lead(tx, recurrence)
    await reckon(tx, task, recurrence)


def _starts_on_rule(task: Task, recurrence: Recurrence) -> bool:
    series = series_of(task, recurrence)
    return series.first(1)[0].wall == series.start


async def _newest_spawned(tx: Transaction, task: Task) -> tuple[UUID | None, datetime | None]:
    """The task spawned last, from which nothing was counted yet; and the latest occurrence that has a task."""
    found = await tx.session.execute(
        sa.select(col(Task.id), sa.func.max(col(Task.occurrence_at)).over())
        .where(col(Task.spawned_from_id) == task.id)
        .order_by(col(Task.created_at).desc(), col(Task.occurrence_at).desc())
        .limit(1)
    )
    row = found.one_or_none()
    return (None, None) if row is None else (row[0], row[1])
