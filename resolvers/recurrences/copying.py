"""What a spawned task takes along from its series: its texts, its place, its labels, subtasks and reminders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from resolvers.aggregates import task_data
from resolvers.calendar import Occurrence, instant_of, wall_clock
from resolvers.instants import LATEST, LATEST_DAY
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.lookup import labels_of, refuse_too_many, set_labels
from resolvers.ordering import last_rank
from resolvers.ranks import rank_between
from resolvers.recurrences.plan import Mode, zone_of
from resolvers.reminders.change import REMINDERS
from resolvers.reminders.plan import Canceller, moment, note_created, put_reminder
from resolvers.tables import Recurrence, Reminder, Task
from resolvers.tasks.due import Due, due_of, put_due
from resolvers.tasks.parents import has_room


@dataclass(frozen=True, slots=True)
class Pattern:
    """The series as it is now: what its next tasks are made like."""

    task: Task
    recurrence: Recurrence
    #: Below it, level by level; what was itself spawned there is left out.
    subtasks: Sequence[Task]
    labels: dict[UUID, list[UUID]]
    #: Those with a `pattern`, by task; what a person cancelled is left out.
    reminders: dict[UUID, list[Reminder]]


async def read_pattern(tx: Transaction, task: Task, recurrence: Recurrence) -> Pattern:
    subtasks: list[Task] = []
    level = [task]
    while level:
        found = await tx.session.exec(
            select(Task)
            .where(
                col(Task.parent_id).in_([above.id for above in level]),
                col(Task.deleted_at).is_(None),
                col(Task.spawned_from_id).is_(None),
            )
            .order_by(col(Task.position), col(Task.id))
        )
        level = list(found)
        subtasks += level
    ids = [task.id, *(below.id for below in subtasks)]
    reminders: dict[UUID, list[Reminder]] = {}
    for reminder in await tx.session.exec(
        select(Reminder)
        .where(
            col(Reminder.task_id).in_(ids),
            col(Reminder.pattern).is_not(None),
            col(Reminder.cancelled_by).is_distinct_from(Canceller.PERSON.value),
        )
        .order_by(col(Reminder.remind_at), col(Reminder.id))
    ):
        of_task = reminders.setdefault(reminder.task_id, [])
        if len(of_task) < REMINDERS:
            of_task.append(reminder)
    return Pattern(task, recurrence, subtasks, await labels_of(tx, ids), reminders)


async def spawn(tx: Transaction, pattern: Pattern, occurrence: Occurrence, due_to_spawn: datetime) -> Task:
    """Make the occurrence's task. `due_to_spawn` is when that should have been done: what rings since then still does.

    Raises LimitExceeded.
    """
    series, zone = pattern.task, zone_of(pattern.task, pattern.recurrence)
    refuse_too_many(tx, 1 + len(pattern.subtasks))
    made = [_copy(tx, series, await last_rank(tx, Task))]
    head = made[0]
    head.spawned_from_id = series.id
    head.occurrence_wall, head.occurrence_at = occurrence.wall.isoformat(), occurrence.at
    head.spawned_after_id = (
        pattern.recurrence.predecessor_id if pattern.recurrence.mode == Mode.COMPLETION else None
    )
    put_due(
        head, Due(on=occurrence.wall.date()) if pattern.recurrence.all_day else Due(at=occurrence.at), zone
    )
    head.parent_id = series.parent_id if await has_room(tx, series.parent_id) else None

    copy_of = {series.id: head}
    days = _days_between(series, pattern.recurrence, occurrence)
    for subtask in pattern.subtasks:
        copy = _copy(tx, subtask, rank_between(made[-1].position, None))
        assert subtask.parent_id is not None
        copy.parent_id = copy_of[subtask.parent_id].id
        _shift_due(copy, subtask, days)
        copy_of[subtask.id] = copy
        made.append(copy)
    for original, copy in zip([series, *pattern.subtasks], made, strict=True):
        tx.session.add(copy)
        await tx.session.flush()
        labels = pattern.labels.get(original.id, [])
        await set_labels(tx, copy.id, (), labels)
        type_ = EventType.RECURRING_SPAWNED if copy is head else EventType.TASK_CREATED
        tx.record(type_, copy.id, task_data(copy, labels, None))
    tx.task_count += len(made)
    for original, copy in zip([series, *pattern.subtasks], made, strict=True):
        for reminder in pattern.reminders.get(original.id, []):
            await _copy_reminder(tx, copy, reminder, due_to_spawn)
    return head


def _copy(tx: Transaction, task: Task, position: str) -> Task:
    return Task(
        id=uuid4(),
        user_id=task.user_id,
        title=task.title,
        description=task.description,
        search_text=task.search_text,
        priority=task.priority,
        project_id=task.project_id,
        time_zone=task.time_zone,
        position=position,
        created_at=tx.now,
        updated_at=tx.now,
    )


def _days_between(series: Task, recurrence: Recurrence, occurrence: Occurrence) -> timedelta:
    """From the day on which the series task is due (else starts) to the occurrence's, on the calendar."""
    zone = zone_of(series, recurrence)
    if series.due_on is not None:
        day = series.due_on
    elif series.due_at is not None:
        day = wall_clock(series.due_at, zone).date()
    else:
        day = datetime.fromisoformat(recurrence.start_wall).date()
    return occurrence.wall.date() - day


def _shift_due(copy: Task, original: Task, days: timedelta) -> None:
    """A subtask is due as long before or after its task as the original is, on the wall clock."""
    zone = ZoneInfo(original.time_zone)
    due = due_of(original)
    if due.on is not None and due.on + days <= LATEST_DAY:
        put_due(copy, Due(on=due.on + days), zone)
    elif due.at is not None and due.at + days < LATEST:
        put_due(copy, Due(at=instant_of(wall_clock(due.at, zone) + days, zone)), zone)


async def _copy_reminder(tx: Transaction, task: Task, original: Reminder, due_to_spawn: datetime) -> None:
    assert original.pattern is not None
    ring_at = await moment(tx, task, original.pattern)
    if ring_at is None:
        return
    rings = ring_at >= min(due_to_spawn, tx.now)
    note_created(tx, put_reminder(tx, task, uuid4(), ring_at, original.pattern, rings))
