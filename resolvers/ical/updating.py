"""What a file says of a task that is there: where the two differ, the task follows the file.

What every program writes (texts, priority, dates, whether it is done, labels, what it stands below, rule, reminders) is
taken away where the file does not have it. What only we write (project, zone, how a series goes on) stays then.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched
from uuid import UUID

from sqlmodel import col, select

from resolvers.calendar import wall_clock
from resolvers.calendar.durations import parse_duration
from resolvers.errors import Refusal
from resolvers.ical import lines
from resolvers.ical.alarms import Alarm
from resolvers.ical.creating import skipped_walls
from resolvers.ical.known import Known
from resolvers.ical.names import Names
from resolvers.ical.notes import Notes
from resolvers.ical.ringing import is_told, pattern_of
from resolvers.ical.todos import ToDo
from resolvers.labels import label_ids_of_tasks
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.lookup import note_change
from resolvers.recurrences.change import clear_recurrence, set_recurrence
from resolvers.recurrences.plan import Missed, Mode, follow_reminders, reckon, recurrence_of
from resolvers.reminders.change import NewReminder, cancel_reminder, make_reminders
from resolvers.reminders.plan import Status, note_created
from resolvers.reminders.reading import reminders_of_tasks
from resolvers.tables import Recurrence, Reminder, Task
from resolvers.tasks.change import TaskChange, apply_change
from resolvers.tasks.complete import put_completed
from resolvers.tasks.due import Due, due_of
from resolvers.unset import UNSET, Unset

_AT_ONCE = 500
#: A reminder's moment, as two of them are compared: how long before, or when.
type _Key = tuple[str, str]


class Updating:
    def __init__(self, tx: Transaction, known: Known, names: Names, notes: Notes) -> None:
        self._tx = tx
        self._known = known
        self._names = names
        self._notes = notes
        self._labels: dict[UUID, list[UUID]] = {}
        self._reminders: dict[UUID, list[Reminder]] = {}

    async def load(self, tasks: Sequence[Task]) -> None:
        """What belongs to them, so that nothing is asked for each of those that do not differ."""
        session, user_id = self._tx.session, self._tx.user_id
        for some in batched([task.id for task in tasks], _AT_ONCE, strict=False):
            self._labels |= await label_ids_of_tasks(session, user_id, some)
            self._reminders |= await reminders_of_tasks(session, user_id, some)
            # Kept by the session, where each is then found.
            self._kept = (
                await session.exec(select(Recurrence).where(col(Recurrence.task_id).in_(some)))
            ).all()

    async def update(self, to_do: ToDo, task: Task) -> bool:
        """All but what it stands below; whether anything changed."""
        before = len(self._tx.events)
        change = self._change(to_do, task)
        if change != TaskChange():
            await apply_change(self._tx, task, change)
        if (to_do.completed_at is not None) != (task.completed_at is not None):
            await put_completed(self._tx, task, to_do.completed_at is not None)
        if not to_do.is_exception:
            await self._repeat(to_do, task)
        if task.completed_at is None:
            await self._remind(to_do, task)
        return len(self._tx.events) > before

    def _change(self, to_do: ToDo, task: Task) -> TaskChange:
        """Texts differ where they would be written differently."""
        title = UNSET if _same(to_do.title, task.title) else to_do.title
        description = UNSET if _same(to_do.description, task.description) else to_do.description
        due_at: datetime | None | Unset = UNSET
        due_on = UNSET if to_do.due.on is None else to_do.due.on
        if to_do.due == _to_the_second(due_of(task)):
            due_on = UNSET
        elif to_do.due.on is None:
            due_at = to_do.due.at
        zone = UNSET if to_do.time_zone in {None, task.time_zone} else to_do.time_zone
        project: str | Unset = UNSET
        if to_do.project is not None:
            current = None if task.project_id is None else self._names.project_names.get(task.project_id)
            wanted = self._names.project(to_do.project)
            if to_do.project != current and wanted is not None:
                project = str(wanted)
        labels: list[str] | Unset = UNSET
        wanted_labels = self._names.labels(to_do.labels)
        names = self._names.label_names
        if {names[id_] for id_ in wanted_labels} != {names[id_] for id_ in self._labels.get(task.id, ())}:
            labels = [str(id_) for id_ in wanted_labels]
        return TaskChange(
            title=title,
            description=description,
            priority=UNSET if to_do.priority == task.priority else to_do.priority,
            due_at=due_at,
            due_on=due_on,
            time_zone=zone,
            project_id=project,
            label_ids=labels,
        )

    async def put_parents(self, known: Sequence[tuple[ToDo, Task]]) -> set[UUID]:
        """Put tasks below those that they stand below in the file; returns which ones moved.

        What one refuses may be right once another has moved: two that change places.
        """
        moved: set[UUID] = set()
        refused: list[tuple[ToDo, Task, Refusal | None]] = [(*each, None) for each in known]
        while refused:
            before, refused, turn = len(refused), [], refused
            for to_do, task, _ in turn:
                try:
                    if await self._put_parent(to_do, task):
                        moved.add(task.id)
                except Refusal as refusal:
                    refused.append((to_do, task, refusal))
            if len(refused) == before:
                for to_do, _, last in refused:
                    assert last is not None
                    self._notes.add(to_do.uid, "RELATED-TO", last.message)
                break
        return moved

    async def _put_parent(self, to_do: ToDo, task: Task) -> bool:
        """Raises what a task refuses."""
        parent = self._known.by_uid.get(to_do.parent) if to_do.parent else None
        if to_do.parent and parent is None:
            self._notes.add(to_do.uid, "RELATED-TO", "What it stands below is neither here nor in the file.")
            return False
        parent_id = None if parent is None else parent.id
        if parent_id == task.parent_id:
            return False
        wanted = None if parent_id is None else str(parent_id)
        await apply_change(self._tx, task, TaskChange(parent_id=wanted))
        return True

    async def _repeat(self, to_do: ToDo, task: Task) -> None:
        tx = self._tx
        recurrence = await recurrence_of(tx, task)
        if to_do.repeating is None:
            if recurrence is not None:
                await clear_recurrence(tx, str(task.id), None)
            return
        new, said = to_do.repeating.recurrence, to_do.repeating.said
        if recurrence is not None:
            new = replace(
                new,
                time_zone=new.time_zone if "time_zone" in said else recurrence.time_zone,
                mode=new.mode if "mode" in said else Mode(recurrence.mode),
                missed=new.missed if "missed" in said else Missed(recurrence.missed),
                lead=new.lead if "lead" in said else parse_duration(recurrence.lead),
            )
        try:
            await set_recurrence(tx, str(task.id), new, None)
        except Refusal as refusal:
            self._notes.add(to_do.uid, "RRULE", refusal.message)
            return
        recurrence = await recurrence_of(tx, task)
        if recurrence is not None:
            await self._skip(to_do, task, recurrence)

    async def _skip(self, to_do: ToDo, task: Task, recurrence: Recurrence) -> None:
        """Only what is to come matters: what is past is forgotten."""
        assert to_do.repeating is not None
        now = wall_clock(self._tx.now, to_do.repeating.zone).isoformat()
        walls = [each for each in skipped_walls(to_do, task, self._known, self._notes) if each > now]
        known = [each for each in recurrence.skipped if each > now]
        if walls == sorted(known):
            return
        recurrence.number += len(walls) - len(known)
        recurrence.skipped = walls
        await reckon(self._tx, task, recurrence)
        await note_change(self._tx, EventType.RECURRENCE_SKIPPED, task, ["recurrence"])

    async def _remind(self, to_do: ToDo, task: Task) -> None:
        tx = self._tx
        wanted: dict[_Key, Alarm] = {_key_of(alarm): alarm for alarm in to_do.alarms}
        there = self._reminders.get(task.id, ())
        known: set[_Key] = set()
        for reminder in there:
            keys = _keys(reminder)
            known |= keys
            if is_told(reminder, task.recurring) and not keys & wanted.keys():
                await cancel_reminder(tx, str(reminder.id), None)
        missing = [alarm for key, alarm in wanted.items() if key not in known and alarm.pattern is None]
        for alarm in missing:
            new = NewReminder(remind_at=alarm.at, before_due=alarm.before)
            try:
                [reminder] = await make_reminders(tx, task, [new])
            except Refusal as refusal:
                self._notes.add(to_do.uid, "VALARM", refusal.message)
                continue
            note_created(tx, reminder)
        if task.recurring and any(alarm.before is not None for alarm in missing):
            await tx.session.flush()
            await follow_reminders(tx, task)


def _same(told: str, kept: str) -> bool:
    return told == kept or lines.text(told) == lines.text(kept)


def _to_the_second(due: Due) -> Due:
    return Due(None if due.at is None else due.at.replace(microsecond=0), due.on)


def _key_of(alarm: Alarm) -> _Key:
    if alarm.before is not None:
        return "before", alarm.before.canonical
    assert alarm.at is not None
    return "at", lines.instant(alarm.at)


def _keys(reminder: Reminder) -> set[_Key]:
    pattern = pattern_of(reminder)
    keys = set() if pattern is None else {("before", parse_duration(pattern).canonical)}
    if reminder.before_due is None and reminder.status == Status.PENDING:
        keys.add(("at", lines.instant(reminder.remind_at)))
    return keys
