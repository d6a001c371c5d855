"""Durations of weeks, days, hours and minutes: days are the calendar's, hours are exact (RFC 5545, 3.3.6)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from resolvers.calendar.walls import instant_of, wall_clock
from resolvers.errors import Invalid

DAYS_MOST = 366
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
#: The most that clocks go back or forward within a year: two hours at Troll, three at Casey in some years.
_CLOCKS_MOVE = 3 * _HOUR
_DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,9})W)?(?:([0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:0{1,9}S)?)?"
)


@dataclass(frozen=True, slots=True)
class Duration:
    """Calendar days, and exact seconds beside them. `str()` is the text that was read, else `canonical`."""

    days: int = 0
    seconds: int = 0
    text: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.text or self.canonical

    @property
    def canonical(self) -> str:
        """The one ISO 8601 form of all durations that are equal; nothing at all is `PT0S`."""
        hours, minutes = divmod(self.seconds // _MINUTE, 60)
        if self.days and not self.seconds and self.days % 7 == 0:
            return f"P{self.days // 7}W"
        date = f"{self.days}D" if self.days else ""
        time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        return f"P{date}T{time}" if time else f"P{date or 'T0S'}"


def parse_duration(text: str, *path: str) -> Duration:
    """Reads `P1D`, `PT1H30M`, `P1W` and their like. Raises Invalid, naming the field of that `path`.

    Years, months and fractions are refused, and seconds other than zero; so is what is longer than a year.
    """
    found = _DURATION.fullmatch(text)
    if not found:
        raise Invalid("A duration is of weeks, days, hours and minutes, such as P1D or PT30M.", *path)
    weeks, days, hours, minutes = (int(number or 0) for number in found.groups())
    duration = Duration(weeks * 7 + days, hours * _HOUR + minutes * _MINUTE, text)
    if duration.days * _DAY + duration.seconds > DAYS_MOST * _DAY:
        raise Invalid("A duration is a year long at most.", *path)
    return duration


def before(at: datetime, duration: Duration, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, that lies `duration` before the aware `at`.

    Days are counted first, on the wall clock of `zone`, so that a day before 09:00 is 09:00 however long it lasted.
    """
    if duration.days:
        at = instant_of(wall_clock(at, zone) - timedelta(days=duration.days), zone)
    return at.astimezone(UTC) - timedelta(seconds=duration.seconds)


def longest(durations: Sequence[Duration]) -> Duration:
    """One that is never shorter than any of them: the longest, or where the clocks decide which, hours enough.

    A day lasts 23 to 25 hours in most zones, so that P1D may be the longer or the shorter of P1D and PT24H.
    """
    nominal = sorted(durations, key=lambda each: (each.days * _DAY + each.seconds, each.days), reverse=True)
    for duration in nominal:
        if all(_covers(duration, other) for other in durations):
            return duration
    return Duration(seconds=min(max(_at_most(each) for each in durations), DAYS_MOST * _DAY))


def _covers(duration: Duration, other: Duration) -> bool:
    """Whether `duration` lasts at least as long as `other` in any zone."""
    if duration.days >= other.days and duration.seconds >= other.seconds:
        return True
    at_least = duration.days * _DAY + duration.seconds - (_CLOCKS_MOVE if duration.days else 0)
    return at_least >= _at_most(other)


def _at_most(duration: Duration) -> int:
    return duration.days * _DAY + duration.seconds + (_CLOCKS_MOVE if duration.days else 0)


def later(at: datetime, duration: Duration, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, that `at` lies `duration` before: what undoes `before`, but for what clocks skip."""
    at = at.astimezone(UTC) + timedelta(seconds=duration.seconds)
    if duration.days:
        at = instant_of(wall_clock(at, zone) + timedelta(days=duration.days), zone)
    return at
