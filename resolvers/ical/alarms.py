"""VALARM: when a task's reminders ring."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from resolvers.calendar import instant_of
from resolvers.calendar.durations import Duration, parse_duration
from resolvers.errors import Invalid
from resolvers.ical.parsing import Component
from resolvers.ical.values import Span, When, Zones, read_span, read_when
from resolvers.reminders.change import REMINDERS
from resolvers.tasks.due import Due

type Noting = Callable[[str, str], None]
_DAY = 86_400
_KINDS = {"", "DISPLAY", "AUDIO"}


@dataclass(frozen=True, slots=True)
class Alarm:
    """An instant to come, or a time before the due date; `pattern` as in `Reminder`, where it was put off."""

    at: datetime | None = None
    before: Duration | None = None
    pattern: Duration | None = None


def read_alarms(
    component: Component,
    zones: Zones,
    note: Noting,
    due: Due,
    start: When | None,
    zone: ZoneInfo,
    all_day_time: time,
    now: datetime,
    *,
    repeats: bool,
    done: bool,
) -> list[Alarm]:
    """Each once: programs write one for the sound, and one for the sight."""
    reader = _Reader(zones, note, due, start, zone, all_day_time, now, repeats, done)
    found = {alarm: None for each in component.alarms if (alarm := reader.read(each)) is not None}
    if len(found) > REMINDERS:
        note("VALARM", f"A task has at most {REMINDERS} reminders to come.")
    return list(found)[:REMINDERS]


@dataclass(frozen=True, slots=True)
class _Reader:
    zones: Zones
    note: Noting
    due: Due
    start: When | None
    zone: ZoneInfo
    all_day_time: time
    now: datetime
    repeats: bool
    done: bool

    def read(self, alarm: Component) -> Alarm | None:
        action, trigger = alarm.first("ACTION"), alarm.first("TRIGGER")
        kind = "" if action is None else action.text.strip().upper()
        if kind == "NONE" or trigger is None:
            return None
        if kind not in _KINDS:
            self.note("VALARM", "However it was to ring, it becomes a reminder like all others.")
        if alarm.first("REPEAT") is not None:
            self.note("VALARM", "A reminder rings once: that it rings again can't be kept.")
        try:
            before = alarm.first("X-TASKFLOW-BEFORE-DUE")
            if before is not None:
                return self._before(parse_duration(before.text))
            pattern = alarm.first("X-TASKFLOW-PATTERN")
            if "T" in trigger.raw[:12].upper() and trigger.raw.strip()[:1].isdigit():
                when = read_when(trigger.raw, trigger.parameters, self.zones)
                return self._at(when, None if pattern is None else parse_duration(pattern.text))
            from_end = trigger.parameters.get("RELATED", "START").upper() == "END"
            return self._relative(read_span(trigger.raw), from_end)
        except Invalid as refusal:
            self.note("VALARM", refusal.message)
            return None

    def _before(self, before: Duration) -> Alarm | None:
        if self.due == Due():
            self.note("VALARM", "There is no due date that it could count from.")
            return None
        return Alarm(before=before)

    def _at(self, when: When, pattern: Duration | None) -> Alarm | None:
        if when.at is None or when.at <= self.now:
            if not self.done:
                self.note("VALARM", "Its moment has passed.")
            return None
        return Alarm(at=when.at, pattern=pattern)

    def _relative(self, span: Span, from_end: bool) -> Alarm | None:
        """From the due date, wherever the file counts from."""
        if self.due == Due():
            return self._from_start(span)
        offset = timedelta()
        if not from_end and self.start is not None:
            offset = self._instant(self.start) - self._due_at()
        seconds = span.seconds + int(offset.total_seconds())
        if self.due.on is not None:
            # The day begins at midnight there, and is reckoned from the user's own time here.
            seconds -= self.all_day_time.hour * 3600 + self.all_day_time.minute * 60
        total = span.days * _DAY + seconds
        if total <= 0 and total % 60 == 0:
            if span.days <= 0 and seconds <= 0 and not (self.due.on is not None and seconds % _DAY == 0):
                return Alarm(before=_checked(Duration(-span.days, -seconds)))
            days, rest = divmod(-total, _DAY)
            return Alarm(before=_checked(Duration(days, rest)))
        if self.repeats:
            self.note(
                "VALARM", "It does not ring at a whole minute up to the due date, as those of a series do."
            )
            return None
        at = self._due_at() + span.exact + offset
        return self._at(When(at=at), None)

    def _from_start(self, span: Span) -> Alarm | None:
        if self.start is None:
            self.note("VALARM", "There is no due date that it could count from.")
            return None
        return self._at(When(at=self._instant(self.start) + span.exact), None)

    def _due_at(self) -> datetime:
        return self._instant(When(on=self.due.on, at=self.due.at))

    def _instant(self, when: When) -> datetime:
        return when.at if when.at is not None else instant_of(when.wall(self.zone), self.zone)


def _checked(before: Duration) -> Duration:
    """Raises Invalid where it is longer than a year."""
    return parse_duration(before.canonical)
