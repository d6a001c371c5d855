"""The acts on reminders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from resolvers import validation
from resolvers.calendar.durations import Duration
from resolvers.creates import create_once
from resolvers.errors import Conflict, Invalid, LimitExceeded, NotFound
from resolvers.instants import instant_text
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.lookup import find_task
from resolvers.recurrences.plan import follow_reminders
from resolvers.reminders.plan import (
    Canceller,
    Status,
    arm,
    cancel,
    may_ring,
    moment,
    note,
    note_created,
    put_reminder,
    reminders_of,
)
from resolvers.tables import Reminder, Task
from resolvers.validation import read_id

#: Of one task, that are pending or can be again without a person's saying so.
REMINDERS = 50


@dataclass(frozen=True, slots=True)
class NewReminder:
    """An instant yet to come, or a time before the task's due date: one of the two."""

    remind_at: datetime | None = None
    before_due: Duration | None = None

    def content(self) -> dict[str, str | None]:
        """What makes two of them the same."""
        return {
            "remindAt": None if self.remind_at is None else instant_text(self.remind_at),
            "beforeDue": None if self.before_due is None else self.before_due.canonical,
        }


async def create_reminder(
    tx: Transaction, id_: str | None, task_id: str, new: NewReminder
) -> Reminder | None:
    """Asked for again with the same id and content it answers the reminder as it now is; None where it is gone.

    Raises NotFound, Invalid, LimitExceeded with the field; Conflict where the id is taken or the task deleted.
    """

    async def create(new_id: UUID) -> Reminder:
        task = await find_task(tx, task_id, "taskId")
        if task.deleted_at is not None:
            raise Conflict("This task is deleted. Restore it first.", "taskId")
        [reminder] = await make_reminders(tx, task, [new], ids=[new_id])
        note_created(tx, reminder)
        if task.recurring and new.before_due is not None:
            await follow_reminders(tx, task)
        return reminder

    return await create_once(tx, Reminder, id_, {"taskId": task_id.lower()} | new.content(), create)


async def make_reminders(
    tx: Transaction, task: Task, new: Sequence[NewReminder], *path: str, ids: Sequence[UUID] = ()
) -> list[Reminder]:
    """Give the task reminders; `note_created` tells of each. A refusal's field is below `path`, at its index."""
    if sum(map(may_ring, await reminders_of(tx, task))) + len(new) > REMINDERS:
        raise LimitExceeded(f"A task has at most {REMINDERS} reminders to come.", *path)
    made = []
    for index, each in enumerate(new):
        ring_at = await _moment(tx, task, each, (*path, str(index)) if path else ())
        before_due = None if each.before_due is None else str(each.before_due)
        id_ = ids[index] if ids else uuid4()
        made.append(put_reminder(tx, task, id_, ring_at, before_due, rings=ring_at > tx.now))
    return made


async def snooze_reminder(
    tx: Transaction, id_: str, until: datetime, expected_version: int | None
) -> Reminder:
    """Ring again at `until`, whatever the status was. Raises NotFound, Conflict, Invalid with the field."""
    reminder, task = await _to_change(tx, id_, expected_version)
    if task.deleted_at is not None:
        raise Conflict("Its task is deleted. Restore it first.", current=reminder)
    validation.instant(until, "until")
    if until <= tx.now:
        raise Invalid("A reminder is put off to an instant yet to come.", "until")
    others = [other for other in await reminders_of(tx, task) if other.id != reminder.id]
    if sum(map(may_ring, others)) >= REMINDERS:
        raise LimitExceeded(f"A task has at most {REMINDERS} reminders to come.")
    changed = ["remindAt"] if reminder.remind_at != until else []
    changed += ["beforeDue"] if reminder.before_due is not None else []
    reminder.remind_at, reminder.before_due = until, None
    changed += arm(reminder)
    if changed:
        note(tx, EventType.REMINDER_UPDATED, reminder, changed)
    if reminder.pattern is not None and task.recurring:
        await follow_reminders(tx, task)  # a person may have cancelled it before
    return reminder


async def cancel_reminder(tx: Transaction, id_: str, expected_version: int | None) -> Reminder:
    """Never armed again but by a person. What rang or is cancelled so already stays. Raises NotFound, Conflict."""
    reminder, task = await _to_change(tx, id_, expected_version)
    if reminder.status == Status.PENDING or reminder.cancelled_by not in {None, Canceller.PERSON}:
        cancel(tx, reminder, Canceller.PERSON)
        if task.recurring and reminder.pattern is not None:
            await follow_reminders(tx, task)
    return reminder


async def _moment(tx: Transaction, task: Task, new: NewReminder, field: tuple[str, ...]) -> datetime:
    if (new.remind_at is None) == (new.before_due is None):
        raise Invalid("Give an instant or a time before the due date: one of the two.", *field, "remindAt")
    if new.remind_at is not None:
        validation.instant(new.remind_at, *field, "remindAt")
        if new.remind_at <= tx.now:
            raise Invalid("A reminder is for an instant yet to come.", *field, "remindAt")
        return new.remind_at
    ring_at = await moment(tx, task, str(new.before_due))
    if ring_at is None:
        raise Invalid("There is no due date to count from.", *field, "beforeDue")
    return ring_at


async def _to_change(tx: Transaction, id_: str, expected_version: int | None) -> tuple[Reminder, Task]:
    parsed = read_id(id_)
    reminder = await tx.session.get(Reminder, parsed) if parsed is not None else None
    if reminder is None or reminder.user_id != tx.user_id:
        raise NotFound("reminder", "id")
    if expected_version is not None and expected_version != reminder.version:
        raise Conflict("This reminder was changed elsewhere.", "expectedVersion", current=reminder)
    return reminder, await tx.session.get_one(Task, reminder.task_id)
