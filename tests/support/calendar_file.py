"""Somebody else's reader of iCalendar: lines unfolded and split by hand, and expanded by dateutil alone."""

import io
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from itertools import islice
from typing import Any

from dateutil.rrule import rruleset, rrulestr
from dateutil.tz import tzical

_ESCAPED = re.compile(r"\\(.)")


@dataclass
class Line:
    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)


@dataclass
class Part:
    """A component: its lines, and the components in it."""

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list["Part"] = field(default_factory=list)

    def all(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]

    def has(self, name: str) -> bool:
        return bool(self.all(name))

    def __getitem__(self, name: str) -> str:
        [line] = self.all(name)
        return line.text


class File:
    """Raises ValueError for what RFC 5545 does not let through."""

    def __init__(self, text: str) -> None:
        raw = text.encode()
        if not raw.endswith(b"END:VCALENDAR\r\n") or b"\n" in raw.replace(b"\r\n", b"") or b"\r\r" in raw:
            raise ValueError("lines end by CRLF")
        if any(len(line) > 75 for line in raw.split(b"\r\n")):
            raise ValueError("a line has at most 75 octets")
        for line in raw.split(b"\r\n"):
            line.decode()  # nothing is folded within a character
        stack = [Part("")]
        for line in raw.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]:
            head, value = _split(line)
            name, *parameters = head.split(";")
            if name == "BEGIN":
                stack.append(Part(value))
                stack[-2].parts.append(stack[-1])
            elif name == "END":
                if stack.pop().name != value:
                    raise ValueError(f"END:{value}")
            else:
                pairs = dict(each.split("=", 1) for each in parameters)
                stack[-1].lines.append(Line(name, pairs, value))
        [self.calendar] = stack[0].parts
        self.zones: dict[str, tzinfo] = {}
        for part in self.calendar.parts:
            if part.name == "VTIMEZONE":
                found = tzical(io.StringIO("\n".join(_lines_of(part)))).get(part["TZID"])
                assert found is not None
                self.zones[part["TZID"]] = found

    def parts(self, name: str) -> list[Part]:
        return [part for part in self.calendar.parts if part.name == name]

    def part(self, title: str) -> Part:
        """The only one of that title."""
        [found] = [
            part
            for part in self.calendar.parts
            if part.has("SUMMARY") and part["SUMMARY"].removeprefix("✓ ") == title
        ]
        return found

    def moment(self, line: Line) -> datetime | date:
        """A day, or an instant in UTC, by what the file itself says of the zone."""
        return self._read(line.value, line.parameters)

    def _read(self, value: str, parameters: dict[str, str]) -> Any:
        if parameters.get("VALUE") == "DATE":
            return date.fromisoformat(value)
        if value.endswith("Z"):
            return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        local = datetime.fromisoformat(value)
        return local.replace(tzinfo=self.zones[parameters["TZID"]]).astimezone(UTC)

    def occurrences(self, part: Part, count: int) -> list[datetime | date]:
        """The first of the recurrence set: DTSTART, RRULE, RDATE and EXDATE, on the wall clock of the zone."""
        [start] = part.all("DTSTART")
        zone = self.zones.get(start.parameters.get("TZID", ""))
        dates = start.parameters.get("VALUE") == "DATE"
        found = rruleset()
        for line in part.all("RRULE"):
            found.rrule(rrulestr(line.value, dtstart=_local(start, zone)))
        for line in (start, *part.all("RDATE")):
            found.rdate(_local(line, zone))
        for line in part.all("EXDATE"):
            found.exdate(_local(line, zone))
        return [each.date() if dates else each.astimezone(UTC) for each in islice(found, count)]


def _local(line: Line, zone: tzinfo | None) -> datetime:
    if line.value.endswith("Z"):
        return datetime.strptime(line.value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return datetime.fromisoformat(line.value).replace(tzinfo=zone)


def _lines_of(part: Part) -> list[str]:
    inner = [line for each in part.parts for line in _lines_of(each)]
    own = [f"{line.name}:{line.value}" for line in part.lines]
    return [f"BEGIN:{part.name}", *own, *inner, f"END:{part.name}"]


def _split(line: str) -> tuple[str, str]:
    quoted = False
    for place, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            return line[:place], line[place + 1 :]
    raise ValueError(f"no line: {line}")
