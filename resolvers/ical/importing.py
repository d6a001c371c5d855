"""The act that imports to-dos: what is not there yet is made, and what is there becomes what the file says of it.

A task is known by its UID: what it was imported as, or its own id where it was made here. So a file can be imported
again, and an export into the account that it came from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from resolvers.accounts import read_user
from resolvers.errors import Refusal
from resolvers.ical.creating import Creating, New
from resolvers.ical.known import Known
from resolvers.ical.names import Names
from resolvers.ical.notes import Note, Notes
from resolvers.ical.parsing import FIELD
from resolvers.ical.todos import ToDo
from resolvers.ical.updating import Updating
from resolvers.ical.values import When
from resolvers.log.transaction import Transaction
from resolvers.recurrences.plan import recurrence_of, zone_of
from resolvers.tables import Task


@dataclass(frozen=True, slots=True)
class Imported:
    """How many to-dos were what; notes: what of them can't be kept."""

    created: int
    updated: int
    unchanged: int
    skipped: int
    notes: Sequence[Note]


class Importing:
    """One import, in one transaction."""

    def __init__(self, tx: Transaction, notes: Notes, skipped: int = 0) -> None:
        """skipped: how many to-dos were left out already."""
        self._tx = tx
        self._notes = notes
        self._names = Names(tx, notes)
        self._known = Known(tx)
        self._skipped = skipped

    async def run(self, to_dos: Sequence[ToDo]) -> Imported:
        """Raises LimitExceeded with the field `ics`."""
        try:
            return await self._run(to_dos)
        except Refusal as refusal:
            refusal.field = (FIELD,)
            raise

    async def _run(self, to_dos: Sequence[ToDo]) -> Imported:
        tx = self._tx
        user = await read_user(tx.session, tx.user_id)
        to_dos = _with_their_first(self._each_once(to_dos))
        uids = [name for each in to_dos for name in (each.uid, each.of, each.parent) if name]
        await self._known.find(set(uids))
        await self._names.load(to_dos)
        creating = Creating(tx, user, self._known, self._names, self._notes)
        new, known = await self._divide(to_dos, creating)
        await creating.finish(new)
        updating = Updating(tx, self._known, self._names, self._notes)
        await updating.load([task for _, task in known])
        changed = {task.id for to_do, task in known if await updating.update(to_do, task)}
        changed |= await updating.put_parents(known)
        updated = len(changed)
        return Imported(len(new), updated, len(known) - updated, self._skipped, self._notes.listed())

    def _skip(self, to_do: ToDo, why: str) -> None:
        self._skipped += 1
        self._notes.add(to_do.uid, "", why)

    def _each_once(self, to_dos: Sequence[ToDo]) -> list[ToDo]:
        seen: dict[tuple[str, When | datetime | None], ToDo] = {}
        for to_do in to_dos:
            key = to_do.uid, to_do.occurrence if to_do.is_exception else None
            if key in seen:
                self._skip(to_do, f"Line {to_do.line}: the file has it twice. The first is imported.")
            else:
                seen[key] = to_do
        return list(seen.values())

    async def _divide(
        self, to_dos: Sequence[ToDo], creating: Creating
    ) -> tuple[list[New], list[tuple[ToDo, Task]]]:
        """What is to be made, and what is there."""
        zones = {to_do.uid: to_do.repeating.zone for to_do in to_dos if to_do.repeating is not None}
        new: list[New] = []
        known: list[tuple[ToDo, Task]] = []
        taken: set[UUID] = set()
        # A series comes before its occurrences.
        for to_do in sorted(to_dos, key=lambda each: each.of is not None):
            series = self._series(to_do, zones)
            wall, zone = None, None
            if series is not None and to_do.of is not None:
                zone = zones.get(to_do.of) or await self._zone_of(series)
                wall = _wall(to_do, zone)
            task = await self._there(to_do, series, wall)
            if task is None:
                made = creating.begin(to_do)
                task = made.task
                new.append(made)
                if series is not None and wall is not None and zone is not None:
                    creating.put_occurrence(made, series, wall, zone)
            elif task.deleted_at is not None:
                self._skip(to_do, "It was deleted here. Restore it first to import it again.")
                continue
            elif task.id in taken:
                self._skip(to_do, f"Line {to_do.line}: the file has this occurrence twice.")
                continue
            else:
                known.append((to_do, task))
            taken.add(task.id)
            if not to_do.is_exception or series is None:
                self._known.by_uid.setdefault(to_do.uid, task)
        order = {id(to_do): place for place, to_do in enumerate(to_dos)}
        new.sort(key=lambda each: order[id(each.to_do)])
        return new, known

    def _series(self, to_do: ToDo, zones: Mapping[str, ZoneInfo]) -> Task | None:
        """What it is an occurrence of."""
        series = self._known.by_uid.get(to_do.of) if to_do.of else None
        if series is not None and to_do.is_exception and not (series.recurring or to_do.uid in zones):
            return None  # of no series: it is the task of that UID
        return series

    async def _there(self, to_do: ToDo, series: Task | None, wall: datetime | None) -> Task | None:
        """The task of before, by its UID or by its occurrence."""
        if series is None or wall is None:
            return self._known.by_uid.get(to_do.uid)
        if not to_do.is_exception:
            task = self._known.by_uid.get(to_do.uid)
            return task or self._known.occurrence(series, wall.isoformat())
        recurrence = await recurrence_of(self._tx, series)
        if recurrence is not None and recurrence.start_wall == wall.isoformat():
            return series  # itself, its rule having come with an earlier part of the file
        return self._known.occurrence(series, wall.isoformat())

    async def _zone_of(self, series: Task) -> ZoneInfo:
        recurrence = await recurrence_of(self._tx, series)
        return ZoneInfo(series.time_zone) if recurrence is None else zone_of(series, recurrence)


def _wall(to_do: ToDo, zone: ZoneInfo) -> datetime:
    if isinstance(to_do.occurrence, datetime):
        return to_do.occurrence
    assert to_do.occurrence is not None
    return to_do.occurrence.wall(zone)


def _with_their_first(to_dos: Iterable[ToDo]) -> list[ToDo]:
    """The first occurrence of a series is the series task itself: what is said of the one is true of the other."""
    listed = list(to_dos)
    firsts: dict[str, ToDo] = {}
    series = {to_do.uid: to_do for to_do in listed if to_do.repeating is not None}
    for to_do in listed:
        master = series.get(to_do.uid)
        if to_do.is_exception and master is not None and master.repeating is not None:
            occurrence = to_do.occurrence
            wall = occurrence.wall(master.repeating.zone) if isinstance(occurrence, When) else occurrence
            if wall == master.repeating.recurrence.start_wall:
                firsts[to_do.uid] = to_do
    together = []
    for to_do in listed:
        first = firsts.get(to_do.uid)
        if first is to_do:
            continue
        if first is None or to_do.is_exception:
            together.append(to_do)
            continue
        alarms = first.alarms or to_do.alarms
        together.append(replace(to_do, due=first.due, completed_at=first.completed_at, alarms=alarms))
    return together
