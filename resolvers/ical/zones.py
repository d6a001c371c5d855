"""Time zones as calendars are told of them (VTIMEZONE), and the hours that their clocks skip."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from resolvers.ical.lines import line, wall

FIRST_YEAR = 1970
#: A law that held until then is told as one that goes on.
LAST_YEAR = 2060
#: No zone changes its clocks twice within so long.
_STEP = timedelta(days=6)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Change:
    """Clocks go from one offset to another. `wall` is what they show right before, naive."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool


@lru_cache(128)
def changes(key: str) -> tuple[Change, ...]:
    zone = ZoneInfo(key)
    found = []
    at, end = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    while at < end:
        upcoming = min(at + _STEP, end)
        if _state(zone, at) != _state(zone, upcoming):
            found.append(_change(zone, at, upcoming))
        at = upcoming
    return tuple(found)


def is_steady(zone: ZoneInfo, since: datetime) -> bool:
    """Whether its clocks go on as they are after the naive `since`, as far as is known."""
    return not any(change.wall >= since for change in changes(zone.key))


def gaps(zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """What the clocks skip between two wall clocks: [first, end) each."""
    for change in changes(zone.key):
        if change.after > change.before and after <= change.wall <= until:
            yield change.wall, change.wall + (change.after - change.before)


@lru_cache(128)
def vtimezone(key: str) -> str:
    """What holds at the beginning, then each change; what goes on every year goes on for ever."""
    zone = ZoneInfo(key)
    first = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).astimezone(zone)
    offset = first.utcoffset() or timedelta()
    parts = [line("BEGIN", "VTIMEZONE"), line("TZID", key)]
    begins = first.replace(tzinfo=None) - timedelta(days=1)
    parts.append(
        _observance(Change(begins, offset, offset, first.tzname() or key, bool(first.dst())), "", [])
    )
    kinds: dict[tuple[timedelta, timedelta, str, bool], list[Change]] = {}
    for change in changes(key):
        kinds.setdefault((change.before, change.after, change.name, change.summer), []).append(change)
    for same in kinds.values():
        rule, lasting = _yearly(same)
        single = same[: len(same) - lasting]
        if single:
            parts.append(_observance(single[0], "", single[1:]))
        if lasting:
            parts.append(_observance(same[-lasting], rule, []))
    return "".join([*parts, line("END", "VTIMEZONE")])


def _observance(first: Change, rule: str, others: list[Change]) -> str:
    kind = "DAYLIGHT" if first.summer else "STANDARD"
    return "".join(
        [
            line("BEGIN", kind),
            line("DTSTART", wall(first.wall)),
            *([line("RRULE", rule)] if rule else []),
            *(line("RDATE", wall(other.wall)) for other in others),
            line("TZOFFSETFROM", _offset(first.before)),
            line("TZOFFSETTO", _offset(first.after)),
            line("TZNAME", first.name),
            line("END", kind),
        ]
    )


def _yearly(same: list[Change]) -> tuple[str, int]:
    """The rule by which the last of them come year by year, and how many of them do; none where they have ended."""
    last = same[-1].wall
    if last.year != LAST_YEAR:
        return "", 0
    best = ("", 0)
    for ordinal in {(last.day - 1) // 7 + 1, -1 if _of_month(last, -1) else 0} - {0}:
        count = 0
        for back, change in enumerate(reversed(same)):
            each = change.wall
            if (each.year, each.month, each.weekday(), each.time()) != (
                LAST_YEAR - back,
                last.month,
                last.weekday(),
                last.time(),
            ) or not _of_month(each, ordinal):
                break
            count += 1
        if count > best[1]:
            best = f"FREQ=YEARLY;BYMONTH={last.month};BYDAY={ordinal}{_DAYS[last.weekday()]}", count
    # One year alone is no law, such as that of a month of the moon.
    return best if best[1] > 1 else ("", 0)


def _of_month(clock: datetime, ordinal: int) -> bool:
    if ordinal == -1:
        return (clock + timedelta(days=7)).month != clock.month
    return (clock.day - 1) // 7 + 1 == ordinal


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> Change:
    before = _state(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle <= low:
            break
        low, high = (middle, high) if _state(zone, middle) == before else (low, middle)
    after = _state(zone, high)
    clock = (high + before[0]).replace(tzinfo=None)
    return Change(clock, before[0], after[0], after[1], after[2])


def _state(zone: ZoneInfo, at: datetime) -> tuple[timedelta, str, bool]:
    local = at.astimezone(zone)
    return local.utcoffset() or timedelta(), local.tzname() or zone.key, bool(local.dst())


def _offset(offset: timedelta) -> str:
    minutes, seconds = divmod(abs(int(offset.total_seconds())), 60)
    sign = "-" if offset < timedelta() else "+"
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + (f"{seconds:02}" if seconds else "")
