"""A task as iCalendar: VTODO, and VEVENT for calendars that show no VTODO.

A series is one component with its rule: of what its occurrences are like. Each task that was spawned has one of its
own, and its occurrence is left out of the rule; so has the series task itself (by RECURRENCE-ID) where it is done, or
due at another time than its first occurrence. What iCalendar has no word for stands in properties named X-TASKFLOW-….
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from resolvers.calendar import Occurrence, instant_of, wall_clock
from resolvers.calendar.durations import Duration, parse_duration
from resolvers.ical import lines
from resolvers.ical.lines import line, text
from resolvers.ical.ringing import alarms, pattern_of
from resolvers.ical.rules import Told, told
from resolvers.instants import zone_or_utc
from resolvers.recurrences.plan import Missed, Mode
from resolvers.tables import Recurrence, Reminder, Task

#: By the number that is stored: none, low, medium, high, urgent.
PRIORITIES = (0, 7, 5, 3, 1)
DONE = "✓ "
_PRODUCT = "-//TaskFlow//TaskFlow 1//EN"
#: How long calendars may wait before they read a feed again.
_REFRESH = "PT1H"


@dataclass(frozen=True, slots=True)
class Item:
    """A task with what belongs to it. Other tasks are given by their UIDs.

    apart  wall clocks of occurrences that are tasks of their own in the same document
    """

    task: Task
    labels: Sequence[str] = ()
    project: str | None = None
    parent: str | None = None
    series: str | None = None
    recurrence: Recurrence | None = None
    reminders: Sequence[Reminder] = ()
    apart: Sequence[str] = ()

    @property
    def uid(self) -> str:
        return uid_of(self.task.external_id, self.task.id)


def uid_of(external_id: str | None, id_: UUID) -> str:
    return external_id or str(id_)


@dataclass(frozen=True, slots=True)
class Manner:
    """events: VEVENT instead of VTODO; today: see `told`; all_day_time: the user's, for reminders of all-day tasks."""

    events: bool
    today: datetime
    all_day_time: time


def head(name: str | None = None) -> str:
    """`name` is what a feed is called."""
    parts = [line("BEGIN", "VCALENDAR"), line("VERSION", "2.0"), line("PRODID", _PRODUCT)]
    parts.append(line("CALSCALE", "GREGORIAN"))
    if name is not None:
        parts += [line("NAME", text(name)), line("X-WR-CALNAME", text(name))]
        parts += [line("REFRESH-INTERVAL;VALUE=DURATION", _REFRESH), line("X-PUBLISHED-TTL", _REFRESH)]
    return "".join(parts)


def tail() -> str:
    return line("END", "VCALENDAR")


def component(item: Item, manner: Manner) -> str:
    """All of the task's components; empty for an event that would have no date."""
    task, recurrence = item.task, item.recurrence
    series = None if recurrence is None else told(task, recurrence, manner.today)
    if recurrence is None or series is None or not series.occurrences:
        if manner.events and task.due_at is None:
            return ""
        return _wrap(manner, [*_own(item, manner, recurrence), *_alarms(item, manner, item.reminders, False)])
    apart = set(item.apart)
    told_of = series.occurrences
    if not series.rule:
        told_of = tuple(each for each in told_of if each.wall.isoformat() not in apart)
    first = series.occurrences[0]
    departs = not _is_first(task, series, first)
    parts = []
    if told_of:
        excluded = {*recurrence.skipped, *apart} if series.rule else set()
        if departs and manner.events and task.due_at is None and first.wall == series.start:
            excluded.add(first.wall.isoformat())
        reminders = [each for each in item.reminders if not departs or pattern_of(each) is not None]
        parts += [
            *_common(item, manner),
            *_when_told(series, told_of, sorted(excluded), manner),
            *([] if manner.events else _series_hints(task, recurrence, series)),
            *_alarms(item, manner, reminders, True),
        ]
        parts = [_wrap(manner, parts)]
    if departs and not (manner.events and task.due_at is None):
        own = [_recurrence_id(series), *_own(item, manner, None if told_of else recurrence)]
        parts.append(_wrap(manner, [*own, *_alarms(item, manner, item.reminders, False)]))
    return "".join(parts)


def _wrap(manner: Manner, parts: Sequence[str]) -> str:
    name = "VEVENT" if manner.events else "VTODO"
    return "".join([line("BEGIN", name), *parts, line("END", name)])


def _common(item: Item, manner: Manner, done: bool = False) -> Iterator[str]:
    task = item.task
    changed = lines.instant(task.updated_at)
    yield line("UID", text(item.uid))
    yield line("DTSTAMP", changed)
    yield line("CREATED", lines.instant(task.created_at))
    yield line("LAST-MODIFIED", changed)
    yield line("SUMMARY", text(DONE + task.title if done and manner.events else task.title))
    if task.description:
        yield line("DESCRIPTION", text(task.description))
    if task.priority:
        yield line("PRIORITY", str(PRIORITIES[task.priority]))
    names = sorted(set(item.labels))
    if names:
        yield line("CATEGORIES", ",".join(map(text, names)))
    if manner.events:
        yield line("TRANSP", "TRANSPARENT")
        return
    if item.parent is not None:
        yield line("RELATED-TO", text(item.parent))
    if item.project is not None:
        yield line("X-TASKFLOW-PROJECT", text(item.project))
    if item.series is not None and task.occurrence_wall is not None:
        yield line("X-TASKFLOW-SPAWNED-FROM", text(item.series))
        yield line("X-TASKFLOW-OCCURRENCE", task.occurrence_wall)


