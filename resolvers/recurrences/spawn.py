"""Spawning what is due: each occurrence once, whatever restarts and however many processes spawn."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.calendar import Occurrence, wall_clock
from resolvers.calendar.durations import later, parse_duration
from resolvers.database import none_of
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.lookup import note_change
from resolvers.recurrences.copying import Pattern, read_pattern, spawn
from resolvers.recurrences.plan import Following, Missed, Mode, following, reckon, zone_of
from resolvers.tables import Recurrence, Task

#: An occurrence that is longer past than this, and was not spawned, was missed.
MISSED_AFTER = timedelta(minutes=5)
#: Of missed ones, ALL spawns so many, the newest.
CAUGHT_UP = 100
#: Tasks of one series whose occurrence is still to come.
AHEAD = 100
#: Spawned in one transaction, so that the user's other changes never wait long.
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Spawned:
    """lateness: of each task spawned, how long after the moment to spawn it, in seconds.

    paused: the recurrence can't be read any more, and waits until something about it changes.
    """

    lateness: tuple[float, ...] = ()
    paused: bool = False


async def spawn_due(tx: Transaction, series_id: UUID) -> Spawned:
    """Spawn up to AT_ONCE tasks of one series of the user's. Where more is due, its `spawn_at` is still past.

    Raises LimitExceeded where the user owns as many tasks as one may.
    """
    recurrence = await tx.session.get(Recurrence, series_id)
    task = await tx.session.get(Task, series_id)
    if recurrence is None or task is None or recurrence.spawn_at is None or recurrence.spawn_at > tx.now:
        return Spawned()  # somebody else was here first
    if task.deleted_at is not None:
        recurrence.spawn_at = None  # by the previous release, which knows no recurrence
        return Spawned()
    moment, known = recurrence.spawn_at, recurrence.next_at
    lateness: list[float] = []
    label_ids: list[UUID] | None = None
    room = await _room_ahead(tx, task, recurrence)
    if not room:
        return Spawned()
    found = await following(tx, task, recurrence)
    if found is not None:
        due, reached = _due(found, task, recurrence, moment, tx.now, room)
        pattern = await read_pattern(tx, task, recurrence) if due else None
        for occurrence in due:
            assert pattern is not None
            if await _spawn_once(tx, pattern, occurrence, moment):
                lateness.append((tx.now - moment).total_seconds())
        if pattern is not None:
            label_ids = pattern.labels.get(task.id, [])
        recurrence.reached_at = reached
        _forget_skips(task, recurrence)
    await reckon(tx, task, recurrence)
    if lateness or recurrence.next_at != known:
        await note_change(tx, EventType.TASK_UPDATED, task, ["recurrence"], label_ids)
    return Spawned(tuple(lateness), paused=found is None and recurrence.waits)


def _due(
    found: Following, task: Task, recurrence: Recurrence, moment: datetime, now: datetime, room: int
) -> tuple[list[Occurrence], datetime]:
    """What is to be spawned now, in order; and the instant up to which all is spawned or passed over then."""
    lead, zone = parse_duration(recurrence.effective_lead), zone_of(task, recurrence)
    series, reached = found.series, found.after
    due: list[Occurrence] = []
    if moment < now - MISSED_AFTER:
        # What is still to come was not missed, however long before it its task was to be there.
        missed_until = now - MISSED_AFTER
        if recurrence.missed != Missed.SKIP:
            newest = CAUGHT_UP if _all_at_once(recurrence) else 1
            due = series.between(reached, missed_until, newest)
        reached = max(reached, missed_until)
    horizon = max(later(now, lead, zone), moment)
    due += [each for each in series.after(reached, AT_ONCE) if each.at <= horizon]
    if not due and reached == found.after:
        # An hour that a clock skips can lie between: its moment has come all the same.
        due = series.after(reached)
    several = min(AT_ONCE, room) if recurrence.mode == Mode.SCHEDULE else 1
    if len(due) > several:
        return due[:several], due[several - 1].at
    return due, max(reached, due[-1].at) if due else reached


def _all_at_once(recurrence: Recurrence) -> bool:
    """In COMPLETION the next one waits for this one, so there is never more than one."""
    return recurrence.missed == Missed.ALL and recurrence.mode == Mode.SCHEDULE


async def _room_ahead(tx: Transaction, task: Task, recurrence: Recurrence) -> int:
    """How many there may be before AHEAD of the series' tasks are still to come.

    Where there may be none, it goes on when the first of them has come.
    """
    found = await tx.session.execute(
        sa.select(sa.func.count(), sa.func.min(col(Task.occurrence_at))).where(
            col(Task.spawned_from_id) == task.id, col(Task.occurrence_at) > tx.now
        )
    )
    count, earliest = found.one()
    if count < AHEAD:
        return AHEAD - int(count)
    # Nothing of before that is left to be spawned, and what was held back till then was not missed.
    recurrence.since = recurrence.spawn_at = earliest
    return 0


async def _spawn_once(tx: Transaction, pattern: Pattern, occurrence: Occurrence, moment: datetime) -> bool:
    """Make the occurrence's task, unless there is one: its series was cleared and set again, say."""
    recurrence = pattern.recurrence
    found = await tx.session.execute(
        sa.select(col(Task.id)).where(
            col(Task.spawned_from_id) == pattern.task.id,
            col(Task.occurrence_wall) == occurrence.wall.isoformat(),
        )
    )
    task_id = found.scalar_one_or_none()
    made = task_id is None
    if task_id is None:
        task_id = (await spawn(tx, pattern, occurrence, moment)).id
    if recurrence.mode == Mode.COMPLETION:
        recurrence.predecessor_id = task_id
        recurrence.number += 1
    return made


