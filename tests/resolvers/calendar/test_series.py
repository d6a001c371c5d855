from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from resolvers.calendar import Series, instant_of, parse_rule, wall_clock
from resolvers.errors import Invalid
from resolvers.instants import start_of_day


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def series(rule: str, start: str, zone: str = "UTC", excluded: tuple[str, ...] = ()) -> Series:
    """All-day where `start` is a day."""
    left_out = [wall(text) for text in excluded]
    return Series(parse_rule(rule), wall(start), ZoneInfo(zone), "T" not in start, left_out)


def walls(found: list) -> list[str]:
    return [one.wall.isoformat(timespec="minutes") for one in found]


def instants(found: list) -> list[str]:
    return [f"{one.at:%m-%d %H:%M}" for one in found]


# ── Clocks that change ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("week_of_the_change", ["2026-03-05T00:00Z", "2026-10-29T00:00Z"])
def test_nine_in_new_york_stays_nine_over_both_changes(week_of_the_change: str) -> None:
    daily = series("FREQ=DAILY", "2026-01-01T09:00", "America/New_York")
    found = daily.after(datetime.fromisoformat(week_of_the_change), 7)
    zone = ZoneInfo("America/New_York")
    assert {wall_clock(one.at, zone).time() for one in found} == {time(9)}
    assert len({one.at.hour for one in found}) == 2


def test_a_berlin_series_keeps_its_time_when_summer_ends() -> None:
    daily = series("FREQ=DAILY", "2026-10-24T06:45", "Europe/Berlin")
    assert instants(daily.first(3)) == ["10-24 04:45", "10-25 05:45", "10-26 05:45"]


def test_a_time_in_the_missing_hour_comes_once_behind_it_and_counts() -> None:
    daily = series("FREQ=DAILY;COUNT=3", "2026-03-07T02:30", "America/New_York")
    assert instants(daily.first(9)) == ["03-07 07:30", "03-08 07:30", "03-09 06:30"]
    assert walls(daily.first(9)) == ["2026-03-07T02:30", "2026-03-08T02:30", "2026-03-09T02:30"]


def test_a_time_in_the_hour_that_comes_twice_means_the_first() -> None:
    daily = series("FREQ=DAILY", "2026-10-31T01:30", "America/New_York")
    assert instants(daily.first(3)) == ["10-31 05:30", "11-01 05:30", "11-02 06:30"]


def test_two_occurrences_at_one_instant_are_given_once_and_both_count() -> None:
    hours = series("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0;COUNT=4", "2026-03-08T00:00", "America/New_York")
    assert walls(hours.first(9)) == ["2026-03-08T02:00", "2026-03-09T02:00", "2026-03-09T03:00"]


def test_leaving_out_an_instant_that_two_occurrences_share_leaves_out_both() -> None:
    rule = "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0;COUNT=4"
    hours = series(rule, "2026-03-08T00:00", "America/New_York", excluded=("2026-03-08T02:00",))
    assert walls(hours.first(9)) == ["2026-03-09T02:00", "2026-03-09T03:00"]


@pytest.mark.parametrize(
    ("rule", "zone", "day"),
    [
        ("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30;BYSETPOS=2,3", "America/New_York", "2026-03-08"),
        ("FREQ=HOURLY;BYMINUTE=0,10,20,30,40,50", "Australia/Lord_Howe", "2026-10-04"),
        ("FREQ=HOURLY;BYMINUTE=0,45", "Pacific/Apia", "2011-12-29"),
    ],
)
def test_occurrences_come_in_the_order_of_their_instants(rule: str, zone: str, day: str) -> None:
    found = series(rule, f"{day}T00:00", zone)
    first = [one.at for one in found.first(100)]
    assert first == sorted(set(first))
    one_by_one = [found.after(at)[0].at for at in first[:-1]]
    assert one_by_one == first[1:]
    assert [one.at for one in found.between(first[0], first[-1], 100)] == first[1:]


