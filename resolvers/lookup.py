"""Finding a task to change, and noting in the log that it changed."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from resolvers.aggregates import task_data
from resolvers.errors import Conflict, LimitExceeded, NotFound
from resolvers.labels import label_ids_of_tasks
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.tables import Label, Project, Recurrence, Task, TaskLabel
from resolvers.validation import read_id

#: Deleted ones aside.
TASKS = 100_000


async def find_task(tx: Transaction, id_: str, *field: str) -> Task:
    """The viewer's task, deleted or not. Raises NotFound, the same for another user's and for none."""
    parsed = read_id(id_)
    if parsed is not None:
        task = await tx.session.get(Task, parsed)
        if task is not None and task.user_id == tx.user_id:
            return task
    raise NotFound("task", *(field or ("id",)))


async def task_to_change(tx: Transaction, id_: str, expected_version: int | None, *field: str) -> Task:
    """As `find_task`. Raises Conflict where the version is another one."""
    task = await find_task(tx, id_, *field)
    if expected_version is not None and expected_version != task.version:
        raise Conflict("This task was changed elsewhere.", "expectedVersion", current=task)
    return task


def refuse_deleted(task: Task, *field: str) -> None:
    """Raises Conflict where the task is deleted: it has to be restored first."""
    if task.deleted_at is not None:
        raise Conflict("This task is deleted. Restore it first.", *field, current=task)


async def find_project(tx: Transaction, id_: str, *field: str) -> Project:
    """Raises NotFound."""
    parsed = read_id(id_)
    if parsed is not None:
        project = await tx.session.get(Project, parsed)
        if project is not None and project.user_id == tx.user_id:
            return project
    raise NotFound("project", *(field or ("projectId",)))


async def find_labels(tx: Transaction, ids: Sequence[str], field: str) -> list[UUID]:
    """The labels' ids, each once, in the order of their creation. Raises NotFound."""
    parsed = {read_id(id_) for id_ in ids}
    if None in parsed:
        raise NotFound("label", field)
    found = await tx.session.execute(
        sa.select(col(Label.id))
        .where(col(Label.user_id) == tx.user_id, col(Label.id).in_(parsed))
        .order_by(col(Label.created_at), col(Label.id))
    )
    labels = list(found.scalars())
    if len(labels) != len(parsed):
        raise NotFound("label", field)
    return labels


async def labels_of(tx: Transaction, task_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The labels of each task that has any, in the order of their creation."""
    return await label_ids_of_tasks(tx.session, tx.user_id, task_ids)


async def set_labels(tx: Transaction, task_id: UUID, before: Sequence[UUID], after: Sequence[UUID]) -> None:
    gone, come = set(before) - set(after), [id_ for id_ in after if id_ not in set(before)]
    if gone:
        await tx.session.execute(
            sa.delete(TaskLabel).where(col(TaskLabel.task_id) == task_id, col(TaskLabel.label_id).in_(gone))
        )
    if come:
        await tx.session.execute(
            sa.insert(TaskLabel), [{"task_id": task_id, "label_id": label_id} for label_id in come]
        )


async def note_change(
    tx: Transaction,
    type_: EventType,
    task: Task,
    changed: Sequence[str],
    label_ids: Sequence[UUID] | None = None,
) -> None:
    """The task is one version further, and the log says why. Its labels are read where they are not given."""
    task.version += 1
    task.updated_at = tx.now
    if label_ids is None:
        label_ids = (await labels_of(tx, [task.id])).get(task.id, [])
    recurrence = await tx.session.get(Recurrence, task.id) if task.recurring else None
    tx.record(type_, task.id, task_data(task, label_ids, recurrence), changed)


def refuse_too_many(tx: Transaction, more: int) -> None:
    """Raises LimitExceeded where the user can't have `more` tasks."""
    if tx.task_count + more > TASKS:
        raise LimitExceeded(f"There are at most {TASKS:,} tasks.")


async def subtree(tx: Transaction, roots: Sequence[Task]) -> list[Task]:
    """All subtasks below the tasks, level by level, whatever their state."""
    below: list[Task] = []
    level = list(roots)
    while level:
        found = await tx.session.exec(
            select(Task)
            .where(col(Task.parent_id).in_([task.id for task in level]))
            .order_by(col(Task.position), col(Task.id))
        )
        level = list(found)
        below += level
    return below
