"""From the days that a rule lets through to its occurrences: periods, INTERVAL, BYWEEKNO, SKIP and times of day.

One class for each shape that a period has. Each answers `sets(year)`: the periods of the rule that belong to that
year, each with its units (days, or hours) as bits. The years' periods follow one another without overlap.
"""

from calendar import monthrange
from datetime import date, datetime
from functools import lru_cache
from typing import Protocol

from resolvers.calendar.days import Days, new_year
from resolvers.calendar.keys import Units, merged
from resolvers.calendar.parts import Frequency, Skip
from resolvers.calendar.rule import Rule


class Periods(Protocol):
    def sets(self, year: int) -> list[Units]: ...


def periods_of(rule: Rule, start: datetime) -> Periods:
    """The periods of `rule`, in step with the naive `start`, which gives what the rule leaves open."""
    days = _days(rule, start)
    match rule.frequency:
        case Frequency.YEARLY:
            return WeekYears(rule, start, days) if rule.weeks else Years(rule, start, days)
        case Frequency.MONTHLY:
            return Months(rule, start, days)
        case Frequency.WEEKLY:
            return Weeks(rule, start, days)
        case Frequency.DAILY:
            return SingleDays(rule, start, days)
        case Frequency.HOURLY:
            return Hours(rule, start, days)


def _days(rule: Rule, start: datetime) -> Days:
    """The rule's day parts; where it names no day, the day of `start` (RFC 5545, 3.3.10)."""
    months, month_days, weekdays = rule.months, rule.month_days, rule.weekdays
    if not (month_days or rule.year_days or weekdays):
        if rule.frequency == Frequency.WEEKLY or rule.weeks:
            weekdays = ((0, start.weekday()),)
        elif rule.frequency in (Frequency.YEARLY, Frequency.MONTHLY):
            month_days = (start.day,)
            if rule.frequency == Frequency.YEARLY:
                months = months or (start.month,)
    in_months = rule.frequency == Frequency.MONTHLY or bool(rule.months)
    return Days(months, month_days, rule.year_days, weekdays, in_months)


class Years:
    def __init__(self, rule: Rule, start: datetime, days: Days) -> None:
        self._interval = rule.interval
        self._start = start.year
        self._days = days
        self._skip = rule.skip

    def sets(self, year: int) -> list[Units]:
        if (year - self._start) % self._interval:
            return []
        if self._skip != Skip.OMIT and self._days.month_days:
            return [merged([_skipping(self._days, self._skip, year, month) for month in range(1, 13)])]
        first = new_year(year)
        return [(first, self._days.between(first, new_year(year + 1)))]


class WeekYears:
    """The year that week numbers count in: it begins with the week, by WKST, that holds 4 January."""

    def __init__(self, rule: Rule, start: datetime, days: Days) -> None:
        self._interval = rule.interval
        self._week_start = rule.week_start
        self._weeks = rule.weeks
        self._days = days
        self._start = next(
            year
            for year in (start.year + 1, start.year, start.year - 1)
            if self._first_day(year) <= start.toordinal()
        )

    def sets(self, year: int) -> list[Units]:
        if (year - self._start) % self._interval:
            return []
        first, end = self._first_day(year), self._first_day(year + 1)
        count = (end - first) // 7
        numbers = {week if week > 0 else count + 1 + week for week in self._weeks}
        wanted = sum(0b1111111 << 7 * (week - 1) for week in numbers if 1 <= week <= count)
        return [(first, self._days.between(first, end) & wanted)]

    def _first_day(self, year: int) -> int:
        return _week_of(date(year, 1, 4).toordinal(), self._week_start)


