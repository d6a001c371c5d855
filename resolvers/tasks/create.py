"""Making a task."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from resolvers import validation
from resolvers.accounts import read_user
from resolvers.aggregates import task_data
from resolvers.creates import create_once
from resolvers.errors import Invalid, LimitExceeded
from resolvers.instants import instant_text
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.lookup import find_labels, find_project, refuse_too_many, set_labels
from resolvers.ordering import last_rank
from resolvers.recurrences.change import NewRecurrence, add_recurrence
from resolvers.recurrences.plan import recurrence_of
from resolvers.reminders.change import NewReminder, make_reminders
from resolvers.reminders.plan import note_created
from resolvers.search import fold
from resolvers.tables import Task
from resolvers.tasks.due import NEVER, put_due, read_due
from resolvers.tasks.parents import new_parent
from resolvers.unset import UNSET

#: That one task carries.
LABELS = 50


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task as it was asked for; ids as the client wrote them."""

    title: str
    id: str | None = None
    description: str = ""
    priority: int = 0
    due_at: datetime | None = None
    due_on: date | None = None
    time_zone: str | None = None
    project_id: str | None = None
    label_ids: Sequence[str] | None = None
    parent_id: str | None = None
    recurrence: NewRecurrence | None = None
    reminders: Sequence[NewReminder] | None = None


async def create_task(tx: Transaction, new: NewTask) -> Task | None:
    """Put a task at the end of the list.

    Asked for again with the same id and content it answers the task as it now is; None where that is long purged.
    Raises Invalid, NotFound, LimitExceeded with the field; Conflict where the id is taken.
    """
    return await create_once(tx, Task, new.id, _content(new), lambda id_: _create(tx, id_, new))


async def _create(tx: Transaction, id_: UUID, new: NewTask) -> Task:
    title, description = validation.title(new.title), validation.description(new.description)
    due = read_due(new.due_at or UNSET, new.due_on or UNSET) or NEVER
    zone_name = new.time_zone
    if zone_name is None:
        zone_name = (await read_user(tx.session, tx.user_id)).time_zone
    zone = validation.time_zone(zone_name)
    project = await find_project(tx, new.project_id) if new.project_id is not None else None
    labels = await find_labels(tx, new.label_ids or (), "labelIds")
    refuse_many_labels(len(labels))
    parent = await new_parent(tx, new.parent_id) if new.parent_id is not None else None
    refuse_too_many(tx, 1)
    task = Task(
        id=id_,
        user_id=tx.user_id,
        title=title,
        description=description,
        priority=new.priority,
        time_zone=zone.key,
        project_id=project.id if project else None,
        parent_id=parent.id if parent else None,
        position=await last_rank(tx, Task),
        search_text=fold(f"{title}\n{description}"),
        created_at=tx.now,
        updated_at=tx.now,
    )
    put_due(task, due, zone)
    tx.session.add(task)
    tx.task_count += 1
    if labels or new.reminders or new.recurrence is not None:
        await tx.session.flush()
    if labels:
        await set_labels(tx, task.id, (), labels)
    reminders = await make_reminders(tx, task, new.reminders or (), "reminders") if new.reminders else []
    if new.recurrence is not None:
        await tx.session.flush()
        await add_recurrence(tx, task, new.recurrence)
    tx.record(EventType.TASK_CREATED, task.id, task_data(task, labels, await recurrence_of(tx, task)))
    for reminder in reminders:
        note_created(tx, reminder)
    return task


def refuse_many_labels(count: int, field: str = "labelIds") -> None:
    """Raises LimitExceeded."""
    if count > LABELS:
        raise LimitExceeded(f"A task has at most {LABELS} labels.", field)


def priority_of(value: int | None) -> int:
    """None clears it."""
    if value is None:
        return 0
    if not 0 <= value <= 4:
        raise Invalid("There is no such priority.", "priority")
    return value


def _content(new: NewTask) -> dict[str, Any]:
    """The same for creates that make the same task, however the client spelt them."""
    return {
        "title": new.title.strip(),
        "description": new.description,
        "priority": new.priority,
        "dueDate": None if new.due_at is None else instant_text(new.due_at),
        "dueOn": None if new.due_on is None else new.due_on.isoformat(),
        "timeZone": new.time_zone,
        "projectId": new.project_id and new.project_id.lower(),
        "labelIds": sorted({id_.lower() for id_ in new.label_ids or ()}),
        "parentId": new.parent_id and new.parent_id.lower(),
        "recurrence": None if new.recurrence is None else new.recurrence.content(),
        "reminders": [each.content() for each in new.reminders or ()],
    }
