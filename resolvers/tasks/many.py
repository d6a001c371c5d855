"""The same change to many tasks in one transaction: all or none."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from resolvers.errors import Invalid, Refusal
from resolvers.log.transaction import Transaction
from resolvers.lookup import find_labels, find_project, find_task, labels_of, refuse_deleted
from resolvers.tables import Task
from resolvers.tasks.change import TaskChange, apply_change
from resolvers.tasks.complete import put_completed
from resolvers.tasks.create import refuse_many_labels
from resolvers.tasks.delete import put_deleted, put_restored
from resolvers.tasks.due import read_due
from resolvers.unset import UNSET, Unset

IDS = 200


@dataclass(frozen=True, slots=True)
class TasksChange:
    """What is UNSET stays as it is; None takes the project or the due date away, and is refused elsewhere."""

    completed: bool | None | Unset = UNSET
    deleted: bool | None | Unset = UNSET
    project_id: str | None | Unset = UNSET
    priority: int | None | Unset = UNSET
    due_at: datetime | None | Unset = UNSET
    due_on: date | None | Unset = UNSET
    add_label_ids: Sequence[str] | None | Unset = UNSET
    remove_label_ids: Sequence[str] | None | Unset = UNSET


async def change_tasks(tx: Transaction, ids: Sequence[str], change: TasksChange) -> list[Task]:
    """The tasks in the order of `ids`, each once.

    Raises Invalid and NotFound with the field; what a single task refuses has the field `ids`, its index.
    """
    if not 1 <= len(ids) <= IDS:
        raise Invalid(f"Between 1 and {IDS} tasks can be changed at once.", "ids")
    _refuse_nulls(change)
    read_due(change.due_at, change.due_on)
    if isinstance(change.project_id, str):
        await find_project(tx, change.project_id)
    adding = await _labels(tx, change.add_label_ids, "addLabelIds")
    removing = set(await _labels(tx, change.remove_label_ids, "removeLabelIds"))

    tasks: dict[UUID, tuple[int, Task]] = {}
    for index, id_ in enumerate(ids):
        task = await find_task(tx, id_, "ids", str(index))
        tasks.setdefault(task.id, (index, task))
    # A parent's turn brings back, or takes along, what is below it: it comes before theirs, in whatever order they
    # were asked for. And in phases, so that no task meets what another one's turn did to its parent.
    depths = await _depths(tx, [task for _, task in tasks.values()])
    from_above = sorted(tasks.values(), key=lambda indexed: depths[indexed[1].id])
    for index, task in from_above:
        with _blamed_on(index):
            if change.deleted is False:
                await put_restored(tx, task)
            elif change.deleted is UNSET:
                refuse_deleted(task)
    for index, task in tasks.values():
        with _blamed_on(index):
            await _change_fields(tx, task, change, adding, removing)
            if task.deleted_at is None and isinstance(change.completed, bool):
                await put_completed(tx, task, change.completed)
    if change.deleted is True:
        for _, task in from_above:
            await put_deleted(tx, task)
    return [task for _, task in tasks.values()]


async def _depths(tx: Transaction, tasks: Sequence[Task]) -> dict[UUID, int]:
    """How many tasks each stands below, deleted ones counted."""
    parents = {task.id: task.parent_id for task in tasks}
    while unknown := {id_ for id_ in parents.values() if id_ is not None and id_ not in parents}:
        found = await tx.session.execute(
            sa.select(col(Task.id), col(Task.parent_id)).where(col(Task.id).in_(unknown))
        )
        parents |= dict.fromkeys(unknown)  # or one that is not there would be looked for again and again
        for id_, parent_id in found:
            parents[id_] = parent_id
    depths = {}
    for task in tasks:
        depth, above = 0, task.parent_id
        while above is not None:
            depth, above = depth + 1, parents[above]
        depths[task.id] = depth
    return depths


async def _change_fields(
    tx: Transaction, task: Task, change: TasksChange, adding: list[UUID], removing: set[UUID]
) -> None:
    if task.deleted_at is not None:
        return  # it is about to be deleted, and was already
    label_ids: Sequence[str] | Unset = UNSET
    if adding or removing:
        before = (await labels_of(tx, [task.id])).get(task.id, [])
        kept = [id_ for id_ in dict.fromkeys([*before, *adding]) if id_ not in removing]
        refuse_many_labels(len(kept))
        label_ids = [str(id_) for id_ in kept]
    await apply_change(
        tx,
        task,
        TaskChange(
            project_id=change.project_id,
            priority=change.priority,
            due_at=change.due_at,
            due_on=change.due_on,
            label_ids=label_ids,
        ),
    )


async def _labels(tx: Transaction, ids: Sequence[str] | None | Unset, field: str) -> list[UUID]:
    return [] if ids is UNSET or ids is None else await find_labels(tx, ids, field)


def _refuse_nulls(change: TasksChange) -> None:
    for value, field in (
        (change.completed, "completed"),
        (change.deleted, "deleted"),
        (change.priority, "priority"),
        (change.add_label_ids, "addLabelIds"),
        (change.remove_label_ids, "removeLabelIds"),
    ):
        if value is None:
            raise Invalid("This can't be null here.", field)


@contextmanager
def _blamed_on(index: int) -> Iterator[None]:
    """A task's own refusal names the task's place among the ids."""
    try:
        yield
    except Refusal as refusal:
        refusal.field = ("ids", str(index))
        raise
