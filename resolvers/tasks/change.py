"""Changing a task's own fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from resolvers import validation
from resolvers.accounts import read_user
from resolvers.errors import Invalid
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.lookup import (
    find_labels,
    find_project,
    find_task,
    labels_of,
    note_change,
    refuse_deleted,
    set_labels,
    task_to_change,
)
from resolvers.ordering import rank_after
from resolvers.recurrences.plan import follow_zone
from resolvers.reminders.plan import follow_due_date
from resolvers.search import fold
from resolvers.tables import Task
from resolvers.tasks.create import priority_of, refuse_many_labels
from resolvers.tasks.due import due_of, put_due, read_due
from resolvers.tasks.parents import new_parent
from resolvers.unset import UNSET, Unset


@dataclass(frozen=True, slots=True)
class TaskChange:
    """What is UNSET stays as it is. None clears: priority to none, labels to none, the zone to the viewer's."""

    title: str | None | Unset = UNSET
    description: str | None | Unset = UNSET
    priority: int | None | Unset = UNSET
    due_at: datetime | None | Unset = UNSET
    due_on: date | None | Unset = UNSET
    time_zone: str | None | Unset = UNSET
    project_id: str | None | Unset = UNSET
    label_ids: Sequence[str] | None | Unset = UNSET
    parent_id: str | None | Unset = UNSET
    #: The task to stand right after; None is the first place.
    after_id: str | None | Unset = UNSET


async def update_task(tx: Transaction, id_: str, change: TaskChange, expected_version: int | None) -> Task:
    """Raises NotFound, Conflict, Invalid, LimitExceeded with the field."""
    task = await task_to_change(tx, id_, expected_version)
    refuse_deleted(task)
    return await apply_change(tx, task, change)


async def set_due_date(
    tx: Transaction,
    id_: str,
    due_at: datetime | None | Unset,
    due_on: date | None | Unset,
    time_zone: str | None | Unset,
    expected_version: int | None,
) -> Task:
    """As `update_task`, for the due date alone: one of the two must be given."""
    if due_at is UNSET and due_on is UNSET:
        raise Invalid("Give an instant or a day; null clears the due date.", "dueDate")
    change = TaskChange(due_at=due_at, due_on=due_on, time_zone=time_zone)
    return await update_task(tx, id_, change, expected_version)


async def apply_change(tx: Transaction, task: Task, change: TaskChange) -> Task:
    """Make what differs so; where nothing does, nothing is noted."""
    changed = _texts(task, change)
    if change.priority is not UNSET and (priority := priority_of(change.priority)) != task.priority:
        task.priority = priority
        changed.append("priority")
    moved = await _due(tx, task, change)
    changed += moved
    if "timeZone" in moved and await follow_zone(tx, task):
        changed.append("recurrence")
    if change.project_id is not UNSET:
        project = None if change.project_id is None else (await find_project(tx, change.project_id)).id
        if project != task.project_id:
            task.project_id = project
            changed.append("projectId")
    if change.parent_id is not UNSET:
        parent = None if change.parent_id is None else (await new_parent(tx, change.parent_id, task)).id
        if parent != task.parent_id:
            task.parent_id = parent
            changed.append("parentId")
    if (
        change.after_id is not UNSET
        and (position := await _place(tx, task, change.after_id)) != task.position
    ):
        task.position = position
        changed.append("position")
    label_ids: list[UUID] | None = None
    if change.label_ids is not UNSET:
        label_ids = await find_labels(tx, change.label_ids or (), "labelIds")
        refuse_many_labels(len(label_ids))
        if await put_labels(tx, task, label_ids):
            changed.append("labelIds")
    if changed:
        await note_change(tx, EventType.TASK_UPDATED, task, changed, label_ids)
    if moved:
        await follow_due_date(tx, task)
    return task


async def put_labels(tx: Transaction, task: Task, label_ids: list[UUID]) -> bool:
    """Give the task these labels; whether that changed them."""
    before = (await labels_of(tx, [task.id])).get(task.id, [])
    if set(before) == set(label_ids):
        return False
    await set_labels(tx, task.id, before, label_ids)
    return True


def _texts(task: Task, change: TaskChange) -> list[str]:
    changed = []
    if change.title is not UNSET:
        title = validation.title(change.title)
        if title != task.title:
            task.title = title
            changed.append("title")
    if change.description is not UNSET:
        description = validation.description(change.description)
        if description != task.description:
            task.description = description
            changed.append("description")
    if changed:
        task.search_text = fold(f"{task.title}\n{task.description}")
    return changed


async def _due(tx: Transaction, task: Task, change: TaskChange) -> list[str]:
    due = read_due(change.due_at, change.due_on)
    if due is None and change.time_zone is UNSET:
        return []
    zone_name: str | None = task.time_zone
    if change.time_zone is not UNSET:
        zone_name = change.time_zone
    if zone_name is None:
        zone_name = (await read_user(tx.session, tx.user_id)).time_zone
    return put_due(task, due if due is not None else due_of(task), validation.time_zone(zone_name))


async def _place(tx: Transaction, task: Task, after_id: str | None) -> str:
    anchor = None if after_id is None else await find_task(tx, after_id, "afterId")
    if anchor is task:
        raise Invalid("A task can't stand after itself.", "afterId")
    return await rank_after(tx, task, anchor)
