"""What a delivery tells of, and whether that is still so; and how deliveries are read."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.deliveries.rows import PENDING
from resolvers.log.event_log import EVENT_COLUMNS, to_event
from resolvers.log.events import Event, EventType
from resolvers.reminders.plan import Status
from resolvers.tables import Channel, Delivery, EventRow, Reminder, Task, User

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a delivery. task: which it is about, as it now is.

    outdated  why people need not hear of it any more; None where they do
    """

    event: Event
    task: Task | None
    outdated: str | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What deliveries of one channel are about, as of `now`.

    told  by delivery; what the log no longer holds, or holds in a form that can't be read, is left out
    """

    now: datetime
    user: User
    channel: Channel | None
    told: dict[UUID, Told]


async def read_subject(
    session: AsyncSession, deliveries: Sequence[Delivery], now: datetime
) -> Subject | None:
    """All of one channel. None where the account or the channel is gone meanwhile."""
    first = deliveries[0]
    user = await session.get(User, first.user_id)
    channel = None if first.channel_id is None else await session.get(Channel, first.channel_id)
    if user is None or (first.channel_id is not None and channel is None):
        return None
    events = await _read_events(
        session, first.user_id, [each.seq for each in deliveries if each.seq is not None]
    )
    tasks = await _tasks(session, {task_id for _, task_id in events.values() if task_id is not None})
    rung = [event.aggregate_id for event, _ in events.values() if event.type is EventType.REMINDER_TRIGGERED]
    reminders = await _reminders(session, rung)
    told: dict[UUID, Told] = {}
    for delivery in deliveries:
        if delivery.seq in events:
            event, task_id = events[delivery.seq]
            task = None if task_id is None else tasks.get(task_id)
            told[delivery.id] = Told(event, task, _outdated(event, task, reminders))
    return Subject(now, user, channel, told)


async def _read_events(
    session: AsyncSession, user_id: UUID, seqs: Collection[int]
) -> dict[int, tuple[Event, UUID | None]]:
    """Those of the user's events that the log still holds, with the task of each, by their numbers."""
    if not seqs:
        return {}
    found = await session.execute(
        sa.select(*EVENT_COLUMNS).where(
            col(EventRow.user_id) == user_id,
            col(EventRow.seq).in_(seqs),
            col(EventRow.type).in_(list(EventType)),
        )
    )
    events: dict[int, tuple[Event, UUID | None]] = {}
    for row in found:
        try:
            event = to_event(row)
            events[row.seq] = event, _task_id(event)
        except (ValueError, TypeError, KeyError, AttributeError):
            # One that was written wrongly must not keep others from being told of.
            log.exception("event_unreadable", event_id=str(row.event_id))
    return events


async def deliveries_of_reminders(
    session: AsyncSession, user_id: UUID, reminder_ids: Iterable[UUID]
) -> dict[UUID, list[tuple[Delivery, Channel]]]:
    """What was or is to be sent of each reminder that has any, the oldest first."""
    found = await session.execute(
        sa.select(Delivery, Channel)
        .join(Channel, col(Channel.id) == col(Delivery.channel_id))
        .where(col(Delivery.user_id) == user_id, col(Delivery.reminder_id).in_(list(reminder_ids)))
        .order_by(col(Delivery.created_at), col(Delivery.id))
    )
    grouped: dict[UUID, list[tuple[Delivery, Channel]]] = {}
    for delivery, channel in found:
        grouped.setdefault(delivery.reminder_id, []).append((delivery, channel))
    return grouped


async def count_pending(session: AsyncSession, at_most: int) -> int:
    """How many are still to be sent, counted up to `at_most`."""
    pending = sa.select(col(Delivery.id)).where(PENDING).limit(at_most)
    found = await session.execute(sa.select(sa.func.count()).select_from(pending.subquery()))
    return int(found.scalar_one())


def _outdated(event: Event, task: Task | None, reminders: dict[UUID, Reminder]) -> str | None:
    if event.type is not EventType.REMINDER_TRIGGERED:
        return None
    if task is None or task.deleted_at is not None:
        return "The task was deleted before this could be sent."
    if task.completed_at is not None and task.completed_at > event.created_at:
        return "The task was done before this could be sent."
    reminder = reminders.get(event.aggregate_id)
    if reminder is None or reminder.status != Status.NOTIFIED or reminder.notified_at != event.created_at:
        return "The reminder was put off before this could be sent."
    return None


def _task_id(event: Event) -> UUID | None:
    kind = event.type.partition(".")[0]
    if kind == "reminder":
        return UUID(event.data["taskId"]) if "taskId" in event.data else None
    return event.aggregate_id if kind in {"task", "recurrence", "recurring"} else None


async def _tasks(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Task]:
    found = await session.exec(select(Task).where(col(Task.id).in_(ids)))
    return {task.id: task for task in found}


async def _reminders(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Reminder]:
    found = await session.exec(select(Reminder).where(col(Reminder.id).in_(ids)))
    return {reminder.id: reminder for reminder in found}