def _own(item: Item, manner: Manner, recurrence: Recurrence | None) -> Iterator[str]:
    """The task itself. `recurrence` where no other component tells how it recurs."""
    task = item.task
    yield from _common(item, manner, done=task.completed_at is not None)
    zone = zone_or_utc(task.time_zone)
    said = ""
    name = "DTSTART" if manner.events else "DUE"
    if task.due_on is not None:
        yield line(f"{name};VALUE=DATE", lines.day(task.due_on))
    elif task.due_at is not None:
        parameters, value, said = _local(task.due_at, zone)
        yield line(name + parameters, value)
    if manner.events:
        return
    if said != task.time_zone:
        yield line("X-TASKFLOW-TIME-ZONE", task.time_zone)
    if task.completed_at is None:
        yield line("STATUS", "NEEDS-ACTION")
    else:
        yield line("STATUS", "COMPLETED")
        yield line("COMPLETED", lines.instant(task.completed_at))
        yield line("PERCENT-COMPLETE", "100")
    if recurrence is not None:
        yield from _hints(recurrence, told_rule="")


def _local(at: datetime, zone: ZoneInfo) -> tuple[str, str, str]:
    """Parameters, value and the zone that they name: none where it is told in UTC."""
    at = at.replace(microsecond=0)
    clock = wall_clock(at, zone)
    # The second of two hours of the same name can't be told by the clock.
    if zone.key == "UTC" or instant_of(clock, zone) != at:
        return "", lines.instant(at), ""
    return f";TZID={zone.key}", lines.wall(clock), zone.key


def _is_first(task: Task, series: Told, first: Occurrence) -> bool:
    """Whether the series task is what its first occurrence is told to be: open, and due then."""
    if task.completed_at is not None or first.wall != series.start:
        return False
    if series.all_day:
        return task.due_on == first.wall.date()
    return task.due_on is None and task.due_at is not None and task.due_at.replace(microsecond=0) == first.at


def _when_told(
    series: Told, occurrences: Sequence[Occurrence], excluded: Sequence[str], manner: Manner
) -> Iterator[str]:
    first = occurrences[0]
    yield line(*_moment("DTSTART", series, first))
    if not manner.events:
        yield line(*_moment("DUE", series, first))
    if not series.rule:
        for each in occurrences[1:]:
            yield line(*_moment("RDATE", series, each))
        return
    yield line("RRULE", series.rule)
    clocks = [datetime.fromisoformat(left_out) for left_out in excluded]
    moments = [
        _moment("EXDATE", series, Occurrence(clock, instant_of(clock, series.zone))) for clock in clocks
    ]
    # What was spawned while it had times, and is left out by days now, is one day.
    for moment in dict.fromkeys(moments):
        yield line(*moment)


def _moment(name: str, series: Told, occurrence: Occurrence) -> tuple[str, str]:
    if series.all_day:
        return f"{name};VALUE=DATE", lines.day(occurrence.wall)
    if series.rule and series.zone.key != "UTC":
        return f"{name};TZID={series.zone.key}", lines.wall(occurrence.wall)
    return name, lines.instant(occurrence.at)


def _recurrence_id(series: Told) -> str:
    start = Occurrence(series.start, instant_of(series.start, series.zone))
    return line(*_moment("RECURRENCE-ID", series, start))


def _series_hints(task: Task, recurrence: Recurrence, series: Told) -> Iterator[str]:
    said = series.zone.key if series.rule and not series.all_day and series.zone.key != "UTC" else ""
    if said != task.time_zone:
        yield line("X-TASKFLOW-TIME-ZONE", task.time_zone)
    starts_there = bool(series.rule) and series.occurrences[0].wall == series.start
    yield from _hints(recurrence, series.rule, starts_there)


def _hints(recurrence: Recurrence, told_rule: str, starts_there: bool = False) -> Iterator[str]:
    """What an import here needs beside what other calendars are told."""
    if recurrence.rule != told_rule:
        yield line("X-TASKFLOW-RULE", recurrence.rule)
    if not starts_there:
        start = recurrence.start_wall
        yield line("X-TASKFLOW-START", start[:10] if recurrence.all_day else start)
    if recurrence.time_zone is not None:
        yield line("X-TASKFLOW-RULE-TIME-ZONE", recurrence.time_zone)
    if recurrence.mode != Mode.SCHEDULE:
        yield line("X-TASKFLOW-MODE", recurrence.mode)
    if recurrence.missed != Missed.LATEST:
        yield line("X-TASKFLOW-MISSED", recurrence.missed)
    if parse_duration(recurrence.lead) != Duration():
        yield line("X-TASKFLOW-LEAD", parse_duration(recurrence.lead).canonical)
    if recurrence.skipped and not told_rule:
        yield line("X-TASKFLOW-SKIPPED", ",".join(recurrence.skipped))


def _alarms(item: Item, manner: Manner, reminders: Sequence[Reminder], of_series: bool) -> Iterator[str]:
    by_days = item.recurrence is not None and item.recurrence.all_day
    return alarms(
        item.task,
        reminders,
        manner.all_day_time,
        events=manner.events,
        of_series=of_series,
        by_days=by_days,
    )
