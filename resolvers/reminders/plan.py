"""When reminders ring, and what cancels and arms them, always in the transaction of what caused it.

completing, deleting    PENDING → CANCELLED by that
reopening, restoring    CANCELLED by that, and still to come → PENDING
moving the due date     a reminder with `before_due` follows: it is armed where its new moment is still to come,
                        though it rang at the old one, and CANCELLED by the due date where it is not; of a task that
                        is done it waits for the reopening
a person                CANCELLED for good
"""

from collections.abc import Sequence
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from resolvers.aggregates import reminder_data
from resolvers.calendar import instant_of
from resolvers.calendar.durations import before, parse_duration
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.tables import Reminder, Task, User


class Status(StrEnum):
    PENDING = "PENDING"
    NOTIFIED = "NOTIFIED"
    CANCELLED = "CANCELLED"
    MISSED = "MISSED"


class Canceller(StrEnum):
    """Who cancelled a reminder: only its undoing arms it again."""

    PERSON = "PERSON"
    COMPLETION = "COMPLETION"
    DELETION = "DELETION"
    DUE_DATE = "DUE_DATE"


def may_ring(reminder: Reminder) -> bool:
    """Whether it rings some day, or can without a person's saying so: when its task is reopened, or due later."""
    if reminder.status == Status.CANCELLED:
        return reminder.cancelled_by != Canceller.PERSON
    return reminder.status == Status.PENDING or reminder.before_due is not None


def put_reminder(
    tx: Transaction, task: Task, id_: UUID, ring_at: datetime, before_due: str | None, rings: bool
) -> Reminder:
    """A new one, of which `note_created` tells. One that does not ring waits for the due date to move."""
    reminder = Reminder(
        id=id_,
        user_id=tx.user_id,
        task_id=task.id,
        remind_at=ring_at,
        before_due=before_due,
        pattern=before_due,
        status=Status.PENDING if rings else Status.CANCELLED,
        cancelled_by=None if rings else Canceller.DUE_DATE,
        created_at=tx.now,
    )
    tx.session.add(reminder)
    return reminder


def note_created(tx: Transaction, reminder: Reminder) -> None:
    tx.record(EventType.REMINDER_CREATED, reminder.id, reminder_data(reminder))


async def reminders_of(tx: Transaction, task: Task) -> Sequence[Reminder]:
    """All of the task's, soonest first."""
    found = await tx.session.exec(
        select(Reminder)
        .where(col(Reminder.task_id) == task.id)
        .order_by(col(Reminder.remind_at), col(Reminder.id))
    )
    return found.all()


async def moment(tx: Transaction, task: Task, before_due: str) -> datetime | None:
    """When a reminder so long before the task's due date rings; None where it has none.

    All-day tasks are counted from the user's `all_day_reminder_time` of their day.
    """
    if task.due_at is None:
        return None
    at_time = time()
    if task.due_on is not None:
        user = await tx.session.get_one(User, tx.user_id)
        at_time = user.all_day_reminder_time
    return moment_of(task, before_due, at_time)


def moment_of(task: Task, before_due: str, all_day_time: time) -> datetime | None:
    zone = ZoneInfo(task.time_zone)
    if task.due_on is not None:
        due: datetime | None = instant_of(datetime.combine(task.due_on, all_day_time), zone)
    else:
        due = task.due_at
    return None if due is None else before(due, parse_duration(before_due), zone)


async def cancel_all(tx: Transaction, task: Task, by: Canceller) -> None:
    for reminder in await reminders_of(tx, task):
        if reminder.status == Status.PENDING:
            cancel(tx, reminder, by)


async def arm_all(tx: Transaction, task: Task, cancelled_by: Canceller) -> None:
    """Those that this cancelled and that are still to come."""
    for reminder in await reminders_of(tx, task):
        if reminder.cancelled_by != cancelled_by:
            continue
        ring_at: datetime | None = reminder.remind_at
        if reminder.before_due is not None:
            # The user's time for all-day tasks may have changed meanwhile.
            ring_at = await moment(tx, task, reminder.before_due)
        if ring_at is not None and ring_at > tx.now:
            changed = _put_moment(reminder, ring_at)
            note(tx, EventType.REMINDER_UPDATED, reminder, [*changed, *arm(reminder)])


