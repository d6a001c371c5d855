"""Where a day begins and ends, also where the clock skips midnight or shows it twice."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.instants import end_of_day, instant_text, start_of_day

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("day", "zone", "start"),
    [
        ("2026-06-01", "UTC", "2026-06-01T00:00:00Z"),
        ("2026-06-01", "Europe/Vienna", "2026-05-31T22:00:00Z"),
        ("2026-06-01", "Asia/Kathmandu", "2026-05-31T18:15:00Z"),
        # Midnight is skipped: the day begins at one.
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),
        ("2019-09-08", "America/Santiago", "2019-09-08T04:00:00Z"),
        ("2023-04-28", "Africa/Cairo", "2023-04-27T22:00:00Z"),
        ("2022-03-27", "Asia/Beirut", "2022-03-26T22:00:00Z"),
        # The whole day is skipped: it begins and ends where the next one begins.
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z"),
        ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00Z"),
        # Midnight comes twice: the first.
        ("2026-11-01", "America/Havana", "2026-11-01T04:00:00Z"),
        ("2006-10-29", "America/St_Johns", "2006-10-29T02:30:00Z"),
        # The clock goes back as the day would begin: an hour later it does.
        ("2018-02-18", "America/Sao_Paulo", "2018-02-18T03:00:00Z"),
    ],
)
def test_a_day_begins_at_its_first_instant(day: str, zone: str, start: str):
    assert instant_text(start_of_day(date.fromisoformat(day), ZoneInfo(zone))) == start


def test_a_day_that_is_skipped_has_no_length():
    apia, day = ZoneInfo("Pacific/Apia"), date(2011, 12, 30)
    assert end_of_day(day, apia) == start_of_day(day, apia)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-06-01", "Europe/Vienna", 24),
        ("2026-03-29", "Europe/Vienna", 23),
        ("2026-10-25", "Europe/Vienna", 25),
        ("2018-11-04", "America/Sao_Paulo", 23),
        ("2018-02-17", "America/Sao_Paulo", 25),
        ("2026-04-05", "Australia/Lord_Howe", 24.5),
    ],
)
def test_a_day_is_as_long_as_its_zone_says(day: str, zone: str, hours: float):
    begin = start_of_day(date.fromisoformat(day), ZoneInfo(zone))
    assert end_of_day(date.fromisoformat(day), ZoneInfo(zone)) - begin == timedelta(hours=hours)


@given(
    st.dates(date(1970, 1, 2), date(2200, 12, 31)),
    st.sampled_from(sorted(available_timezones())).map(ZoneInfo),
)
def test_the_second_before_a_day_begins_is_not_in_it_and_the_next_instant_is_not_before_it(
    day: date, zone: ZoneInfo
):
    start = start_of_day(day, zone)
    assert start.tzinfo is UTC
    assert (start - SECOND).astimezone(zone).date() < day
    assert start.astimezone(zone).date() >= day


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 60, tzinfo=UTC), "2026-01-02T03:04:05.000060Z"),
        (datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Vienna")), "2026-07-01T10:00:00Z"),
    ],
)
def test_an_instant_is_written_in_utc(instant: datetime, text: str):
    assert instant_text(instant) == text
