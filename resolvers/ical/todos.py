"""Each to-do of a file in our own terms, and notes on what of it can't be kept."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from resolvers import validation
from resolvers.calendar import instant_of
from resolvers.errors import Invalid
from resolvers.ical.alarms import Alarm, read_alarms
from resolvers.ical.notes import Notes
from resolvers.ical.parsing import Component
from resolvers.ical.repeating import Repeating, read_repeating
from resolvers.ical.values import When, Zones, read_span, read_wall, read_when
from resolvers.recurrences.change import NewRecurrence
from resolvers.tasks.create import LABELS
from resolvers.tasks.due import Due

UID_CHARACTERS = 255
UNTITLED = "Untitled"
#: They say something that people would miss.
_LOST = {
    "ATTACH": "Attachments",
    "ATTENDEE": "People taking part",
    "COMMENT": "Comments",
    "CONTACT": "Contacts",
    "GEO": "Places",
    "LOCATION": "Places",
    "ORGANIZER": "Organizers",
    "RESOURCES": "Resources",
    "URL": "Links",
}


@dataclass(slots=True)
class ToDo:
    """What a file says of one task. None where it says nothing: that stays as it is.

    of           the UID of the series, where this is one of its occurrences; `occurrence` is its wall clock then
    is_exception it has its series' UID, and no other
    """

    uid: str
    line: int
    title: str
    description: str
    priority: int
    due: Due
    time_zone: str | None
    completed_at: datetime | None
    created_at: datetime | None
    changed_at: datetime | None
    labels: list[str]
    project: str | None
    parent: str | None
    of: str | None = None
    occurrence: When | datetime | None = None
    is_exception: bool = False
    repeating: Repeating | None = None
    alarms: list[Alarm] = field(default_factory=list)

    @property
    def recurrence(self) -> NewRecurrence | None:
        return None if self.repeating is None else self.repeating.recurrence


@dataclass(frozen=True, slots=True)
class Reading:
    """What a to-do is read with. all_day_time: the user's time for reminders of all-day tasks."""

    zones: Zones
    now: datetime
    all_day_time: time
    notes: Notes


def read_to_do(component: Component, reading: Reading) -> ToDo | None:
    """None where it can't be imported; the notes say why."""
    uid = component.first("UID")
    if uid is None or not uid.text.strip() or len(uid.text) > UID_CHARACTERS:
        why = (
            "It has no UID, so that it could not be known again." if uid is None else "Its UID can't be used."
        )
        reading.notes.add("", "UID", f"Line {component.line}: {why}")
        return None
    return _Reader(component, reading, uid.text.strip()).read()


