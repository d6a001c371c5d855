"""The values of a rule's parts, one reader each. All raise Invalid with what is wrong in plain words."""

import re
from datetime import UTC, date, datetime, time
from enum import IntEnum, StrEnum

from resolvers.errors import Invalid

INTERVAL_MOST = 1000
COUNT_MOST = 2**31 - 1
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Frequency(IntEnum):
    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4


class Skip(StrEnum):
    """What becomes of a day that its month lacks (RFC 7529, 4.1)."""

    OMIT = "OMIT"
    BACKWARD = "BACKWARD"
    FORWARD = "FORWARD"


#: BY part -> the largest magnitude, the smallest, and whether it may count from the end.
LISTS = {
    "BYMONTH": (12, 1, False),
    "BYWEEKNO": (53, 1, True),
    "BYYEARDAY": (366, 1, True),
    "BYMONTHDAY": (31, 1, True),
    "BYHOUR": (23, 0, False),
    "BYMINUTE": (59, 0, False),
    "BYSETPOS": (366, 1, True),
}
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}")
_WHOLE = re.compile(r"[0-9]{1,10}")
_UNTIL = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})Z)?")


def read_frequency(value: str) -> Frequency:
    if value in ("SECONDLY", "MINUTELY"):
        raise Invalid(f"FREQ={value} is not understood: a series repeats hourly at most.")
    if value not in Frequency.__members__:
        raise Invalid("FREQ is YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY.")
    return Frequency[value]


def read_whole(name: str, value: str, most: int) -> int:
    if not _WHOLE.fullmatch(value) or not 1 <= int(value) <= most:
        raise Invalid(f"{name} is a whole number from 1 to {most}.")
    return int(value)


def read_until(value: str) -> date:
    found = _UNTIL.fullmatch(value)
    try:
        if found:
            day = date(int(found[1]), int(found[2]), int(found[3]))
            if found[4] is None:
                return day
            return datetime.combine(day, time(int(found[4]), int(found[5]), int(found[6])), UTC)
    except ValueError:
        pass  # 30 February, or 25 o'clock
    raise Invalid("UNTIL is a time in UTC, 20271231T225959Z, or for an all-day series a day, 20271231.")


def read_week_start(value: str) -> int:
    if value not in WEEKDAYS:
        raise Invalid("WKST is one of MO, TU, WE, TH, FR, SA and SU.")
    return WEEKDAYS.index(value)


def read_numbers(name: str, parts: dict[str, str]) -> tuple[int, ...]:
    if name not in parts:
        return ()
    most, least, signed = LISTS[name]
    numbers = set()
    for item in parts[name].split(","):
        if (
            not _NUMBER.fullmatch(item)
            or not least <= abs(int(item)) <= most
            or not (signed or item[0].isdigit())
        ):
            end = f", or from -{most} to -1 counted from the end" if signed else ""
            raise Invalid(f"{name} lists numbers from {least} to {most}{end}.")
        numbers.add(int(item))
    return tuple(sorted(numbers, key=lambda number: (number < 0, number)))


def read_weekdays(value: str) -> tuple[tuple[int, int], ...]:
    days = set()
    for item in value.split(","):
        found = _WEEKDAY.fullmatch(item)
        if not found or (found[1] and not 1 <= abs(int(found[1])) <= 53):
            raise Invalid(
                "BYDAY lists MO, TU, WE, TH, FR, SA and SU, with a number up to 53 as in 2TU or -1FR."
            )
        days.add((int(found[1] or 0), WEEKDAYS.index(found[2])))
    return tuple(sorted(days, key=lambda day: (day[0] < 0, day)))


def read_skip(parts: dict[str, str]) -> Skip:
    if parts.get("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise Invalid("RSCALE is GREGORIAN: other calendars are not understood.")
    value = parts.get("SKIP", "OMIT")
    if value not in Skip.__members__:
        raise Invalid("SKIP is OMIT, BACKWARD or FORWARD.")
    if "SKIP" in parts and "RSCALE" not in parts:
        raise Invalid("SKIP needs RSCALE=GREGORIAN beside it.")
    return Skip[value]
