"""A recurring series: from a rule, a start and a zone to the instants at which it occurs.

The rule is expanded on the wall clock of the zone, and each wall clock then becomes an instant (RFC 5545, 3.3.5 and
erratum 4271): one that the clock skips is moved by the gap and counts, one that comes twice means the first, and a day
that the calendar lacks is left out and does not count.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from resolvers.calendar.parts import Frequency
from resolvers.calendar.plan import FIRST_YEAR, LAST_YEAR, plan_of
from resolvers.calendar.rule import Rule
from resolvers.calendar.walls import in_order, instant_of, wall_clock, walls_around
from resolvers.errors import Invalid
from resolvers.instants import EARLIEST, LATEST

__all__ = ["Occurrence", "Series", "instant_of", "wall_clock"]

#: How long after its start a series has to occur for the first time.
PATIENCE = relativedelta(years=30)
_RESOLUTION = timedelta(microseconds=1)
#: More than there are in some hours, so that halving a time of so many comes to an end.
_LISTED = 400


@dataclass(frozen=True, slots=True)
class Occurrence:
    """`wall`, naive and in the series' zone, is its identity: midnight for an all-day series. `at` is in UTC."""

    wall: datetime
    at: datetime


class Series:
    """Immutable, and cheap to make and to ask, however old it is.

    The start is an occurrence only where the rule says so. Occurrences that share an instant (in a gap of the clock)
    are given once, by their earliest wall clock; COUNT counts each of them. None lies after the year 2200.
    """

    def __init__(
        self,
        rule: Rule,
        start: datetime,
        zone: ZoneInfo,
        all_day: bool,
        excluded: Collection[datetime] = (),
        field: tuple[str, ...] = (),
    ) -> None:
        """`start` is naive, and cut to the second, or to the day. `excluded` occurrences are left out, and count.

        Raises Invalid, naming `field`, where the rule's UNTIL, FREQ or times of day don't suit a series of this kind.
        """
        _check_kind(rule, all_day, field)
        if not FIRST_YEAR <= start.year <= LAST_YEAR:
            raise Invalid("A series starts in the years 1970 to 2200.", *field)
        start = datetime.combine(start, time()) if all_day else start.replace(microsecond=0)
        self.rule = rule
        self.start = start
        self.zone = zone
        self.all_day = all_day
        self._excluded = frozenset(excluded)
        self._plan = plan_of(rule, start)
        self._until = _until(rule, zone)

    def check(self, *field: str) -> None:
        """Raises Invalid where the rule has no occurrence at the start or in the 30 years after it."""
        latest = instant_of(self.start + PATIENCE, self.zone)
        if next(self._occurrences(self.start, min(latest, self._until)), None) is None:
            raise Invalid("By this rule nothing happens in the 30 years after the start.", *field)

    def first(self, count: int) -> list[Occurrence]:
        """The first `count`, or as many as there are."""
        return list(islice(self._without_excluded(self.start, self._until), count))

    def after(self, at: datetime, count: int = 1) -> list[Occurrence]:
        """The first `count` that are strictly later than the aware `at`, or as many as there are."""
        return list(islice(self._later(at, self._until), count))

    def between(self, after: datetime, until: datetime, limit: int) -> list[Occurrence]:
        """The newest `limit` of those later than `after` and not later than `until` (both aware), oldest first."""
        until = min(until, self._until)
        found = list(islice(self._later(after, until), _LISTED))
        if len(found) < _LISTED:
            return found[max(0, len(found) - limit) :]
        # Too many to list them all: nobody needs the whole of twenty years, nor of a dense season long ago.
        middle = after + (until - after) / 2
        late = self.between(middle, until, limit)
        return late if len(late) == limit else self.between(after, middle, limit - len(late)) + late

    def _later(self, at: datetime, until: datetime) -> Iterator[Occurrence]:
        if at >= until or until < EARLIEST:
            return
        lowest, _ = walls_around(max(at, EARLIEST), self.zone)
        yield from (found for found in self._without_excluded(lowest, until) if found.at > at)

    def _without_excluded(self, lowest: datetime, until: datetime) -> Iterator[Occurrence]:
        return (found for found in self._occurrences(lowest, until) if found.wall not in self._excluded)

    def _occurrences(self, lowest: datetime, until: datetime) -> Iterator[Occurrence]:
        """In order of instants, up to `until`, from the wall clock `lowest` on."""
        _, highest = walls_around(until, self.zone)
        for at, wall in in_order(self._plan.walls(lowest, highest), self.zone):
            if at > until:
                return
            yield Occurrence(wall, at)


def _until(rule: Rule, zone: ZoneInfo) -> datetime:
    """The last instant, inclusive, at which the series may occur."""
    last = LATEST - _RESOLUTION
    if rule.until is None or rule.until.year > LAST_YEAR:
        return last
    if rule.until.year < FIRST_YEAR:
        return EARLIEST - _RESOLUTION
    if isinstance(rule.until, datetime):
        return min(last, rule.until)
    return min(last, instant_of(datetime.combine(rule.until, time()), zone))


def _check_kind(rule: Rule, all_day: bool, field: tuple[str, ...]) -> None:
    if not all_day:
        if rule.until is not None and not isinstance(rule.until, datetime):
            raise Invalid(
                "UNTIL is a time in UTC, such as 20271231T225959Z, for a series with a time.", *field
            )
        return
    if isinstance(rule.until, datetime):
        raise Invalid("UNTIL is a day, such as 20271231, for an all-day series.", *field)
    if rule.frequency == Frequency.HOURLY:
        raise Invalid("An all-day series does not repeat hourly.", *field)
    if rule.hours or rule.minutes:
        raise Invalid("An all-day series has no BYHOUR and no BYMINUTE.", *field)
