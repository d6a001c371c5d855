"""An iCalendar file: its lines, and the to-dos in it. What is not of this form is refused, with its line."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from icalendar.parser import Contentline
from icalendar.parser.property import split_on_unescaped_comma, unescape_backslash

from resolvers.errors import Invalid, LimitExceeded
from resolvers.validation import checked_text

FIELD = "ics"
BYTES = 262_144
TO_DOS = 1_000
#: VCALENDAR, VTODO, VALARM and one more; VCALENDAR, VTIMEZONE, STANDARD.
DEPTH = 5
#: In words about a line.
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Property:
    """`raw` is the value as it stands there, `text` without its escapes."""

    name: str
    parameters: dict[str, str]
    raw: str
    line: int

    @property
    def text(self) -> str:
        return str(unescape_backslash(self.raw))

    @property
    def texts(self) -> list[str]:
        """Of a list of texts, divided by commas."""
        return list(split_on_unescaped_comma(self.raw))


@dataclass(slots=True)
class Component:
    """A VTODO or a VALARM in it."""

    line: int
    properties: list[Property] = field(default_factory=list)
    alarms: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [each for each in self.properties if each.name == name]

    def first(self, name: str) -> Property | None:
        return next((each for each in self.properties if each.name == name), None)


@dataclass(slots=True)
class File:
    """others: how many there are of what is no to-do; zones: IANA names by the file's own, where it says them."""

    to_dos: list[Component] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    zones: dict[str, str] = field(default_factory=dict)


def parse(ics: str) -> File:
    """Raises Invalid and LimitExceeded with the field `ics`, and the line at fault in words."""
    if len(ics) > BYTES or len(ics.encode(errors="surrogatepass")) > BYTES:
        raise Invalid(f"A file has at most {BYTES:,} bytes: import a larger one in parts.", FIELD)
    checked_text(ics, FIELD)
    reader = _Reader()
    for number, content in _unfolded(ics):
        reader.read(number, content)
    if reader.stack:
        raise Invalid(f"The file ends within {_shown(reader.stack[-1])}: is it whole?", FIELD)
    if not reader.began:
        raise Invalid("This is not an iCalendar file: it has no BEGIN:VCALENDAR.", FIELD)
    return reader.file


class _Reader:
    def __init__(self) -> None:
        self.file = File()
        self.stack: list[str] = []
        self.began = False
        self._to_do: Component | None = None
        self._alarm: Component | None = None
        self._zone = ""

    def read(self, number: int, content: str) -> None:
        start = content[:6].upper()
        if start == "BEGIN:":
            self._begin(number, content[6:].strip().upper())
        elif content[:4].upper() == "END:":
            self._end(number, content[4:].strip().upper())
        elif not self.stack:
            raise _at(number, "This is not an iCalendar file: BEGIN:VCALENDAR comes first.")
        else:
            self._property(number, content)

    def _begin(self, number: int, name: str) -> None:
        if not self.stack and name != "VCALENDAR":
            raise _at(number, "BEGIN:VCALENDAR comes first.")
        if len(self.stack) >= DEPTH:
            raise _at(number, "Nothing in a calendar is nested so deep.")
        self.began = True
        self.stack.append(name)
        if self.stack[1:] == ["VTODO"]:
            if len(self.file.to_dos) >= TO_DOS:
                raise LimitExceeded(
                    f"At most {TO_DOS:,} to-dos are imported at once: import the file in parts.", FIELD
                )
            self._to_do = Component(number)
            self.file.to_dos.append(self._to_do)
        elif self.stack[1:] == ["VTODO", "VALARM"] and self._to_do is not None:
            self._alarm = Component(number)
            self._to_do.alarms.append(self._alarm)
        elif len(self.stack) == 2 and name != "VTIMEZONE":
            self.file.others[name] += 1

    def _end(self, number: int, name: str) -> None:
        if not self.stack or self.stack[-1] != name:
            open_ = f"{_shown(self.stack[-1])} is open" if self.stack else "nothing is open"
            raise _at(number, f"END:{_shown(name)} where {open_}.")
        self.stack.pop()
        self._alarm = None
        if len(self.stack) < 2:
            self._to_do = None

    def _property(self, number: int, content: str) -> None:
        inside = self.stack[1:]
        if inside == ["VTODO"] and self._to_do is not None:
            self._to_do.properties.append(_read(number, content))
        elif inside == ["VTODO", "VALARM"] and self._alarm is not None:
            self._alarm.properties.append(_read(number, content))
        elif inside == ["VTIMEZONE"]:
            each = _read(number, content)
            if each.name == "TZID":
                self._zone = each.text
            elif each.name == "X-LIC-LOCATION":
                self.file.zones[self._zone] = each.text


def _read(number: int, content: str) -> Property:
    try:
        name, parameters, raw = Contentline(content).raw_parts()  # type: ignore[no-untyped-call]
    except (ValueError, AssertionError):
        raise _at(number, f"“{_shown(content)}” is no line of a calendar.") from None
    # Lists of parameters are of no use here: the first counts.
    values = {
        str(key).upper(): str(value[0] if isinstance(value, list) and value else value)
        for key, value in parameters.items()
    }
    return Property(name.upper(), values, raw, number)


def _unfolded(ics: str) -> Iterator[tuple[int, str]]:
    """Each content line with the number of its first line in the file."""
    parts: list[str] = []
    begins = 0
    lines = ics.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, each in enumerate(lines, 1):
        if each[:1] in {" ", "\t"} and parts:
            parts.append(each[1:])
            continue
        if parts:
            yield begins, "".join(parts)
        parts, begins = ([each] if each.strip() else []), number
    if parts:
        yield begins, "".join(parts)


def _at(number: int, words: str) -> Invalid:
    return Invalid(f"Line {number}: {words}", FIELD)


def _shown(content: str) -> str:
    return content if len(content) <= _SHOWN else f"{content[:_SHOWN]}…"
