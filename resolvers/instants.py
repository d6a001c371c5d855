"""Instants and days as text, the one form that the API, the log and the bus share."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
#: Exclusive.
LATEST = datetime(2201, 1, 1, tzinfo=UTC)
EARLIEST_DAY = EARLIEST.date()
LATEST_DAY = date(2200, 12, 31)


def instant_text(instant: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS[.ffffff]Z`, whatever zone the aware `instant` carries."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def zone_or_utc(name: str) -> ZoneInfo:
    """The zone; UTC where the host does not know it (any more). For showing: what is listed must not fail."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of `day` in `zone`, in UTC.

    Where the clock skips midnight the day begins when it resumes; where midnight comes twice, at the first.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return midnight.astimezone(UTC)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which `day` is over in `zone`: the start of the day after it, in UTC."""
    return start_of_day(day + timedelta(days=1), zone)