def test_a_day_whose_midnight_is_skipped_begins_when_the_clock_resumes() -> None:
    days = series("FREQ=DAILY", "2026-04-23", "Africa/Cairo")
    cairo = ZoneInfo("Africa/Cairo")
    assert [one.at for one in days.first(3)] == [
        start_of_day(one.wall.date(), cairo) for one in days.first(3)
    ]
    assert instants(days.first(3)) == ["04-22 22:00", "04-23 22:00", "04-24 21:00"]


def test_a_day_that_a_zone_never_had_is_given_once() -> None:
    days = series("FREQ=DAILY;COUNT=4", "2011-12-29", "Pacific/Apia")
    assert walls(days.first(9)) == ["2011-12-29T00:00", "2011-12-30T00:00", "2012-01-01T00:00"]
    assert instants(days.first(9)) == ["12-29 10:00", "12-30 10:00", "12-31 10:00"]


def test_a_wall_clock_read_in_the_second_hour_is_like_any_other() -> None:
    zone = ZoneInfo("America/New_York")
    second = wall_clock(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), zone)
    assert second.fold == 0
    assert instant_of(second, zone) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


# ── Where a series begins and ends ───────────────────────────────────────────────────────────────────────────────────


def test_the_start_is_an_occurrence_only_where_the_rule_says_so() -> None:
    assert walls(series("FREQ=WEEKLY;BYDAY=TH", "2026-01-01T09:00").first(1)) == ["2026-01-01T09:00"]
    assert walls(series("FREQ=WEEKLY;BYDAY=FR", "2026-01-01T09:00").first(1)) == ["2026-01-02T09:00"]


def test_the_start_is_cut_to_the_second_or_to_the_day() -> None:
    rule = parse_rule("FREQ=DAILY")
    start = wall("2026-01-01T09:00:07.654321")
    assert Series(rule, start, ZoneInfo("UTC"), all_day=False).first(1)[0].wall == wall("2026-01-01T09:00:07")
    assert Series(rule, start, ZoneInfo("UTC"), all_day=True).first(1)[0].wall == wall("2026-01-01")


def test_until_is_inclusive_to_the_second() -> None:
    daily = series("FREQ=DAILY;UNTIL=20260305T043000Z", "2026-03-01T23:30", "America/New_York")
    assert instants(daily.first(9))[-1] == "03-05 04:30"
    assert (
        len(series("FREQ=DAILY;UNTIL=20260305T042959Z", "2026-03-01T23:30", "America/New_York").first(9)) == 3
    )


def test_excluded_occurrences_are_left_out_and_count() -> None:
    daily = series("FREQ=DAILY;COUNT=3", "2026-01-01T09:00", excluded=("2026-01-02T09:00",))
    assert walls(daily.first(9)) == ["2026-01-01T09:00", "2026-01-03T09:00"]


def test_a_count_leaves_out_what_lies_before_the_start_in_its_own_week() -> None:
    weeks = series("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,TU;COUNT=2", "2024-12-31")
    assert walls(weeks.first(9)) == ["2024-12-31T00:00", "2025-12-29T00:00"]


def test_nothing_occurs_after_the_year_2200() -> None:
    yearly = series("FREQ=YEARLY", "2190-01-01T00:00")
    assert walls(yearly.first(100))[-1] == "2200-01-01T00:00"
    assert yearly.after(datetime(2200, 1, 1, tzinfo=UTC)) == []
    assert yearly.after(datetime.max.replace(tzinfo=UTC)) == []
    assert len(yearly.between(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), 100)) == 11


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
@pytest.mark.parametrize(("until", "ends"), [("00010101", True), ("99991231", False)])
def test_until_may_lie_beyond_the_years_of_instants(zone: str, until: str, ends: bool) -> None:
    for rule, start in (
        (f"FREQ=DAILY;UNTIL={until}T000000Z", "1970-01-02T09:00"),
        (f"FREQ=DAILY;UNTIL={until}", "1970-01-02"),
    ):
        assert (series(rule, start, zone).first(1) == []) is ends


