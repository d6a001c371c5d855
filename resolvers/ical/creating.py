"""Tasks for the to-dos of a file that are not there yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from resolvers.aggregates import task_data
from resolvers.calendar import instant_of
from resolvers.errors import Invalid, Refusal
from resolvers.ical.alarms import Alarm
from resolvers.ical.known import Known
from resolvers.ical.names import Names
from resolvers.ical.notes import Notes
from resolvers.ical.todos import ToDo
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.lookup import refuse_too_many
from resolvers.ordering import last_rank
from resolvers.ranks import rank_between
from resolvers.recurrences.change import SKIPPED, add_recurrence
from resolvers.recurrences.plan import reckon, recurrence_of
from resolvers.reminders.plan import Canceller, Status, moment_of, note_created, put_reminder
from resolvers.search import fold
from resolvers.tables import Recurrence, Reminder, Task, TaskLabel, User
from resolvers.tasks.due import put_due
from resolvers.tasks.parents import new_parent


@dataclass(frozen=True, slots=True)
class New:
    to_do: ToDo
    task: Task


class Creating:
    def __init__(self, tx: Transaction, user: User, known: Known, names: Names, notes: Notes) -> None:
        self._tx = tx
        self._user = user
        self._known = known
        self._names = names
        self._notes = notes

    def begin(self, to_do: ToDo) -> New:
        """The task, without its place and its belongings."""
        zone = ZoneInfo(to_do.time_zone or self._user.time_zone)
        created_at = to_do.created_at or self._tx.now
        task = Task(
            id=uuid4(),
            user_id=self._tx.user_id,
            # An exception has the UID of its series.
            external_id=None if to_do.uid in self._known.by_uid else to_do.uid,
            title=to_do.title,
            description=to_do.description,
            search_text=fold(f"{to_do.title}\n{to_do.description}"),
            priority=to_do.priority,
            completed_at=to_do.completed_at,
            time_zone=zone.key,
            position="",
            created_at=created_at,
            updated_at=max(to_do.changed_at or created_at, created_at),
        )
        put_due(task, to_do.due, zone)
        return New(to_do, task)

    def put_occurrence(self, new: New, series: Task, wall: datetime, zone: ZoneInfo) -> None:
        task = new.task
        if self._known.occurrence(series, wall.isoformat()) is None:
            task.spawned_from_id, task.occurrence_wall = series.id, wall.isoformat()
            task.occurrence_at = instant_of(wall, zone)
            self._known.put_occurrence(task)

    async def finish(self, new: Sequence[New]) -> None:
        """Put them behind all others, and tell of them. Raises LimitExceeded."""
        tx = self._tx
        if not new:
            return
        refuse_too_many(tx, len(new))
        rank = await last_rank(tx, Task)
        for each in new:
            each.task.position = rank
            rank = rank_between(rank, None)
            if each.to_do.project is not None:
                each.task.project_id = self._names.project(each.to_do.project)
        tx.session.add_all([each.task for each in new])
        tx.task_count += len(new)
        await tx.session.flush()
        in_order = self._parents_first(new)
        for each in in_order:
            await self._put_parent(each)
        labels = {each.task.id: self._names.labels(each.to_do.labels) for each in new}
        carried = [
            {"task_id": task_id, "label_id": label_id} for task_id, ids in labels.items() for label_id in ids
        ]
        if carried:
            await tx.session.execute(sa.insert(TaskLabel), carried)
        reminders = {each.task.id: self._remind(each) for each in new}
        await tx.session.flush()
        for each in new:
            if each.to_do.repeating is not None:
                await self._repeat(each)
        for each in in_order:
            recurrence = await recurrence_of(tx, each.task)
            data = task_data(each.task, labels[each.task.id], recurrence)
            tx.record(EventType.TASK_CREATED, each.task.id, data)
            for reminder in reminders[each.task.id]:
                note_created(tx, reminder)

    def _parents_first(self, new: Sequence[New]) -> list[New]:
        """What stands below itself comes last, whatever it says."""
        by_id = {each.task.id: each for each in new}
        ordered: dict[UUID, New] = {}
        for each in new:
            line: list[New] = []
            current: New | None = each
            while current is not None and current.task.id not in ordered and current not in line:
                line.append(current)
                parent = self._known.by_uid.get(current.to_do.parent or "")
                current = None if parent is None else by_id.get(parent.id)
            ordered.update({each.task.id: each for each in reversed(line)})
        return list(ordered.values())

    async def _put_parent(self, new: New) -> None:
        uid = new.to_do.parent
        if uid is None:
            return
        parent = self._known.by_uid.get(uid)
        if parent is None:
            self._notes.add(
                new.to_do.uid, "RELATED-TO", "What it stands below is neither here nor in the file."
            )
            return
        try:
            new.task.parent_id = (await new_parent(self._tx, str(parent.id), new.task)).id
        except Refusal as refusal:
            self._notes.add(new.to_do.uid, "RELATED-TO", refusal.message)

    def _remind(self, new: New) -> list[Reminder]:
        reminders = []
        for alarm in new.to_do.alarms:
            reminder = self._reminder(new.task, alarm, self._user.all_day_reminder_time)
            if reminder is not None:
                reminders.append(reminder)
        return reminders

    def _reminder(self, task: Task, alarm: Alarm, all_day_time: time) -> Reminder | None:
        before = None if alarm.before is None else alarm.before.canonical
        ring_at = alarm.at if before is None else moment_of(task, before, all_day_time)
        if ring_at is None:
            return None
        reminder = put_reminder(self._tx, task, uuid4(), ring_at, before, rings=ring_at > self._tx.now)
        if alarm.pattern is not None:
            reminder.pattern = alarm.pattern.canonical
        if task.completed_at is not None and reminder.status == Status.PENDING:
            reminder.status, reminder.cancelled_by = Status.CANCELLED, Canceller.COMPLETION
        return reminder

    async def _repeat(self, new: New) -> None:
        assert new.to_do.repeating is not None
        try:
            await add_recurrence(self._tx, new.task, new.to_do.repeating.recurrence)
        except Invalid as refusal:
            self._notes.add(new.to_do.uid, "RRULE", refusal.message)
            return
        recurrence = await self._tx.session.get_one(Recurrence, new.task.id)
        skipped = skipped_walls(new.to_do, new.task, self._known, self._notes)
        if skipped:
            recurrence.skipped = skipped
            recurrence.number += len(skipped)
            await reckon(self._tx, new.task, recurrence)


def skipped_walls(to_do: ToDo, series: Task, known: Known, notes: Notes) -> list[str]:
    """What the file leaves out, but for what has a task of its own: the latest, where there are too many."""
    assert to_do.repeating is not None
    all_day = bool(to_do.repeating.recurrence.all_day)
    walls = sorted(wall.isoformat() for wall in to_do.repeating.skipped)
    walls = [wall for wall in walls if not known.has_occurrence(series, wall, all_day=all_day)]
    if len(walls) > SKIPPED:
        notes.add(to_do.uid, "EXDATE", f"At most {SKIPPED} occurrences can be left out: the latest are.")
    return walls[-SKIPPED:]
