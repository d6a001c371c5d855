"""Subtasks: how deep, how many, and no cycles."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from resolvers.errors import Conflict, Invalid, LimitExceeded
from resolvers.log.transaction import Transaction
from resolvers.lookup import find_task, subtree
from resolvers.tables import Task

#: Levels of subtasks below a task that is nobody's.
LEVELS = 5
SUBTASKS = 200
FIELD = "parentId"


async def new_parent(tx: Transaction, parent_id: str, task: Task | None = None) -> Task:
    """The task to put `task` (or a new one) below.

    Raises NotFound, Conflict where it is deleted, Invalid for a cycle or too deep, LimitExceeded.
    """
    parent = await find_task(tx, parent_id, FIELD)
    if parent.deleted_at is not None:
        # It is the task that can't be changed, or made; its parent is not what the answer is about.
        raise Conflict("The parent is deleted. Restore it first.", FIELD, current=task)
    above = 1
    ancestor = parent
    while ancestor.parent_id is not None and above <= LEVELS:
        found = await tx.session.get(Task, ancestor.parent_id)
        if found is None:
            break
        ancestor = found
        above += 1
        if task is not None and ancestor.id == task.id:
            raise Invalid("A task can't stand below itself.", FIELD)
    if task is not None and parent.id == task.id:
        raise Invalid("A task can't stand below itself.", FIELD)
    if above + (await _height(tx, task) if task is not None else 0) > LEVELS:
        raise Invalid(f"Subtasks go {LEVELS} levels deep.", FIELD)
    if task is None or task.parent_id != parent.id:
        await refuse_full(tx, parent)
    return parent


async def refuse_full(tx: Transaction, parent: Task) -> None:
    """Raises LimitExceeded where the task has as many subtasks as one may."""
    if await _is_full(tx, parent):
        raise LimitExceeded(f"A task has at most {SUBTASKS} subtasks.", FIELD)


async def has_room(tx: Transaction, parent_id: UUID | None) -> bool:
    """Whether there is such a task, not deleted, that can have one more subtask."""
    parent = await tx.session.get(Task, parent_id) if parent_id is not None else None
    return parent is not None and parent.deleted_at is None and not await _is_full(tx, parent)


async def _is_full(tx: Transaction, parent: Task) -> bool:
    count = await tx.session.execute(
        sa.select(sa.func.count()).where(col(Task.parent_id) == parent.id, col(Task.deleted_at).is_(None))
    )
    return int(count.scalar_one()) >= SUBTASKS


async def _height(tx: Transaction, task: Task) -> int:
    """How many levels of subtasks the task has below it."""
    depth = {task.id: 0}
    for below in await subtree(tx, [task]):
        assert below.parent_id is not None
        depth[below.id] = depth[below.parent_id] + 1
    return max(depth.values())
