"""The scalars of the API: how each is read, strictly, and how it is written."""

import re
from datetime import UTC, date, datetime, time
from typing import Any, NewType

import strawberry
from graphql import GraphQLError

from resolvers.calendar.durations import Duration, parse_duration
from resolvers.errors import Invalid
from resolvers.instants import instant_text
from resolvers.log.cursor import looks_like_cursor

TimeZone = NewType("TimeZone", str)
Cursor = NewType("Cursor", str)
JSON = NewType("JSON", object)
RecurrenceRule = NewType("RecurrenceRule", str)

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
#: Finer parts of a second are cut: nothing here keeps them.
_MICROSECONDS = re.compile(r"(\.\d{6})\d+")


def _unreadable(what: str) -> GraphQLError:
    return GraphQLError(what, extensions={"code": "INVALID_INPUT"})


def _read_instant(value: Any) -> datetime:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(_MICROSECONDS.sub(r"\1", value.upper())).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise _unreadable("A DateTime is RFC 3339 with an offset or Z, such as 2026-03-01T09:00:00+01:00.")


def _read_day(value: Any) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _unreadable("A Date is a calendar day, YYYY-MM-DD.")


def _read_time(value: Any) -> time:
    if isinstance(value, str) and _TIME.fullmatch(value):
        return time.fromisoformat(value)
    raise _unreadable("A Time is a wall-clock time, HH:MM.")


def _read_cursor(value: Any) -> str:
    if isinstance(value, str) and looks_like_cursor(value):
        return value
    raise _unreadable("This is not a cursor.")


def _read_time_zone(value: Any) -> str:
    # Whether there is such a zone is for the act to say, as an error of the field.
    if isinstance(value, str):
        return value
    raise _unreadable("A TimeZone is an IANA name, such as Europe/Vienna.")


def _read_duration(value: Any) -> Duration:
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except Invalid as refusal:
            raise _unreadable(refusal.message) from None
    raise _unreadable("A Duration is ISO 8601, such as PT30M or P1D.")


def _read_rule(value: Any) -> str:
    # What is wrong with a rule is for the act to say, as an error of the field.
    if isinstance(value, str):
        return value
    raise _unreadable("A RecurrenceRule is the value of an RRULE, such as FREQ=WEEKLY;BYDAY=MO,WE.")


SCALARS: dict[object, Any] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant. Input: RFC 3339 with an offset or Z (a naive time is refused). "
        "Output: UTC, `YYYY-MM-DDTHH:MM:SS[.ffffff]Z`.",
        serialize=instant_text,
        parse_value=_read_instant,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar day, `YYYY-MM-DD`. It never passes through an instant: the day you send is the day "
        "you read, in every time zone.",
        serialize=date.isoformat,
        parse_value=_read_day,
    ),
    time: strawberry.scalar(
        name="Time",
        description="A wall-clock time, `HH:MM`.",
        serialize=lambda value: value.strftime("%H:%M"),
        parse_value=_read_time,
    ),
    TimeZone: strawberry.scalar(
        name="TimeZone",
        description="An IANA time zone name, such as `Europe/Vienna`.",
        serialize=str,
        parse_value=_read_time_zone,
    ),
    Duration: strawberry.scalar(
        name="Duration",
        description="An ISO 8601 duration of weeks, days, hours and minutes, such as `PT30M` or `P1D`. Never negative, at "
        "most a year. Days are calendar days, hours exact.",
        serialize=str,
        parse_value=_read_duration,
    ),
    RecurrenceRule: strawberry.scalar(
        name="RecurrenceRule",
        description="""The value of an RFC 5545 RRULE, such as `FREQ=WEEKLY;BYDAY=MO,WE`, at most 512 ASCII characters. A leading `RRULE:` is accepted and dropped.
It is expanded on the wall clock of its time zone: 09:00 stays 09:00 when summer time begins. A wall time that is skipped is read with the
offset before the gap, one that comes twice means the first; a day that the month lacks is left out. RFC 7529 is understood for RSCALE=GREGORIAN: SKIP=OMIT|BACKWARD|FORWARD. A start is cut to the whole second. Occurrences that share an instant are given
once, and COUNT counts each of them. UNTIL is a UTC time, or a day for an all-day series.
Refused with INVALID_INPUT, each within 50 ms: anything RFC 5545 forbids, a second line or property, FREQ=SECONDLY or MINUTELY, BYSECOND,
and a rule with no occurrence at its start or in the 30 years after it.""",
        serialize=str,
        parse_value=_read_rule,
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        description="A place in one user's event log. Opaque; later events have later cursors; another user's cursor "
        "is refused.",
        serialize=str,
        parse_value=_read_cursor,
    ),
    JSON: strawberry.scalar(name="JSON", serialize=lambda value: value, parse_value=lambda value: value),
}
