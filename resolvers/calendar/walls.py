"""Wall clocks and instants. A wall clock is a naive datetime, read in a zone that the caller knows."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

#: Longer than the longest jump of a clock: Pacific/Apia went without the whole of 30 December 2011.
_JUMP = timedelta(hours=25)


def wall_clock(at: datetime, zone: ZoneInfo) -> datetime:
    """What a clock in `zone` shows at the aware instant `at`: naive."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, that the naive `wall` means in `zone` (RFC 5545, 3.3.5).

    A wall clock that is skipped is read with the offset before the gap; one that comes twice means the first.
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def walls_around(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The naive (earliest, latest) of what `at` may be written as, however the clock jumped in the day before.

    Every wall clock before the earliest means an instant before `at`, and every one after the latest a later one.
    """
    shown = wall_clock(at, zone)
    unmoved = wall_clock(at - _JUMP, zone) + _JUMP
    return min(shown, unmoved), max(shown, unmoved)


def in_order(walls: Iterable[datetime], zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """(instant, wall clock) in the order of instants, for ascending `walls`; of those that share an instant the first.

    The two orders differ in gaps only: with the clock going from 02:00 to 03:00, the wall clock 02:30 is the instant
    of 03:30, and 03:00 overtakes it. So what lies in a gap waits for the first wall clock behind it.
    """
    for _, same in groupby(_sorted(walls, zone), key=itemgetter(0)):
        yield next(same)


def _sorted(walls: Iterable[datetime], zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    waiting: list[tuple[datetime, datetime]] = []
    for wall in walls:
        at = instant_of(wall, zone)
        heappush(waiting, (at, wall))
        if not _in_gap(wall, zone):
            while waiting and waiting[0][0] <= at:
                yield heappop(waiting)
    yield from sorted(waiting)


def _in_gap(wall: datetime, zone: ZoneInfo) -> bool:
    first, second = (zone.utcoffset(wall.replace(fold=fold)) for fold in (0, 1))
    assert first is not None
    assert second is not None
    return first < second
