"""No rule, however hostile, costs more than a moment, and dateutil is only asked what it answers at once."""

from collections.abc import Iterator
from datetime import MAXYEAR, UTC, date, datetime
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import YEARLY, rrule

from resolvers.calendar import Series, parse_rule
from resolvers.errors import Invalid

HOURS, MINUTES = ",".join(map(str, range(24))), ",".join(map(str, range(60)))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
#: Ten times what is promised: it tells an endless walk from a slow machine.
SECONDS = 0.5


def filled(start: str) -> str:
    """`start`, and as many numbers behind it as a rule may be long."""
    numbers = ",".join(str(number) for number in range(1, 367))
    return (start + numbers)[:512].rpartition(",")[0]


HOSTILE = [
    "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
    "FREQ=HOURLY;INTERVAL=1000;BYMONTHDAY=31;BYMONTH=2,4",
    "FREQ=HOURLY;INTERVAL=24;BYHOUR=3",
    "FREQ=YEARLY;INTERVAL=1000",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
    "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=7",
    "FREQ=MONTHLY;BYDAY=53MO",
    "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3",
    "FREQ=DAILY;COUNT=2147483647",
    f"FREQ=HOURLY;BYMONTH=7;BYMINUTE={MINUTES}",
    f"FREQ=HOURLY;BYHOUR={HOURS};BYMINUTE={MINUTES};COUNT=2147483647",
    f"FREQ=HOURLY;INTERVAL=7;BYMINUTE={MINUTES};BYSETPOS=-1;COUNT=2147483647",
    f"FREQ=YEARLY;BYHOUR={HOURS};BYMINUTE={MINUTES};BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=1,-1,366,-366",
    filled(f"FREQ=WEEKLY;BYHOUR={HOURS};BYDAY=MO,TU,WE,TH,FR,SA,SU;COUNT=2147483647;BYSETPOS="),
    filled(f"FREQ=MONTHLY;BYHOUR={HOURS};BYMONTHDAY=1,2,3,4,31;COUNT=2147483647;BYSETPOS="),
    filled(
        f"RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;BYHOUR={HOURS};BYMONTHDAY=1,2,31;COUNT=2147483647;BYSETPOS="
    ),
    filled(f"FREQ=YEARLY;BYHOUR={HOURS};COUNT=2147483647;BYYEARDAY="),
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("start", ["1970-01-05T09:30", "2026-01-31T09:30"])
def test_a_hostile_rule_is_answered_or_refused_at_once(text: str, start: str) -> None:
    began = process_time()
    try:
        series = Series(
            parse_rule(text), datetime.fromisoformat(start), ZoneInfo("America/New_York"), all_day=False
        )
        series.check()
        series.first(100)
        series.after(NOW)
        series.between(datetime(1970, 1, 1, tzinfo=UTC), NOW, 100)
    except Invalid:
        pass
    assert process_time() - began < SECONDS


@pytest.fixture
def whole_year() -> Iterator[datetime]:
    return iter(
        rrule(
            YEARLY, date(2028, 1, 1), interval=MAXYEAR, byweekday=range(7), byhour=0, byminute=0, bysecond=0
        )
    )


def test_dateutil_stops_behind_one_year_by_an_interval_past_the_last(whole_year: Iterator[datetime]) -> None:
    days = [day.date() for day in whole_year]
    assert len(days) == 366
    assert days[0] == date(2028, 1, 1)
    assert days[-1] == date(2028, 12, 31)
