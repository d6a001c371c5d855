"""The calendar against the oracle, over random rules in zones with every kind of clock change."""

from datetime import datetime, time, timedelta
from itertools import takewhile
from random import Random
from zoneinfo import ZoneInfo

import pytest

from resolvers.calendar import Series, parse_rule
from tests.resolvers.calendar.oracle import occurrences
from tests.resolvers.calendar.randoms import random_rule

#: A zone, and a wall clock near which its clocks change.
CHANGES = [
    ("America/New_York", "2026-03-08T02:00"),
    ("America/New_York", "2026-11-01T01:00"),
    ("Australia/Lord_Howe", "2026-10-04T02:00"),  # by half an hour
    ("Africa/Cairo", "2026-04-24T00:00"),  # at midnight
    ("Pacific/Apia", "2011-12-30T00:00"),  # by a day, which does not exist
    ("Europe/Berlin", "2026-03-29T02:00"),
    ("Europe/Berlin", "2024-12-31T09:00"),  # of the year, where weeks belong to the next
]
#: How many days the oracle walks.
HORIZONS = {"YEARLY": 400, "MONTHLY": 150, "WEEKLY": 60, "DAILY": 30, "HOURLY": 4}
#: 10,080 rules in all, fewer of those that take the oracle long.
ROUNDS = {"YEARLY": 200, "MONTHLY": 330, "WEEKLY": 370, "DAILY": 370, "HOURLY": 170}


@pytest.mark.parametrize("frequency", HORIZONS)
@pytest.mark.parametrize(("zone_name", "change_at"), CHANGES)
def test_random_rules_mean_what_the_oracle_says(zone_name: str, change_at: str, frequency: str) -> None:
    random = Random(f"{zone_name} {change_at} {frequency}")
    zone, change = ZoneInfo(zone_name), datetime.fromisoformat(change_at)
    for _ in range(ROUNDS[frequency]):
        all_day = frequency != "HOURLY" and random.random() < 0.25
        text = random_rule(random, frequency, all_day)
        start = change - timedelta(minutes=random.choice((0, 15, 30, random.randrange(0, 60 * 24 * 10))))
        start += timedelta(seconds=random.choice((0, 0, 7)))
        if all_day:
            start = datetime.combine(start, time())
        horizon = change + timedelta(days=HORIZONS[frequency])
        agree(text, start, zone, all_day, horizon, random)


def agree(
    text: str, start: datetime, zone: ZoneInfo, all_day: bool, horizon: datetime, random: Random
) -> None:
    rule = parse_rule(text)
    context = f"{text} from {start} in {zone}"
    expected = occurrences(rule, start, zone, horizon)
    series = Series(rule, start, zone, all_day)

    found = [(one.at, one.wall) for one in series.first(len(expected) + 1) if one.wall < horizon]
    assert found == expected, context
    if not expected:
        return

    instants = [at for at, _ in expected]
    place = random.choice(instants) + timedelta(seconds=random.choice((-1, 0, 1)))
    later = [at for at in instants if at > place]
    end = instants[-1]
    after = [one.at for one in series.after(place, len(later))]
    assert after == later, f"{context} after {place}"

    limit = random.choice((1, 3, 100))
    between = [one.at for one in series.between(place, end, limit)]
    assert between == later[-limit:], f"{context} between {place} and {end}"

    excluded = {wall for _, wall in expected if random.random() < 0.3}
    left = Series(rule, start, zone, all_day, excluded).first(len(expected))
    kept = [one.wall for one in takewhile(lambda one: one.at <= end, left)]
    assert kept == [wall for _, wall in expected if wall not in excluded], f"{context} without {excluded}"
