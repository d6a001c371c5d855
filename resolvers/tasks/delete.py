"""Deleting a task, its subtasks with it, and bringing back what one delete took."""

from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.lookup import labels_of, note_change, refuse_too_many, subtree, task_to_change
from resolvers.recurrences.plan import follow_task, note_series, rest_recurrence, wake_recurrence
from resolvers.reminders.plan import Canceller, arm_all, cancel_all
from resolvers.tables import Task
from resolvers.tasks.parents import refuse_full


async def delete_task(tx: Transaction, id_: str, expected_version: int | None) -> Task:
    """Kept for 30 days, then purged. Deleting what is deleted changes nothing. Raises NotFound, Conflict."""
    task = await task_to_change(tx, id_, expected_version)
    await put_deleted(tx, task)
    return task


async def restore_task(tx: Transaction, id_: str, expected_version: int | None) -> Task:
    """Restoring what is not deleted changes nothing. Raises NotFound, Conflict, LimitExceeded."""
    task = await task_to_change(tx, id_, expected_version)
    await put_restored(tx, task)
    return task


async def put_deleted(tx: Transaction, task: Task) -> None:
    if task.deleted_at is not None:
        return
    taken = [task, *(below for below in await subtree(tx, [task]) if below.deleted_at is None)]
    labels = await labels_of(tx, [each.id for each in taken])
    for each in taken:
        each.deleted_at, each.deleted_with = tx.now, task.id
        series = await follow_task(tx, each)
        await rest_recurrence(tx, each)
        fields = ["deletedAt", *(["recurrence"] if each.recurring else [])]
        await note_change(tx, EventType.TASK_DELETED, each, fields, labels.get(each.id, ()))
        await cancel_all(tx, each, Canceller.DELETION)
        await note_series(tx, series, but=each)
    tx.task_count -= len(taken)


async def put_restored(tx: Transaction, task: Task) -> None:
    """A subtask whose parent is still deleted comes back as nobody's."""
    if task.deleted_at is None:
        return
    same_delete = task.deleted_with
    back = [task, *(below for below in await subtree(tx, [task]) if below.deleted_with == same_delete)]
    refuse_too_many(tx, len(back))
    changed = ["deletedAt"]
    if task.parent_id is not None:
        parent = await tx.session.get(Task, task.parent_id)
        if parent is None or parent.deleted_at is not None:
            task.parent_id = None
            changed.append("parentId")
        else:
            await refuse_full(tx, parent)
    labels = await labels_of(tx, [each.id for each in back])
    for each in back:
        each.deleted_at = each.deleted_with = None
        series = await follow_task(tx, each)
        await wake_recurrence(tx, each)
        fields = [*(changed if each is task else ["deletedAt"]), *(["recurrence"] if each.recurring else [])]
        await note_change(tx, EventType.TASK_RESTORED, each, fields, labels.get(each.id, ()))
        await arm_all(tx, each, Canceller.DELETION)
        await note_series(tx, series, but=each)
    tx.task_count += len(back)
