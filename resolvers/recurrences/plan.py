"""What a series spawns next, and when.

SCHEDULE follows the rule from its start. COMPLETION counts the rule from the local day on which the last spawned task
(at first the series task) was completed or deleted, and waits until it is. A deleted series rests.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import col, select

from resolvers.calendar import Frequency, Occurrence, Series, instant_of, parse_rule, wall_clock
from resolvers.calendar.durations import before, longest, parse_duration
from resolvers.errors import Invalid
from resolvers.instants import start_of_day
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.lookup import note_change
from resolvers.reminders.plan import Canceller
from resolvers.tables import Recurrence, Reminder, Task

log = structlog.get_logger()

_RESOLUTION = timedelta(microseconds=1)


class Mode(StrEnum):
    SCHEDULE = "SCHEDULE"
    COMPLETION = "COMPLETION"


class Missed(StrEnum):
    """What becomes of occurrences that passed while nothing was running."""

    LATEST = "LATEST"
    ALL = "ALL"
    SKIP = "SKIP"


async def recurrence_of(tx: Transaction, task: Task) -> Recurrence | None:
    return await tx.session.get(Recurrence, task.id) if task.recurring else None


def zone_name(task: Task, recurrence: Recurrence) -> str:
    return recurrence.time_zone or task.time_zone


def zone_of(task: Task, recurrence: Recurrence) -> ZoneInfo:
    return ZoneInfo(zone_name(task, recurrence))


def series_of(task: Task, recurrence: Recurrence) -> Series:
    """The rule from its start. Raises Invalid or ValueError where what is stored can't be read any more."""
    start, zone = datetime.fromisoformat(recurrence.start_wall), zone_of(task, recurrence)
    return Series(parse_rule(recurrence.rule), start, zone, recurrence.all_day, _skipped(recurrence))


def _skipped(recurrence: Recurrence) -> list[datetime]:
    return [datetime.fromisoformat(wall) for wall in recurrence.skipped]


async def reckon(tx: Transaction, task: Task, recurrence: Recurrence) -> bool:
    """Find what comes next; whether that differs from what was."""
    known = (recurrence.next_wall, recurrence.next_at, recurrence.waits)
    found = await following(tx, task, recurrence)
    put_next(task, recurrence, None if found is None else found.first())
    return known != (recurrence.next_wall, recurrence.next_at, recurrence.waits)


@dataclass(frozen=True, slots=True)
class Following:
    """The occurrences to come of a series: those of `series` that are later than `after`."""

    series: Series
    after: datetime

    def first(self) -> Occurrence | None:
        found = self.series.after(self.after)
        return found[0] if found else None


async def following(tx: Transaction, task: Task, recurrence: Recurrence) -> Following | None:
    """What is still to come; None where nothing is, or a completion is waited for (then `waits` is set).

    A recurrence that can't be read any more, such as one in a zone that the host no longer has, waits: that is logged,
    and the others go on.
    """
    recurrence.waits = False
    try:
        if recurrence.mode == Mode.SCHEDULE:
            return _by_schedule(task, recurrence)
        return await _by_completion(tx, task, recurrence)
    except (Invalid, ValueError, KeyError, OSError):
        log.exception("recurrence_unreadable", task_id=str(task.id), user_id=str(task.user_id))
        recurrence.waits = True  # its end is not known
        return None


def _by_schedule(task: Task, recurrence: Recurrence) -> Following:
    series = series_of(task, recurrence)
    return Following(series, max(_start(series), recurrence.since, recurrence.reached_at))


def _start(series: Series) -> datetime:
    """What it stands for is the series task itself, so that all that is spawned is later."""
    return instant_of(series.start, series.zone)


async def _by_completion(tx: Transaction, task: Task, recurrence: Recurrence) -> Following | None:
    count = parse_rule(recurrence.rule).count
    if count is not None and recurrence.number >= count:
        return None
    done_at = await _done_at(tx, recurrence)
    if done_at is not None:
        recurrence.since = max(recurrence.since, done_at)
    counted = _counted_from(task, recurrence, done_at or tx.now)
    if done_at is None:
        # It waits, unless its time is over whenever the completion comes.
        recurrence.waits = counted.first() is not None
        return None
    # However early it was done, what follows is later than what it stood for.
    start = _start(series_of(task, recurrence))
    return Following(counted.series, max(counted.after, start, recurrence.since, recurrence.reached_at))


