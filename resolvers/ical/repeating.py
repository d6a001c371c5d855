"""RRULE, EXDATE and what goes with them: how a to-do recurs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from resolvers.calendar import Series, instant_of, parse_rule
from resolvers.calendar.durations import parse_duration
from resolvers.errors import Invalid
from resolvers.ical.parsing import Component
from resolvers.ical.values import When, Zones, read_wall, read_whens
from resolvers.recurrences.change import NewRecurrence
from resolvers.recurrences.plan import Missed, Mode

type Noting = Callable[[str, str], None]
_UNTIL = re.compile(r"(?<=UNTIL=)([0-9]{8})(T[0-9]{6})?(Z?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Repeating:
    """How it recurs.

    recurrence  as it is asked for; what the file does not say of it is as in no file
    zone        that its wall clocks are told in
    skipped     wall clocks that are left out
    said        which of time_zone, mode, missed and lead the file speaks of
    is_foreign  another program wrote the rule, and may have completed all of the series
    """

    recurrence: NewRecurrence
    zone: ZoneInfo
    skipped: frozenset[datetime]
    said: frozenset[str]
    is_foreign: bool


def read_repeating(
    component: Component, zones: Zones, note: Noting, start: When | None, due: When | None
) -> Repeating | None:
    own = component.first("X-TASKFLOW-RULE")
    rules = component.all("RRULE")
    for name in ("EXRULE", *(("RDATE",) if own is None else ())):
        if component.first(name) is not None:
            note(name, "Only a rule and what is left out of it can be kept.")
    if len(rules) > 1:
        note("RRULE", "A task recurs by one rule: the first is kept.")
    given = own or (rules[0] if rules else None)
    if given is None or component.first("RECURRENCE-ID") is not None:
        return None
    first = start or due
    hint = component.first("X-TASKFLOW-START")
    if first is None and hint is None:
        note("RRULE", "It says no start to count from.")
        return None
    if due is not None and start is not None and due != start:
        note("DTSTART", "What recurs is due when it starts: the time between can't be kept.")
    try:
        clock = None if hint is None else read_wall(hint.text.strip())
        zone, zone_said = _zone(component, zones, first, due)
        if clock is not None:
            all_day = not isinstance(clock, datetime)
            wall = clock if isinstance(clock, datetime) else datetime.combine(clock, time())
        else:
            assert first is not None
            all_day, wall = first.on is not None, first.wall(zone)
        rule = given.raw.strip() if own is not None else _until_of_kind(given.raw.strip(), all_day, zone)
        series = Series(parse_rule(rule), wall, zone, all_day)
        series.check()
    except Invalid as refusal:
        note("RRULE", refusal.message)
        return None
    options, said = _options(component, note)
    recurrence = NewRecurrence(
        rule=rule,
        time_zone=zone.key if zone_said else None,
        start_wall=series.start,
        all_day=all_day,
        **options,
    )
    skipped = _skipped(component, zones, zone, note)
    if all_day:
        skipped = frozenset(datetime.combine(wall, time()) for wall in skipped)
    told = said | ({"time_zone"} if zone_said else set())
    return Repeating(recurrence, zone, skipped, frozenset(told), own is None and hint is None)


def _zone(component: Component, zones: Zones, first: When | None, due: When | None) -> tuple[ZoneInfo, bool]:
    """The zone of the wall clocks, and whether the rule has it for itself."""
    given = component.first("X-TASKFLOW-RULE-TIME-ZONE")
    own = None if given is None else zones.find(given.text)
    if own is not None:
        return own, True
    task = component.first("X-TASKFLOW-TIME-ZONE")
    of_task = None if task is None else zones.find(task.text)
    if of_task is not None:
        return of_task, False
    if first is not None and first.zone is not None:
        return ZoneInfo(first.zone), due is not None and due.zone not in {None, first.zone}
    return zones.own, False


def _until_of_kind(rule: str, all_day: bool, zone: ZoneInfo) -> str:
    """UNTIL as a series of its kind has it: programs mix days, clocks and instants."""
    found = _UNTIL.search(rule.upper())
    if found is None or (all_day and found[2] is None) or (not all_day and found[3]):
        return rule
    if all_day:
        until = found[1]
    else:
        clock = datetime.strptime(found[1] + (found[2] or "T235959"), "%Y%m%dT%H%M%S")  # noqa: DTZ007
        until = f"{instant_of(clock, zone).astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return rule[: found.start()] + until + rule[found.end() :]


def _options(component: Component, note: Noting) -> tuple[dict[str, Any], set[str]]:
    options: dict[str, Any] = {}
    readers: dict[str, Callable[[str], Any]] = {
        "mode": Mode,
        "missed": Missed,
        "lead": parse_duration,
    }
    for name, read in readers.items():
        given = component.first(f"X-TASKFLOW-{name.upper()}")
        if given is None:
            continue
        try:
            options[name] = read(given.text)
        except (ValueError, Invalid):
            note(given.name, "This is none of its values.")
    return options, set(options)


def _skipped(component: Component, zones: Zones, zone: ZoneInfo, note: Noting) -> frozenset[datetime]:
    found: set[datetime] = set()
    for each in component.all("EXDATE"):
        try:
            found.update(when.wall(zone) for when in read_whens(each, zones))
        except Invalid as refusal:
            note("EXDATE", refusal.message)
    hint = component.first("X-TASKFLOW-SKIPPED")
    try:
        for text in () if hint is None else hint.raw.split(","):
            wall = read_wall(text)
            found.add(wall if isinstance(wall, datetime) else datetime.combine(wall, time()))
    except Invalid as refusal:
        note("X-TASKFLOW-SKIPPED", refusal.message)
    return frozenset(found)