def test_the_ends_of_time_can_be_asked_about() -> None:
    daily = series("FREQ=DAILY", "1970-01-01T00:00")
    least, most = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert instants(daily.after(least)) == ["01-01 00:00"]
    assert daily.between(least, least + timedelta(hours=1), 100) == []
    assert walls(daily.between(least, most, 1)) == ["2200-12-31T00:00"]


def test_a_start_outside_the_years_1970_to_2200_is_refused() -> None:
    for start in ("1900-01-01T00:00", "9999-12-31T23:59"):
        with pytest.raises(Invalid):
            series("FREQ=DAILY", start)


@pytest.mark.parametrize("rule", ["FREQ=YEARLY;INTERVAL=30;BYMONTH=1;BYMONTHDAY=1", "FREQ=DAILY;COUNT=1"])
def test_a_rule_that_occurs_within_thirty_years_is_accepted(rule: str) -> None:
    series(rule, "2026-01-02T09:00").check()


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        ("FREQ=YEARLY;INTERVAL=31;BYMONTH=1;BYMONTHDAY=1", "2026-01-02T09:00"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "2026-01-01T09:00"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=2", "2026-01-01T09:00"),
        ("FREQ=DAILY;UNTIL=20251231T000000Z", "2026-01-01T09:00"),
        ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3", "2026-01-01"),
        ("FREQ=DAILY;BYHOUR=9;BYSETPOS=2", "2026-01-01T09:00"),
    ],
)
def test_a_rule_that_does_not_occur_within_thirty_years_is_refused(rule: str, start: str) -> None:
    with pytest.raises(Invalid) as refusal:
        series(rule, start).check("recurrence", "rule")
    assert refusal.value.field == ("recurrence", "rule")


# ── What is asked of it ──────────────────────────────────────────────────────────────────────────────────────────────


def test_after_is_strictly_later() -> None:
    daily = series("FREQ=DAILY", "2026-01-01T09:00")
    at = daily.first(1)[0].at
    assert instants(daily.after(at)) == ["01-02 09:00"]
    assert instants(daily.after(at - timedelta(microseconds=1))) == ["01-01 09:00"]
    assert instants(daily.after(datetime(1970, 1, 1, tzinfo=UTC), 2)) == ["01-01 09:00", "01-02 09:00"]


def test_between_gives_the_newest_and_in_order() -> None:
    daily = series("FREQ=DAILY", "2006-01-01T09:00")
    twenty_years = daily.between(daily.start.replace(tzinfo=UTC), datetime(2026, 1, 1, 9, tzinfo=UTC), 100)
    assert walls(twenty_years)[::99] == ["2025-09-24T09:00", "2026-01-01T09:00"]
    assert len(twenty_years) == 100
    assert daily.between(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), 100) == []


def test_between_leaves_out_its_beginning_and_has_its_end() -> None:
    daily = series("FREQ=DAILY", "2026-01-01T09:00")
    first, _, third = daily.first(3)
    assert instants(daily.between(first.at, third.at, 100)) == ["01-02 09:00", "01-03 09:00"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=HOURLY;INTERVAL=7;COUNT=24000",
        "FREQ=DAILY;INTERVAL=3;BYHOUR=9,17;BYMINUTE=30;COUNT=4000",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE,SU;BYSETPOS=1,-1;COUNT=800",
        "FREQ=MONTHLY;BYDAY=-1FR;COUNT=220",
        "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=1,31;BYHOUR=8,18;BYSETPOS=1,-1;SKIP=FORWARD;COUNT=380",
        "FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=MO,FR;COUNT=70",
    ],
)
def test_a_place_twenty_years_on_is_found_without_walking_there(rule: str) -> None:
    old = series(rule, "2006-01-02T09:30", "Europe/Berlin")
    walked = old.first(100_000)
    place = len(walked) - 30
    assert old.after(walked[place].at, 100_000) == walked[place + 1 :]
    assert len(walked) == parse_rule(rule).count
    assert old.after(walked[-1].at) == []
