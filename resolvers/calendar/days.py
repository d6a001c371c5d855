"""Which days a rule's day parts let through: a year is an integer, bit 0 its 1 January.

python-dateutil reads the parts, for one year and one kind of rule, which it does well. INTERVAL, COUNT, BYSETPOS,
BYWEEKNO and partial first periods, which it gets wrong or never finishes, are never given to it. There are fourteen
kinds of year, so a rule asks it fourteen times at most, whatever its age.
"""

from calendar import isleap
from dataclasses import dataclass
from datetime import MAXYEAR, date
from functools import lru_cache

from dateutil.rrule import YEARLY, rrule, weekday

_EVERY_DAY = tuple((0, day) for day in range(7))
#: (leap, weekday of 1 January) -> a year of that kind. Any 28 years without a missing leap day hold all fourteen.
_KINDS = {(isleap(year), date(year, 1, 1).weekday()): year for year in range(2000, 2028)}


@dataclass(frozen=True, slots=True)
class Days:
    """Parts of a rule as in `Rule`, an empty one lets every day through. `in_months`: ordinals count in the month."""

    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    in_months: bool = False

    def between(self, first: int, end: int) -> int:
        """The days of [first, end), which are ordinals of `date`; bit 0 is `first`."""
        year = date.fromordinal(first).year
        start = new_year(year)
        bits = _days_of(self, year_like(year)) >> (first - start)
        while (start := new_year(year := year + 1)) < end:
            bits |= _days_of(self, year_like(year)) << (start - first)
        return bits & ((1 << (end - first)) - 1)


@lru_cache(1024)
def new_year(year: int) -> int:
    """The ordinal of 1 January."""
    return date(year, 1, 1).toordinal()


@lru_cache(1024)
def year_like(year: int) -> int:
    return _KINDS[isleap(year), date(year, 1, 1).weekday()]


@lru_cache(8192)
def _days_of(days: Days, year: int) -> int:
    plain = [weekday(day) for ordinal, day in days.weekdays or _EVERY_DAY if not ordinal]
    # No month has a sixth Monday, and dateutil looks for it beyond the end of its tables.
    reach = 5 if days.in_months else 53
    counted = [weekday(day, ordinal) for ordinal, day in days.weekdays if 0 < abs(ordinal) <= reach]
    # dateutil wants a day to satisfy both kinds of BYDAY, where either is enough.
    return _either(days, year, plain) | _either(days, year, counted)


def _either(days: Days, year: int, weekdays: list[weekday]) -> int:
    if not weekdays:
        return 0
    found = rrule(
        YEARLY,
        date(year, 1, 1),
        interval=MAXYEAR,  # one year, and then none: what matches nothing would be sought to the end of time
        bymonth=days.months or (range(1, 13) if days.in_months else None),
        bymonthday=days.month_days or None,
        byyearday=days.year_days or None,
        byweekday=weekdays,
        byhour=0,
        byminute=0,
        bysecond=0,
    )
    first = new_year(year)
    return sum(1 << (day.toordinal() - first) for day in found)
