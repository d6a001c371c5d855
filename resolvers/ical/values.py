"""Values of properties. What can't be read raises Invalid with plain words."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from resolvers import validation
from resolvers.calendar import instant_of, wall_clock
from resolvers.errors import Invalid
from resolvers.ical.parsing import Property

_WHEN = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?", re.ASCII)
_DURATION = re.compile(
    r"([+-]?)P(?=[0-9T])(?:([0-9]{1,5})W)?(?:([0-9]{1,5})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,5})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})S)?)?",
    re.ASCII,
)
#: Longer than the name of any zone.
_ZONE_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class When:
    """A day, or an instant with the zone that it was told in: None where that was UTC or nobody's."""

    on: date | None = None
    at: datetime | None = None
    zone: str | None = None

    def wall(self, zone: ZoneInfo) -> datetime:
        """What the clock shows in `zone`; midnight for a day."""
        if self.on is not None:
            return datetime.combine(self.on, time())
        assert self.at is not None
        return wall_clock(self.at, zone)


class Zones:
    """Which zones the file's names mean. `own` is the user's: what has no zone, or an unknown one, is read in it."""

    def __init__(self, own: ZoneInfo, told: dict[str, str]) -> None:
        self.own = own
        self._told = told
        self._known: dict[str, ZoneInfo | None] = {}

    def find(self, name: str) -> ZoneInfo | None:
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> ZoneInfo | None:
        # Such as /freeassociation.sourceforge.net/America/Argentina/Salta: what it ends with is its name.
        parts = name[-_ZONE_CHARACTERS:].split("/")
        ends = ["/".join(parts[-length:]) for length in (3, 2, 1)]
        for each in (name, *ends, self._told.get(name, ""), WINDOWS_TO_OLSON.get(name, "")):
            try:
                return validation.time_zone(each)
            except Invalid:
                continue
        return None


def read_when(value: str, parameters: dict[str, str], zones: Zones) -> When:
    """A DATE or a DATE-TIME."""
    found = _WHEN.fullmatch(value.strip().upper())
    if not found:
        raise Invalid(f"“{value[:40]}” is no date.")
    try:
        on = date(int(found[1]), int(found[2]), int(found[3]))
        if found[4] is None:
            return When(on=validation.day(on, ""))
        # Clocks of calendars may show a leap second.
        clock = datetime.combine(on, time(int(found[4]), int(found[5]), min(int(found[6]), 59)))
    except ValueError:
        raise Invalid(f"“{value[:40]}” is no date.") from None
    if found[7]:
        return When(at=validation.instant(clock.replace(tzinfo=UTC)))
    zone = zones.find(parameters["TZID"]) if "TZID" in parameters else None
    at = instant_of(clock, zone or zones.own)
    return When(at=validation.instant(at), zone=zone.key if zone else None)


def read_whens(given: Property, zones: Zones) -> list[When]:
    return [read_when(each, given.parameters, zones) for each in given.raw.split(",")]


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the calendar, and exact seconds; both may be negative."""

    days: int
    seconds: int

    @property
    def exact(self) -> timedelta:
        return timedelta(days=self.days, seconds=self.seconds)


def read_span(value: str) -> Span:
    found = _DURATION.fullmatch(value.strip().upper())
    if not found:
        raise Invalid(f"“{value[:40]}” is no duration.")
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in found.groups()[1:])
    sign = -1 if found[1] == "-" else 1
    return Span(sign * (weeks * 7 + days), sign * (hours * 3600 + minutes * 60 + seconds))


def read_wall(value: str) -> datetime | date:
    """A wall clock, `2031-05-05T09:00:00`, or a day, as our own properties tell them."""
    try:
        if len(value) == 10:
            return validation.day(date.fromisoformat(value), "")
        clock = datetime.fromisoformat(value)
    except ValueError:
        raise Invalid(f"“{value[:40]}” is no wall clock.") from None
    if clock.tzinfo is not None or len(value) != 19:
        raise Invalid(f"“{value[:40]}” is no wall clock.")
    return clock