def _forget_skips(task: Task, recurrence: Recurrence) -> None:
    """What is behind is not needed: skipped occurrences count for COUNT by themselves."""
    behind = wall_clock(recurrence.reached_at, zone_of(task, recurrence)) - timedelta(days=1)
    recurrence.skipped = [wall for wall in recurrence.skipped if datetime.fromisoformat(wall) >= behind]


async def due_series(
    session: AsyncSession,
    now: datetime,
    limit: int,
    of_one_user: int,
    after_user: UUID,
    but_users: Collection[UUID] = (),
    but: Collection[UUID] = (),
) -> list[tuple[UUID, UUID]]:
    """(user, series) of what is due to be spawned: users from `after_user` on and round, each one's oldest first."""
    due = (
        sa.select(
            col(Recurrence.user_id),
            col(Recurrence.task_id),
            sa.func.row_number()
            .over(partition_by=col(Recurrence.user_id), order_by=col(Recurrence.spawn_at))
            .label("turn"),
        )
        .where(
            col(Recurrence.spawn_at) <= now,
            none_of(col(Recurrence.user_id), but_users),
            none_of(col(Recurrence.task_id), but),
        )
        .subquery()
    )
    found = await session.execute(
        sa.select(due.c.user_id, due.c.task_id)
        .where(due.c.turn <= of_one_user)
        .order_by(due.c.user_id <= after_user, due.c.user_id, due.c.turn)
        .limit(limit)
    )
    return [(user_id, task_id) for user_id, task_id in found]


async def next_spawn(
    session: AsyncSession, but_users: Collection[UUID] = (), but: Collection[UUID] = ()
) -> datetime | None:
    """When the next task is to be spawned, some users and series aside; in the past where some are due."""
    found = await session.execute(
        sa.select(col(Recurrence.spawn_at))
        .where(
            col(Recurrence.spawn_at).is_not(None),
            none_of(col(Recurrence.user_id), but_users),
            none_of(col(Recurrence.task_id), but),
        )
        .order_by(col(Recurrence.spawn_at))
        .limit(1)
    )
    return found.scalar_one_or_none()