def _counted_from(task: Task, recurrence: Recurrence, done_at: datetime) -> Following:
    """The rule from the local day of `done_at` on, at the time of day of the start; hourly from the instant itself.

    How many there were is not the rule's to count then.
    """
    whole = series_of(task, recurrence)
    done = wall_clock(done_at, whole.zone)
    if whole.rule.frequency == Frequency.HOURLY:
        start, after = done, done_at
    else:
        start = datetime.combine(done, whole.start.time())
        after = start_of_day(done.date() + timedelta(days=1), whole.zone) - _RESOLUTION
    rule = replace(whole.rule, count=None)
    return Following(Series(rule, start, whole.zone, whole.all_day, _skipped(recurrence)), after)


async def _done_at(tx: Transaction, recurrence: Recurrence) -> datetime | None:
    """When the task that is waited for was done; None where it is not."""
    predecessor = await tx.session.get(Task, recurrence.predecessor_id) if recurrence.predecessor_id else None
    if predecessor is None:
        return recurrence.since  # purged long after it was done
    return predecessor.completed_at or predecessor.deleted_at


def put_next(task: Task, recurrence: Recurrence, upcoming: Occurrence | None) -> None:
    if upcoming is None:
        recurrence.next_wall = recurrence.next_at = recurrence.spawn_at = None
        return
    recurrence.next_wall, recurrence.next_at = upcoming.wall.isoformat(), upcoming.at
    zone = zone_of(task, recurrence)
    ahead = before(upcoming.at, parse_duration(recurrence.effective_lead), zone)
    recurrence.spawn_at = None if task.deleted_at is not None else max(ahead, recurrence.since)


async def follow_task(tx: Transaction, task: Task) -> list[Task]:
    """The task was completed, reopened, deleted or restored: reckon the series that may count from it.

    Returns the series tasks whose next occurrence changed with it: the task itself can be among them.
    """
    changed = []
    for series_id in {task.id if task.recurring else None, task.spawned_from_id} - {None}:
        recurrence = await tx.session.get(Recurrence, series_id)
        if recurrence is None or recurrence.predecessor_id != task.id:
            continue
        series_task = task if series_id == task.id else await tx.session.get_one(Task, series_id)
        if await reckon(tx, series_task, recurrence):
            changed.append(series_task)
    return changed


async def note_series(tx: Transaction, changed: list[Task], but: Task) -> None:
    """Tell of the series tasks that changed along with the task `but`, which tells of itself."""
    for task in changed:
        if task is not but:
            await note_change(tx, EventType.TASK_UPDATED, task, ["recurrence"])


async def rest_recurrence(tx: Transaction, task: Task) -> None:
    """The series was deleted: nothing is spawned until it is restored."""
    recurrence = await recurrence_of(tx, task)
    if recurrence is not None:
        recurrence.spawn_at = None


async def follow_zone(tx: Transaction, task: Task) -> bool:
    """The task's zone changed: a recurrence without one of its own keeps its wall clock there. Whether it did.

    It goes on from now: what the other zone would have spawned before is none of its occurrences.
    """
    recurrence = await recurrence_of(tx, task)
    if recurrence is None or recurrence.time_zone is not None:
        return False
    recurrence.since = tx.now
    await reckon(tx, task, recurrence)
    return True


async def wake_recurrence(tx: Transaction, task: Task) -> None:
    """The series was restored: it goes on from now, and catches nothing up."""
    recurrence = await recurrence_of(tx, task)
    if recurrence is not None:
        recurrence.since = tx.now
        await reckon(tx, task, recurrence)


async def follow_reminders(tx: Transaction, task: Task) -> None:
    """The reminders of a series changed: tasks are spawned early enough for the longest of them to ring."""
    recurrence = await recurrence_of(tx, task)
    if recurrence is not None and await put_lead(tx, recurrence):
        if recurrence.spawn_at is None or recurrence.spawn_at > tx.now:
            # What is to be there sooner from now on was not missed before.
            recurrence.since = tx.now
        await reckon(tx, task, recurrence)
        await note_change(tx, EventType.TASK_UPDATED, task, ["recurrence"])


async def put_lead(tx: Transaction, recurrence: Recurrence) -> bool:
    """Make the lead the longest of what was asked for and the reminders; whether it changed."""
    found = await tx.session.exec(
        select(Reminder.pattern).where(
            col(Reminder.task_id) == recurrence.task_id,
            col(Reminder.pattern).is_not(None),
            col(Reminder.cancelled_by).is_distinct_from(Canceller.PERSON.value),
        )
    )
    texts = [recurrence.lead, *(text for text in found if text is not None)]
    lead = str(longest([parse_duration(text) for text in texts]))
    changed = lead != recurrence.effective_lead
    recurrence.effective_lead = lead
    return changed