class _Reader:
    def __init__(self, component: Component, reading: Reading, uid: str) -> None:
        self._component = component
        self._reading = reading
        self._uid = uid

    def read(self) -> ToDo:
        due, start = self._when("DUE"), self._when("DTSTART")
        due = due or self._ends(start)
        repeats = read_repeating(self._component, self._reading.zones, self._note, start, due)
        if repeats is not None:
            due = due or start
        elif start is not None and start != due:
            self._note("DTSTART", "When a task starts can't be kept, only when it is due.")
        zone = self._zone(due, start)
        done = self._completed_at()
        if repeats is not None and done is not None and repeats.is_foreign:
            self._note("RRULE", "The series is over: it is imported as done, without its rule.")
            repeats = None
        to_do = ToDo(
            uid=self._uid,
            line=self._component.line,
            title=self._title(),
            description=self._description(),
            priority=self._priority(),
            due=Due() if due is None else Due(at=due.at, on=due.on),
            time_zone=zone,
            completed_at=done,
            created_at=self._past("CREATED"),
            changed_at=self._past("LAST-MODIFIED") or self._past("DTSTAMP"),
            labels=self._labels(),
            project=self._project(),
            parent=self._parent(),
            repeating=repeats,
        )
        self._put_occurrence(to_do)
        to_do.alarms = self._alarms(to_do, start)
        self._note_lost()
        return to_do

    def _alarms(self, to_do: ToDo, start: When | None) -> list[Alarm]:
        zone = ZoneInfo(to_do.time_zone) if to_do.time_zone else self._reading.zones.own
        return read_alarms(
            self._component,
            self._reading.zones,
            self._note,
            to_do.due,
            start,
            zone,
            self._reading.all_day_time,
            self._reading.now,
            repeats=to_do.repeating is not None,
            done=to_do.completed_at is not None,
        )

    # ── Texts ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _title(self) -> str:
        given = self._text("SUMMARY").strip()
        if not given:
            self._note("SUMMARY", f"It has no title, so it is called “{UNTITLED}”.")
            return UNTITLED
        return self._cut("SUMMARY", given, validation.TITLE_CHARACTERS).strip()

    def _description(self) -> str:
        return self._cut("DESCRIPTION", self._text("DESCRIPTION"), validation.DESCRIPTION_CHARACTERS)

    def _cut(self, name: str, text: str, most: int) -> str:
        if len(text) > most:
            self._note(name, f"It is longer than {most:,} characters, and is cut.")
        return text[:most]

    def _priority(self) -> int:
        given = self._text("PRIORITY").strip()
        if not given:
            return 0
        if given not in set("0123456789"):
            self._note("PRIORITY", "It is not a number from 0 to 9.")
            return 0
        # 1 and 2 urgent, 3 and 4 high, 5 medium, what is below low.
        return (0, 4, 4, 3, 3, 2, 1, 1, 1, 1)[int(given)]

    def _labels(self) -> list[str]:
        names: dict[str, None] = {}
        for each in self._component.all("CATEGORIES"):
            for text in each.texts:
                name = text.strip()
                if len(name) > validation.NAME_CHARACTERS:
                    self._note("CATEGORIES", f"A label has at most {validation.NAME_CHARACTERS} characters.")
                elif name:
                    names[name] = None
        if len(names) > LABELS:
            self._note("CATEGORIES", f"A task has at most {LABELS} labels.")
        return list(names)[:LABELS]

    def _project(self) -> str | None:
        name = self._text("X-TASKFLOW-PROJECT").strip()
        if len(name) > validation.NAME_CHARACTERS:
            self._note("X-TASKFLOW-PROJECT", "Its name is too long.")
            return None
        return name or None

    def _parent(self) -> str | None:
        for each in self._component.all("RELATED-TO"):
            if each.parameters.get("RELTYPE", "PARENT").upper() == "PARENT":
                return each.text.strip() or None
            self._note("RELATED-TO", "Only what stands above a task is kept.")
        return None

    # ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _when(self, name: str) -> When | None:
        given = self._component.first(name)
        if given is None:
            return None
        try:
            found = read_when(given.raw, given.parameters, self._reading.zones)
        except Invalid as refusal:
            self._note(name, refusal.message)
            return None
        told = given.parameters.get("TZID")
        if told is not None and found.at is not None and found.zone is None:
            own = self._reading.zones.own.key
            self._note(name, f"The time zone “{told[:60]}” is not known: it is read in yours, {own}.")
        return found

    def _ends(self, start: When | None) -> When | None:
        """Due where it lasts from its start."""
        given = self._component.first("DURATION")
        if given is None or start is None:
            return None
        try:
            span = read_span(given.raw)
        except Invalid as refusal:
            self._note("DURATION", refusal.message)
            return None
        if start.on is not None:
            return When(on=start.on + timedelta(days=span.days))
        zone = ZoneInfo(start.zone) if start.zone else self._reading.zones.own
        ends = instant_of(start.wall(zone) + timedelta(days=span.days), zone)
        return When(at=ends + timedelta(seconds=span.seconds), zone=start.zone)

    def _zone(self, due: When | None, start: When | None) -> str | None:
        given = self._text("X-TASKFLOW-TIME-ZONE")
        if given:
            found = self._reading.zones.find(given)
            return found.key if found else None
        return next((each.zone for each in (due, start) if each is not None and each.zone), None)

    def _completed_at(self) -> datetime | None:
        status = self._text("STATUS").strip().upper()
        percent = self._text("PERCENT-COMPLETE").strip()
        completed = self._past("COMPLETED")
        if status == "CANCELLED":
            self._note("STATUS", "A task is open or done: what was cancelled is imported as done.")
        elif status == "IN-PROCESS":
            self._note("STATUS", "A task is open or done: what is being done is imported as open.")
        if status in {"COMPLETED", "CANCELLED"} or (not status and (completed or percent == "100")):
            return completed or self._past("LAST-MODIFIED") or self._reading.now
        if percent not in {"", "0", "100"}:
            self._note("PERCENT-COMPLETE", "How much of it is done can't be kept.")
        return None

    def _past(self, name: str) -> datetime | None:
        """An instant that is not to come."""
        given = self._component.first(name)
        if given is None:
            return None
        try:
            when = read_when(given.raw, given.parameters, self._reading.zones)
        except Invalid:
            return None
        at = (
            when.at
            if when.at is not None
            else instant_of(when.wall(self._reading.zones.own), self._reading.zones.own)
        )
        return min(at, self._reading.now)

    # ── Occurrences ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _put_occurrence(self, to_do: ToDo) -> None:
        exception = self._when("RECURRENCE-ID")
        if exception is not None:
            to_do.of, to_do.occurrence, to_do.is_exception = self._uid, exception, True
            to_do.repeating = None
            return
        series, wall = self._text("X-TASKFLOW-SPAWNED-FROM"), self._text("X-TASKFLOW-OCCURRENCE")
        if series and wall:
            try:
                read = read_wall(wall)
            except Invalid as refusal:
                self._note("X-TASKFLOW-OCCURRENCE", refusal.message)
                return
            to_do.of = series
            to_do.occurrence = read if isinstance(read, datetime) else datetime.combine(read, time())

    # ── Notes ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _text(self, name: str) -> str:
        given = self._component.first(name)
        return "" if given is None else given.text

    def _note(self, name: str, message: str) -> None:
        self._reading.notes.add(self._uid, name, message)

    def _note_lost(self) -> None:
        for name, what in _LOST.items():
            if any(each.raw.strip() for each in self._component.all(name)):
                self._note(name, f"{what} can't be kept.")
