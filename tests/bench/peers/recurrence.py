"""The next occurrence of a daily rule that began twenty years ago, as TaskFlow finds it and as dateutil does."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from resolvers.calendar.expand import Series
from resolvers.calendar.plan import plan_of
from resolvers.calendar.rule import parse_rule
from tests.bench.peers.figures import Line

RULE = "FREQ=DAILY"
ZONE = ZoneInfo("America/New_York")
START = datetime(2006, 11, 28, 9)  # noqa: DTZ001 - a wall clock
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
AIM = 0.01
#: dateutil takes some 10 ms each time.
OURS_TIMES, DATEUTIL_TIMES = 1000, 20


def line(rounds: int) -> Line:
    """Both begin with the rule's text. Of TaskFlow, what it keeps of rules that it has seen is forgotten each time."""

    def ours() -> datetime:
        plan_of.cache_clear()
        return Series(parse_rule(RULE), START, ZONE, all_day=False).after(NOW)[0].at

    def dateutil() -> datetime:
        return rrulestr(RULE, dtstart=START.replace(tzinfo=ZONE)).after(NOW)

    if ours() != dateutil():
        raise AssertionError("the two find another occurrence")
    pairs = [
        (_microseconds(ours, OURS_TIMES), _microseconds(dateutil, DATEUTIL_TIMES)) for _ in range(rounds)
    ]
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    ratios = [one / other for one, other in pairs]
    return Line("next occurrence of a daily rule, 20 years old", "µs", "dateutil", first, second, ratios, AIM)


def _microseconds(act: Callable[[], object], times: int) -> float:
    begin = time.process_time()
    for _ in range(times):
        act()
    return 1e6 * (time.process_time() - begin) / times
