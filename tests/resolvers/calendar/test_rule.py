from datetime import UTC, date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from resolvers.calendar import Frequency, Series, Skip, parse_rule
from resolvers.calendar.words import summary
from resolvers.errors import Invalid
from tests.resolvers.calendar.randoms import random_text

START = datetime.fromisoformat("2026-01-31T09:00")
VIENNA = ZoneInfo("Europe/Vienna")


def test_every_part_is_read() -> None:
    rule = parse_rule(
        "RSCALE=GREGORIAN;FREQ=YEARLY;INTERVAL=2;COUNT=7;WKST=SU;BYMONTH=3,1;BYYEARDAY=-1,9;BYMONTHDAY=31,+1,-2;"
        "BYDAY=FR,-1MO,+2TU;BYHOUR=9;BYMINUTE=0,30;BYSETPOS=-1,1;SKIP=BACKWARD"
    )
    assert (rule.frequency, rule.interval, rule.count, rule.week_start) == (Frequency.YEARLY, 2, 7, 6)
    assert (rule.months, rule.year_days, rule.month_days) == ((1, 3), (9, -1), (1, 31, -2))
    assert rule.weekdays == ((0, 4), (2, 1), (-1, 0))
    assert (rule.hours, rule.minutes, rule.positions, rule.skip) == ((9,), (0, 30), (1, -1), Skip.BACKWARD)


def test_the_text_is_kept_in_capitals_and_without_the_property_name() -> None:
    assert str(parse_rule("rrule:byday=we,mo;freq=weekly")) == "BYDAY=WE,MO;FREQ=WEEKLY"


def test_rules_that_mean_the_same_are_equal_and_hash_alike() -> None:
    one, other = parse_rule("FREQ=WEEKLY;BYDAY=MO,WE"), parse_rule("BYDAY=WE,MO,MO;FREQ=WEEKLY;INTERVAL=1")
    assert one == other
    assert len({one, other}) == 1


def test_until_is_an_instant_or_a_day() -> None:
    assert parse_rule("FREQ=DAILY;UNTIL=20271231T225959Z").until == datetime(
        2027, 12, 31, 22, 59, 59, tzinfo=UTC
    )
    assert parse_rule("FREQ=DAILY;UNTIL=20271231").until == date(2027, 12, 31)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "parts"),
        ("BYDAY=MO", "FREQ"),
        ("FREQ=", "FREQ"),
        ("FREQ", "FREQ"),
        ("FREQ=FORTNIGHTLY", "FREQ"),
        ("FREQ=MINUTELY", "hourly"),
        ("FREQ=SECONDLY", "hourly"),
        ("FREQ=HOURLY;BYSECOND=1", "BYSECOND"),
        ("FREQ=DAILY;FREQ=DAILY", "twice"),
        ("FREQ=DAILY;", "parts"),
        (";FREQ=DAILY", "parts"),
        (" FREQ=DAILY", "parts"),
        ("FREQ=DAILY\nEXRULE:FREQ=DAILY", "one line"),
        ("DTSTART:20260101T090000Z\r\nRRULE:FREQ=DAILY", "one line"),
        ("DTSTART=20260101;FREQ=DAILY", "DTSTART"),
        ("FREQ=DAILY;X-NAME=1", "X-NAME"),
        ("RRULE:RRULE:FREQ=DAILY", "parts"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=1001", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=-1", "COUNT"),
        ("FREQ=DAILY;COUNT=2147483648", "COUNT"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20260310T090000Z", "both"),
        ("FREQ=DAILY;UNTIL=20260310T090000", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20260310T250000Z", "UNTIL"),
        ("FREQ=DAILY;UNTIL=00000101", "UNTIL"),
        ("FREQ=WEEKLY;WKST=1MO", "WKST"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=+1", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=5L", "BYMONTH"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=--1", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=,24", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=\u0661", "ASCII"),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY"),
        ("FREQ=YEARLY;BYWEEKNO=-54", "BYWEEKNO"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
        ("FREQ=DAILY;BYMINUTE=60", "BYMINUTE"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=54MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=MON", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "BYDAY"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=WEEKLY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
        ("RSCALE=HEBREW;FREQ=DAILY", "RSCALE"),
        ("FREQ=MONTHLY;SKIP=BACKWARD", "RSCALE"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=SIDEWAYS", "SKIP"),
        ("FREQ=DAILY;BYMONTH=" + "1," * 250 + "1", "512"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_reason(text: str, word: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_rule(text, "recurrence", "rule")
    assert word in refusal.value.message
    assert refusal.value.field == ("recurrence", "rule")


@pytest.mark.parametrize(
    "text", ["FREQ=DAILY;COUNT=2147483647", "FREQ=DAILY;INTERVAL=1000", "FREQ=MONTHLY;BYDAY=+01MO"]
)
def test_the_limits_themselves_are_accepted(text: str) -> None:
    assert str(parse_rule(text)) == text


@pytest.mark.parametrize(
    ("text", "all_day"),
    [
        ("FREQ=DAILY;UNTIL=20260310", False),
        ("FREQ=DAILY;UNTIL=20260310T090000Z", True),
        ("FREQ=HOURLY", True),
        ("FREQ=DAILY;BYHOUR=9", True),
        ("FREQ=DAILY;BYMINUTE=0", True),
    ],
)
def test_a_series_refuses_a_rule_of_the_other_kind(text: str, all_day: bool) -> None:
    rule = parse_rule(text)
    with pytest.raises(Invalid) as refusal:
        Series(rule, START, VIENNA, all_day, field=("recurrence", "rule"))
    assert refusal.value.field == ("recurrence", "rule")
    Series(rule, START, VIENNA, not all_day)


def test_a_hundred_thousand_random_texts_are_accepted_or_refused() -> None:
    random = Random(7)
    accepted = {}
    for _ in range(100_000):
        try:
            rule = parse_rule(random_text(random))
        except Invalid as refusal:
            assert refusal.message  # noqa: PT017 -- each of them has a reason
        else:
            accepted[str(rule)] = rule
    for rule in list(accepted.values())[:3000]:
        assert summary(rule)
        try:
            series = Series(rule, START, VIENNA, all_day=type(rule.until) is date)
            series.check()
        except Invalid:
            continue
        assert series.first(2)
    assert len(accepted) > 10_000
