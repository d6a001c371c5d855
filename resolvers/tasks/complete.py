"""Completing a task and reopening it. Subtasks stay as they are."""

from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.lookup import note_change, refuse_deleted, task_to_change
from resolvers.recurrences.plan import follow_task, note_series
from resolvers.reminders.plan import Canceller, arm_all, cancel_all
from resolvers.tables import Task

CHANGED = ("completed", "completedAt")


async def complete_task(tx: Transaction, id_: str, expected_version: int | None) -> Task:
    """Completing what is complete changes nothing. Raises NotFound, Conflict."""
    task = await task_to_change(tx, id_, expected_version)
    refuse_deleted(task)
    await put_completed(tx, task, True)
    return task


async def reopen_task(tx: Transaction, id_: str, expected_version: int | None) -> Task:
    """Reopening what is open changes nothing. Raises NotFound, Conflict."""
    task = await task_to_change(tx, id_, expected_version)
    refuse_deleted(task)
    await put_completed(tx, task, False)
    return task


async def put_completed(tx: Transaction, task: Task, completed: bool) -> None:
    if (task.completed_at is not None) == completed:
        return
    task.completed_at = tx.now if completed else None
    series = await follow_task(tx, task)
    type_ = EventType.TASK_COMPLETED if completed else EventType.TASK_REOPENED
    await note_change(tx, type_, task, [*CHANGED, *(["recurrence"] if task in series else [])])
    if completed:
        await cancel_all(tx, task, Canceller.COMPLETION)
    else:
        await arm_all(tx, task, Canceller.COMPLETION)
    await note_series(tx, series, but=task)