async def follow_due_date(tx: Transaction, task: Task) -> None:
    """The task's due date or zone has changed: what counts from it changes with it."""
    for reminder in await reminders_of(tx, task):
        if reminder.before_due is None:
            continue
        ring_at = await moment(tx, task, reminder.before_due)
        if ring_at is None:
            if reminder.status == Status.PENDING:
                cancel(tx, reminder, Canceller.DUE_DATE)
        else:
            _move(tx, task, reminder, ring_at)


async def follow_all_day_time(tx: Transaction) -> None:
    """The user's time for all-day tasks changed: what is still to ring by it moves."""
    found = await tx.session.execute(
        sa.select(Reminder, Task)
        .join(Task, col(Reminder.task_id) == col(Task.id))
        .where(
            col(Task.due_on).is_not(None),
            col(Reminder.user_id) == tx.user_id,
            col(Reminder.status) == Status.PENDING.value,
            col(Reminder.before_due).is_not(None),
        )
        .order_by(col(Reminder.remind_at), col(Reminder.id))
    )
    for reminder, task in found.all():
        ring_at = await moment(tx, task, reminder.before_due)
        assert ring_at is not None
        _move(tx, task, reminder, ring_at)


def _move(tx: Transaction, task: Task, reminder: Reminder, ring_at: datetime) -> None:
    changed = _put_moment(reminder, ring_at)
    to_come = ring_at > tx.now
    if reminder.status == Status.PENDING:
        if not to_come:
            cancel(tx, reminder, Canceller.DUE_DATE, changed)
            return
    elif to_come and _may_come_back(reminder, moved=bool(changed)):
        if task.completed_at is None:
            changed += arm(reminder)
        elif reminder.status == Status.CANCELLED:
            reminder.cancelled_by = Canceller.COMPLETION
        else:
            changed += _forget_ring(reminder)
            cancel(tx, reminder, Canceller.COMPLETION, changed)
            return
    if changed:
        note(tx, EventType.REMINDER_UPDATED, reminder, changed)


def _put_moment(reminder: Reminder, ring_at: datetime) -> list[str]:
    if ring_at == reminder.remind_at:
        return []
    reminder.remind_at = ring_at
    return ["remindAt"]


def _may_come_back(reminder: Reminder, moved: bool) -> bool:
    """Whether a new due date arms it: never what a person cancelled, nor what rang at this very moment."""
    if reminder.status == Status.CANCELLED:
        return reminder.cancelled_by != Canceller.PERSON
    return moved


def cancel(tx: Transaction, reminder: Reminder, by: Canceller, changed: Sequence[str] = ()) -> None:
    status = [] if reminder.status == Status.CANCELLED else ["status"]
    reminder.status, reminder.cancelled_by = Status.CANCELLED, by
    note(tx, EventType.REMINDER_CANCELLED, reminder, [*changed, *status])


def arm(reminder: Reminder) -> list[str]:
    """It is to ring once more; returns the names of the fields that changed."""
    changed = [] if reminder.status == Status.PENDING else ["status"]
    changed += _forget_ring(reminder)
    reminder.status, reminder.cancelled_by = Status.PENDING, None
    return changed


def _forget_ring(reminder: Reminder) -> list[str]:
    changed = ["notified", "notifiedAt"] if reminder.status == Status.NOTIFIED else []
    changed += ["late"] if reminder.late else []
    reminder.notified_at, reminder.late = None, False
    return changed


def note(tx: Transaction, type_: EventType, reminder: Reminder, changed: Sequence[str]) -> None:
    """The reminder is one version further, and the log says why."""
    reminder.version += 1
    tx.record(type_, reminder.id, reminder_data(reminder), changed)