class Months:
    def __init__(self, rule: Rule, start: datetime, days: Days) -> None:
        self._interval = rule.interval
        self._start = start.year * 12 + start.month - 1
        self._days = days
        self._skip = rule.skip

    def sets(self, year: int) -> list[Units]:
        ahead = (self._start - year * 12) % self._interval
        months = range(1 + ahead, 13, self._interval)
        if self._skip != Skip.OMIT and self._days.month_days:
            return [_skipping(self._days, self._skip, year, month) for month in months]
        first = new_year(year)
        bits = self._days.between(first, new_year(year + 1))
        found = []
        for month in months:
            start = date(year, month, 1).toordinal()
            length = monthrange(year, month)[1]
            found.append((start, bits >> (start - first) & ((1 << length) - 1)))
        return found


class Weeks:
    """The weeks, by WKST, that begin in the year."""

    def __init__(self, rule: Rule, start: datetime, days: Days) -> None:
        self._step = 7 * rule.interval
        self._start = _week_of(start.toordinal(), rule.week_start)
        self._days = days

    def sets(self, year: int) -> list[Units]:
        first, end = new_year(year), new_year(year + 1)
        first += (self._start - first) % self._step
        if first >= end:
            return []
        bits = self._days.between(first, end + 6)
        return [(week, bits >> (week - first) & 0b1111111) for week in range(first, end, self._step)]


class SingleDays:
    """Every day is a period of its own: a year of them is one set."""

    def __init__(self, rule: Rule, start: datetime, days: Days) -> None:
        self._interval = rule.interval
        self._start = start.toordinal()
        self._days = days

    def sets(self, year: int) -> list[Units]:
        first, end = new_year(year), new_year(year + 1)
        rhythm = _every(self._interval, end - first) << (self._start - first) % self._interval
        return [(first, self._days.between(first, end) & rhythm)]


class Hours:
    """Every hour is a period of its own, and the unit: a year of them is one set."""

    def __init__(self, rule: Rule, start: datetime, days: Days) -> None:
        self._interval = rule.interval
        self._start = start.toordinal() * 24 + start.hour
        self._days = days
        self._hours = sum(1 << hour for hour in rule.hours or range(24))

    def sets(self, year: int) -> list[Units]:
        first, end = new_year(year), new_year(year + 1)
        hours = _spread(self._days.between(first, end), end - first, self._hours)
        rhythm = _every(self._interval, (end - first) * 24) << (self._start - first * 24) % self._interval
        return [(first * 24, hours & rhythm)]


def _skipping(days: Days, skip: Skip, year: int, month: int) -> Units:
    """The days of one month with SKIP (RFC 7529, 4.1), which may lie a day outside of it.

    Months first, then days of the month, then SKIP moves the days that the month lacks, then days of the week.
    """
    start, length = date(year, month, 1).toordinal(), monthrange(year, month)[1]
    if days.months and month not in days.months:
        return start - 1, 0
    found = 0
    for day in days.month_days:
        if abs(day) <= length:
            index = day if day > 0 else length + 1 + day
        else:  # before the first or behind the last; FORWARD is the day after that border, BACKWARD the one before
            index = (length if day > 0 else 0) + (skip == Skip.FORWARD)
        found |= 1 << index
    others = Days(year_days=days.year_days, weekdays=days.weekdays, in_months=days.in_months)
    return start - 1, found & others.between(start - 1, start + length + 1)


def _week_of(day: int, week_start: int) -> int:
    """The ordinal of the first day of the week that holds `day`. The day with ordinal 1 was a Monday."""
    return day - (day - 1 - week_start) % 7


@lru_cache(4096)
def _every(interval: int, length: int) -> int:
    """Each `interval`-th bit from bit 0 on, beyond `length`."""
    return ((1 << (length // interval + 1) * interval) - 1) // ((1 << interval) - 1)


@lru_cache(1024)
def _spread(days: int, length: int, hours: int) -> int:
    """Bits for hours: the 24 bits `hours` for each of the `days`."""
    day, nothing = hours.to_bytes(3, "little"), bytes(3)
    return int.from_bytes(b"".join(day if days >> i & 1 else nothing for i in range(length)), "little")
