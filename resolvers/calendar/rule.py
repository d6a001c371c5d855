"""A recurrence rule, read strictly: RFC 5545, 3.3.10, and RFC 7529 for the Gregorian calendar.

Days of the week are numbers here, Monday is 0. What the rule leaves to its series' start is not filled in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from resolvers.calendar import parts
from resolvers.calendar.parts import Frequency, Skip
from resolvers.errors import Invalid

CHARACTERS = 512
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "RSCALE", "SKIP", "BYDAY", *parts.LISTS}


@dataclass(frozen=True, slots=True)
class Rule:
    """Each value once, ascending, those counted from the end last; an empty tuple where a part is not given.

    `weekdays` holds (ordinal, weekday), the ordinal 0 where there is none. `until` is a day for a series of days, or
    an instant in UTC. `str(rule)` is the rule as it was sent, in capitals and without `RRULE:`.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | None = None
    week_start: int = 0
    months: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    skip: Skip = Skip.OMIT
    text: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.text


def parse_rule(text: str, *field: str) -> Rule:
    """Reads the value of an RRULE. Raises Invalid, naming `field`, with what is wrong in plain words."""
    try:
        return _read(text)
    except Invalid as refusal:
        raise Invalid(refusal.message, *field) from None


def _read(text: str) -> Rule:
    if len(text) > CHARACTERS:
        raise Invalid(f"A rule has at most {CHARACTERS} characters.")
    if not text.isascii():
        raise Invalid("A rule is written in ASCII characters.")
    value = text.upper().removeprefix("RRULE:")
    given = dict(_split(value))
    if "FREQ" not in given:
        raise Invalid("A rule needs FREQ: YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY.")
    if "COUNT" in given and "UNTIL" in given:
        raise Invalid("A rule ends by COUNT or by UNTIL, not by both.")
    rule = Rule(
        frequency=parts.read_frequency(given["FREQ"]),
        interval=parts.read_whole("INTERVAL", given.get("INTERVAL", "1"), parts.INTERVAL_MOST),
        count=parts.read_whole("COUNT", given["COUNT"], parts.COUNT_MOST) if "COUNT" in given else None,
        until=parts.read_until(given["UNTIL"]) if "UNTIL" in given else None,
        week_start=parts.read_week_start(given.get("WKST", "MO")),
        months=parts.read_numbers("BYMONTH", given),
        weeks=parts.read_numbers("BYWEEKNO", given),
        year_days=parts.read_numbers("BYYEARDAY", given),
        month_days=parts.read_numbers("BYMONTHDAY", given),
        weekdays=parts.read_weekdays(given["BYDAY"]) if "BYDAY" in given else (),
        hours=parts.read_numbers("BYHOUR", given),
        minutes=parts.read_numbers("BYMINUTE", given),
        positions=parts.read_numbers("BYSETPOS", given),
        skip=parts.read_skip(given),
        text=value,
    )
    _check_together(rule)
    return rule


def _split(value: str) -> Iterator[tuple[str, str]]:
    if "\n" in value or "\r" in value:
        raise Invalid("A rule is one line, without further properties.")
    seen = set()
    for part in value.split(";"):
        name, equals, content = part.partition("=")
        if name == "BYSECOND":
            raise Invalid("BYSECOND is not understood: a series repeats hourly at most.")
        if name not in _PARTS:
            known = "A rule is made of parts such as FREQ=WEEKLY;BYDAY=MO,WE"
            raise Invalid(f"{known}; {name} is none of them." if _is_name(name) else f"{known}.")
        if not equals or not content:
            raise Invalid(f"{name} has no value.")
        if name in seen:
            raise Invalid(f"{name} is given twice.")
        seen.add(name)
        yield name, content


def _is_name(name: str) -> bool:
    return len(name) <= 20 and name.replace("-", "").isalnum()


def _check_together(rule: Rule) -> None:
    """Raises Invalid for parts that RFC 5545 does not allow together."""
    frequency = rule.frequency
    if rule.weeks and frequency != Frequency.YEARLY:
        raise Invalid("BYWEEKNO goes with FREQ=YEARLY only.")
    if rule.year_days and frequency in (Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY):
        raise Invalid(f"BYYEARDAY does not go with FREQ={frequency.name}.")
    if rule.month_days and frequency == Frequency.WEEKLY:
        raise Invalid("BYMONTHDAY does not go with FREQ=WEEKLY.")
    if any(ordinal for ordinal, _ in rule.weekdays):
        if frequency not in (Frequency.YEARLY, Frequency.MONTHLY):
            raise Invalid("BYDAY has numbers only with FREQ=MONTHLY or FREQ=YEARLY.")
        if rule.weeks:
            raise Invalid("BYDAY has no numbers beside BYWEEKNO.")
    others = (
        rule.months,
        rule.weeks,
        rule.year_days,
        rule.month_days,
        rule.weekdays,
        rule.hours,
        rule.minutes,
    )
    if rule.positions and not any(others):
        raise Invalid("BYSETPOS picks from what another BY part lists, and there is none.")
