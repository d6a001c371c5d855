"""A rule with its start: the wall clocks of its occurrences, in ascending order, from any place on."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from resolvers.calendar.keys import Grid, Keys, Picked, merged, picks
from resolvers.calendar.parts import Frequency, Skip
from resolvers.calendar.periods import periods_of
from resolvers.calendar.rule import Rule

#: Instants lie in 1970 to 2200, and a zone moves a wall clock by a day at most.
FIRST_YEAR, LAST_YEAR = 1969, 2201
_DAY = timedelta(days=1)
#: The wall clock of ordinal 1: ordinals are `date`'s.
_ORDINAL_ONE = datetime.min  # noqa: DTZ901


@lru_cache(1024)
def plan_of(rule: Rule, start: datetime) -> "Plan":
    return Plan(rule, start)


class Plan:
    """`start` is naive, in the years FIRST_YEAR to LAST_YEAR, on the whole second. COUNT is heeded, UNTIL is not."""

    def __init__(self, rule: Rule, start: datetime) -> None:
        self._rule = rule
        self._start = start
        self._periods = periods_of(rule, start)
        hourly = rule.frequency == Frequency.HOURLY
        self._unit = timedelta(hours=1) if hourly else _DAY
        hours = (0,) if hourly else rule.hours or (start.hour,)
        minutes = rule.minutes or (start.minute,)
        times = [timedelta(hours=h, minutes=m, seconds=start.second) for h in hours for m in minutes]
        self._positions = rule.positions
        if rule.positions and rule.frequency in (Frequency.DAILY, Frequency.HOURLY):
            # The period is one unit, so BYSETPOS means the same times in each.
            times = [times[index] for index in picks(rule.positions, len(times))]
            self._positions = ()
        self._times = times
        self._first = self._key(start)
        self._counts = [0]

    def walls(self, lowest: datetime, highest: datetime) -> Iterator[datetime]:
        """The occurrences from the wall clock `lowest` on; it stops within two years behind `highest`."""
        lowest = max(lowest, self._start)
        low = self._key(lowest)
        # The period that holds a place may belong to the year before, or (by week numbers) to the year behind.
        for year in range(lowest.year - 1, min(highest.year + 1, LAST_YEAR) + 1):
            keys = self._year(year)
            end = len(keys)
            if self._ends_with is not None:
                left = self._ends_with - self._counted_before(year)
                if left <= 0:
                    return
                end = min(end, left)
            for index in range(bisect_left(keys, low), end):
                yield self._wall(keys[index])

    @cached_property
    def _ends_with(self) -> int | None:
        """COUNT, and what the periods around the start hold before it."""
        if self._rule.count is None:
            return None
        around = range(self._start.year - 1, self._start.year + 2)
        return self._rule.count + sum(bisect_left(self._year(year), self._first) for year in around)

    def _counted_before(self, year: int) -> int:
        """How many keys there are in the years before `year`. Counted as far as anyone has asked, and only once."""
        first = self._start.year - 1
        counts = self._counts
        if len(counts) <= year - first:
            counts = counts.copy()
            while len(counts) <= year - first:
                counts.append(counts[-1] + len(self._year(first + len(counts) - 1)))
            self._counts = counts
        return counts[year - first]

    def _year(self, year: int) -> Keys:
        sets = self._periods.sets(year)
        times = len(self._times)
        if self._positions:
            overlap = self._rule.skip != Skip.OMIT
            return Picked(sets, times, self._positions, overlap)
        return Grid(merged(sets), times)

    def _key(self, wall: datetime) -> int:
        """The least key whose wall clock is not before `wall`."""
        unit, rest = divmod(wall - _ORDINAL_ONE + _DAY, self._unit)
        return unit * len(self._times) + bisect_left(self._times, rest)

    def _wall(self, key: int) -> datetime:
        unit, moment = divmod(key, len(self._times))
        return _ORDINAL_ONE + (unit * self._unit - _DAY + self._times[moment])
