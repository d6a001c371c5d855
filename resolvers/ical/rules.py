"""What of a series is told to other calendars: its rule where all of them read it alike, else its next occurrences.

They differ in weeks by number, in the hours that clocks skip, in SKIP (RFC 7529) and in a few combinations that hardly
anybody uses; what counts from a completion they can't know. The rule itself goes along, for who imports it here again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from resolvers.calendar import Frequency, Occurrence, Rule, Series, Skip, parse_rule
from resolvers.calendar.plan import plan_of
from resolvers.errors import Invalid
from resolvers.ical.zones import gaps, is_steady
from resolvers.recurrences.plan import Mode, zone_of
from resolvers.tables import Recurrence, Task

#: Told where the rule is not.
LISTED = 100
#: So long from today clocks may skip an occurrence before the rule is not told for it.
_AHEAD = timedelta(days=10 * 366)
_UNSPOKEN = ("RSCALE=", "SKIP=")


@dataclass(frozen=True, slots=True)
class Told:
    """One series.

    rule         an RRULE, or "" where the occurrences are listed
    occurrences  the first of the rule; or all that are told, what is left out aside
    """

    zone: ZoneInfo
    start: datetime
    all_day: bool
    rule: str
    occurrences: tuple[Occurrence, ...]


def told(task: Task, recurrence: Recurrence, today: datetime) -> Told | None:
    """None where it can't be read any more, such as in a zone that this host does not have.

    today  the instant at which the day began: what is listed begins there, or at the start where that is later
    """
    try:
        zone = zone_of(task, recurrence)
        rule, occurrences = _told(
            recurrence.rule,
            datetime.fromisoformat(recurrence.start_wall),
            zone.key,
            recurrence.all_day,
            tuple(recurrence.skipped),
            recurrence.mode == Mode.COMPLETION,
            today,
        )
    except (Invalid, ValueError, KeyError, OSError):
        return None
    return Told(zone, datetime.fromisoformat(recurrence.start_wall), recurrence.all_day, rule, occurrences)


@lru_cache(10_000)
def _told(
    text: str,
    start: datetime,
    zone_key: str,
    all_day: bool,
    skipped: tuple[str, ...],
    by_completion: bool,
    today: datetime,
) -> tuple[str, tuple[Occurrence, ...]]:
    """Remembered, since a feed is read every hour or so, and rarely differs."""
    if by_completion:
        return "", ()
    rule, zone = parse_rule(text), ZoneInfo(zone_key)
    series = Series(rule, start, zone, all_day)
    if is_read_alike(rule) and (all_day or not _meets_gap(series, today)):
        return _plain(rule), tuple(series.first(1))
    series = Series(rule, start, zone, all_day, [datetime.fromisoformat(each) for each in skipped])
    first = series.first(LISTED)
    if not first or first[0].at < today:
        first = series.after(today - timedelta(microseconds=1), LISTED)
    return "", tuple(first)


def is_read_alike(rule: Rule) -> bool:
    """Whether calendars agree on which wall clocks it means."""
    counted = [bool(ordinal) for ordinal, _ in rule.weekdays]
    return not (
        rule.skip != Skip.OMIT
        or rule.weeks
        or rule.year_days
        # A week that begins before the series: which of its days is the second is read in two ways.
        or (rule.positions and rule.frequency not in (Frequency.MONTHLY, Frequency.YEARLY))
        # Either kind of day, or both at once.
        or (any(counted) and not all(counted))
        or (any(counted) and rule.month_days)
        or any(abs(ordinal) > 5 for ordinal, _ in rule.weekdays)
        or (any(counted) and rule.frequency == Frequency.YEARLY and not rule.months)
    )


def _plain(rule: Rule) -> str:
    """SKIP=OMIT is what all do without being told."""
    return ";".join(part for part in str(rule).split(";") if not part.startswith(_UNSPOKEN))


def _meets_gap(series: Series, today: datetime) -> bool:
    now = today.replace(tzinfo=None)
    if series.rule.frequency == Frequency.HOURLY:
        # An hour that comes twice is one occurrence here and two elsewhere.
        return not is_steady(series.zone, min(series.start, now) - timedelta(days=1))
    plan = plan_of(series.rule, series.start)
    until = max(now, series.start) + _AHEAD
    return any(
        any(first <= each < end for each in _until(plan.walls(first, end), end))
        for first, end in gaps(series.zone, series.start - timedelta(days=1), until)
    )


def _until(walls: Any, end: datetime) -> Any:
    for each in walls:
        if each >= end:
            return
        yield each
