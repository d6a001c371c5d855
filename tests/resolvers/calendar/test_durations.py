from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from resolvers.calendar.durations import Duration, before, longest, parse_duration
from resolvers.errors import Invalid

NEW_YORK = ZoneInfo("America/New_York")
HOUR = 3600


@pytest.mark.parametrize(
    ("text", "days", "seconds", "canonical"),
    [
        ("PT0S", 0, 0, "PT0S"),
        ("P0D", 0, 0, "PT0S"),
        ("PT30M", 0, 1800, "PT30M"),
        ("PT90M", 0, 5400, "PT1H30M"),
        ("PT24H", 0, 86_400, "PT24H"),
        ("P1D", 1, 0, "P1D"),
        ("P1W", 7, 0, "P1W"),
        ("P14D", 14, 0, "P2W"),
        ("P1W2D", 9, 0, "P9D"),
        ("P1DT2H", 1, 7200, "P1DT2H"),
        ("P7DT5M", 7, 300, "P7DT5M"),
        ("PT5M0S", 0, 300, "PT5M"),
        ("P366D", 366, 0, "P366D"),
        ("PT8784H", 0, 366 * 86_400, "PT8784H"),
    ],
)
def test_weeks_days_hours_and_minutes_are_read(text: str, days: int, seconds: int, canonical: str) -> None:
    duration = parse_duration(text)
    assert duration == Duration(days, seconds)
    assert duration.canonical == canonical
    assert str(duration) == text
    assert parse_duration(canonical) == duration


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "1D", "p1d", "P1Y", "P1M", "PT1S", "PT0.5H", "P1,5D", "-P1D", "+P1D", "P-1D"),
        *("P1DT", "P1H", "PT1D", "PT1M1H", "P1D1W", "P367D", "P53W", "PT8784H1M", "P366DT1M"),
        *("P9999999999D", "P\u0661D", "P1D\n", " P1D"),
    ],
)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_duration(text, "beforeDue")
    assert refusal.value.field == ("beforeDue",)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("PT0S", "2026-03-08T13:00Z"),
        ("P1D", "2026-03-07T14:00Z"),  # 09:00, an hour more ago
        ("PT24H", "2026-03-07T13:00Z"),
        ("P1DT1H", "2026-03-07T13:00Z"),  # the day first, then the hour
        ("P1W", "2026-03-01T14:00Z"),
    ],
)
def test_days_are_the_calendars_and_hours_exact(text: str, at: str) -> None:
    due = datetime(2026, 3, 8, 13, tzinfo=UTC)  # 09:00
    assert before(due, parse_duration(text), NEW_YORK) == datetime.fromisoformat(at)


def test_a_day_before_a_wall_clock_that_was_skipped_lands_behind_the_gap() -> None:
    due = datetime(2026, 3, 9, 2, 30, tzinfo=NEW_YORK)
    assert before(due, Duration(days=1), NEW_YORK) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_hours_are_exact_in_the_hour_that_comes_twice() -> None:
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 01:30 for the second time
    assert before(second, Duration(seconds=HOUR), NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert before(second, Duration(), NEW_YORK) == second


@pytest.mark.parametrize(
    ("texts", "longest_of_them"),
    [
        ("PT0S", "PT0S"),
        ("PT0S P1D PT1H", "P1D"),
        ("P1D PT48H", "PT48H"),
        ("P2D PT36H P1DT1H", "P2D"),
        ("P1W PT30M", "P1W"),
        # A day is the longer of the two, or the shorter, as the clocks will have it: long enough for both.
        ("P1D PT24H", "PT27H"),
        ("P1D PT26H", "PT27H"),
        ("P1DT2H PT25H P1D", "PT29H"),
        ("P366D PT8784H", "PT8784H"),
    ],
)
def test_the_longest_is_never_shorter_than_any(texts: str, longest_of_them: str) -> None:
    assert str(longest([parse_duration(text) for text in texts.split()])) == longest_of_them


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("America/New_York", "2026-11-01T20:00Z"),
        ("America/New_York", "2026-03-08T20:00Z"),
        ("Antarctica/Troll", "2026-10-25T20:00Z"),
        ("Antarctica/Casey", "2010-03-05T12:00Z"),
        ("Europe/Berlin", "2026-07-01T00:00Z"),
    ],
)
def test_the_longest_begins_first_whatever_the_clocks_do(zone: str, at: str) -> None:
    due = datetime.fromisoformat(at)
    durations = [Duration(days, hours * HOUR) for days in (0, 1, 2) for hours in (0, 1, 23, 24, 25, 26)]
    for one in durations:
        for other in durations:
            begins = before(due, longest([one, other]), ZoneInfo(zone))
            assert begins <= min(before(due, each, ZoneInfo(zone)) for each in (one, other))
