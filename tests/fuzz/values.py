"""What a client could send in the place of each type: what is meant to be there, what nearly is, and what never was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLScalarType,
    get_nullable_type,
    is_required_input_field,
)

from tests.support.client import PASSWORD

#: In each list the first two are as they should be, wherever there is something that is.
FINE = 2
TEXTS = [
    "Buy milk",
    "x",
    "",
    " ",
    "%_\\",
    "'; DROP TABLE tasks; --",
    '" OR 1=1 --',
    "a\x00b",
    "\x00",
    "a\ud800b",
    "\udfff",
    "\u202eevil\u202c\u2066\u200b\ufeff",
    "e\u0301" * 600,
    "😀" * 500,
    "x" * 100_000,
    "\n\r\t\x0b\x1b[31m",
    "${jndi:ldap://127.0.0.1/}",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "null",
    "\u2028\x85",
    "İıſK",
]
#: For what has a form of its own, beside the texts.
BY_TYPE: dict[str, Sequence[Any]] = {
    "Int": [5, 1, 0, 100, 101, -1, 2**31 - 1, 2**31, -(2**31) - 1, 10**30, 1.5, 1e400, "1"],
    "Float": [0.5, 1.0, 1e308, "x"],
    "Boolean": [False, True, 0, "true"],
    "DateTime": [
        "2031-01-01T00:00:00Z",
        "2031-03-30T02:30:00+01:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999999-12:00",
        "2031-02-30T00:00:00Z",
        "2031-01-01T24:00:00Z",
        "2031-01-01T23:59:60Z",
        "2031-01-01T00:00:00",
        "2031-01-01T00:00:00+99:99",
        "2031-01-01T00:00:00.1234567890123Z",
        "２０３１-01-01T00:00:00Z",
        "2031-W01-1T00:00Z",
        0,
    ],
    "Date": [
        "2031-01-01",
        "2032-02-29",
        "2031-02-29",
        "0001-01-01",
        "9999-12-31",
        "2031-1-1",
        "20310101",
        20310101,
    ],
    "Time": ["09:00", "23:30", "24:00", "9:0", "23:59:59", "٠٩:٠٠", -1],
    "Duration": [
        "PT0S",
        "P1D",
        "P366D",
        "P",
        "PT",
        "-PT1M",
        "P1Y",
        "PT1S",
        f"P{'9' * 400}D",
        "PT1.5H",
        "P1DT",
    ],
    "TimeZone": [
        "UTC",
        "Europe/Vienna",
        "utc",
        "../../etc/passwd",
        "GMT+25",
        "posixrules",
        "Europe",
        "CON",
        0,
    ],
    "RecurrenceRule": [
        "FREQ=DAILY",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3",
        "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20350101T000000Z",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;INTERVAL=97",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=SECONDLY",
        "FREQ=DAILY;COUNT=99999999999999999999",
        "FREQ=HOURLY;BYHOUR=1;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYDAY=53MO,-53SU;BYSETPOS=366",
        "FREQ=WEEKLY;RSCALE=CHINESE;SKIP=OMIT",
        "FREQ=DAILY\nEXRULE:FREQ=DAILY",
        f"FREQ=YEARLY;BYYEARDAY={','.join(str(day) for day in range(1, 120))}",
        "FREQ=DAILY;FREQ=DAILY",
        "=;=;",
    ],
}
#: By the field's name, or the root field's and its own, where its type is String.
BY_NAME: dict[str, Sequence[Any]] = {
    "email": [
        "a@example.com",
        "B@example.com",
        "@",
        f"{'a' * 300}@example.com",
        "a@b@c",
        "ä@example.com\r\nBcc: b@example.com",
    ],
    "password": [PASSWORD, PASSWORD, "x" * 129, "short"],
    # Seldom the right one: it takes a while until there is somebody new.
    "deleteAccount.password": ["not this one", "nor this one", PASSWORD],
    "newPassword": [PASSWORD, PASSWORD, "x"],
    # None of it is called: what is not public is refused, and nothing else has a name here.
    "url": [
        "https://127.0.0.1/",
        "https://[::1]/",
        "file:///etc/passwd",
        "https://169.254.169.254/",
        "https://",
    ],
    "endpoint": ["https://10.0.0.1/push", "http://example.invalid/"],
    "address": ["a@example.invalid", "b@example.invalid", "a@", "a@example.invalid, b@example.invalid"],
    "color": ["#64748b", "#64748B", "red", "#GGGGGG", "#6474"],
    "p256dh": ["BA", "!"],
    "ics": [
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:a\r\nSUMMARY:x\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
        "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nRRULE:FREQ=SECONDLY\r\nDUE;TZID=../x:20310230T256161\r\nEND:VTODO\r\n",
        "BEGIN:A\r\n" * 2_000,
        "BEGIN:VCALENDAR\r\n" + " x\r\n" * 5_000,
    ],
}


@dataclass
class Known:
    """What is there to be named: one's own, and what is somebody else's."""

    own: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    cursors: Sequence[str] = ()

    def fitting(self, words: str, things: Mapping[str, str]) -> list[Any]:
        """The thing of the kind that the words are about."""
        found = [id_ for kind, id_ in things.items() if kind.lower() in words.lower()]
        return found[-1:] or list(things.values())

    def ids(self) -> list[Any]:
        one = next(iter(self.own.values()), str(uuid4()))
        spelled = [one.upper(), f"{{{one}}}", f"urn:uuid:{one}", one.replace("-", ""), one[:-1], f" {one}"]
        return [*self.own.values(), *self.others.values(), str(uuid4()), *spelled, "", "x", 1, 10**40]

    def places(self) -> list[Any]:
        damaged = [cursor[:-1] for cursor in self.cursors] + [cursor[::-1] for cursor in self.cursors]
        return [
            *self.cursors,
            *damaged,
            "",
            "=",
            "AAAA",
            "WyJjcmVhdGVkX2F0Il0",
            "W10",
            "bnVsbA",
            "x" * 10_000,
        ]


DEEP = [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]


@dataclass
class Values:
    """Of one request. `wild`: one in so many is not as it should be; `about`: the root field."""

    random: Random
    known: Known
    about: str
    wild: int

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    def one_of(self, things: Sequence[Any]) -> Any:
        return self.random.choice(things)

    def junk(self, depth: int = 3) -> Any:
        """Any JSON at all."""
        size = self.random.randrange(3)
        match self.random.randrange(6) if depth else 0:
            case 1:
                return [self.junk(depth - 1) for _ in range(size)]
            case 2:
                return {self.one_of(["id", "a", ""]): self.junk(depth - 1) for _ in range(size)}
            case 3:
                return DEEP
        return self.one_of([None, True, 0, -1, 10**30, 0.1, *TEXTS])

    def text(self) -> str:
        """Up to forty characters of any plane, halves of some among them."""
        last = self.one_of([0x7F, 0x7FF, 0xFFFF, 0x10FFFF])
        return "".join(chr(self.random.randint(0, last)) for _ in range(self.random.randrange(40)))

    def value(self, type_: GraphQLInputType, name: str = "") -> Any:
        """Something in the place of `type_`."""
        if self.chance(10 * self.wild):
            return self.junk()
        bare = get_nullable_type(type_)
        if bare is type_ and self.chance(5 * self.wild):
            return None
        if isinstance(bare, GraphQLList):
            if self.chance(10 * self.wild):
                return [self.value(bare.of_type, name)] * 300
            size = self.one_of([0, 1, 1, 1, 2, 3])
            return [self.value(bare.of_type, name) for _ in range(size)]
        if isinstance(bare, GraphQLInputObjectType):
            filled = {
                key: self.value(it.type, key)
                for key, it in bare.fields.items()
                if is_required_input_field(it) or self.chance(4)
            }
            return filled | ({"unknown": 1} if self.chance(10 * self.wild) else {})
        if isinstance(bare, GraphQLEnumType):
            return self.one_of(["NOPE", "", 0] if self.chance(self.wild) else [*bare.values])
        assert isinstance(bare, GraphQLScalarType)
        return self._scalar(bare.name, name)

    def _scalar(self, kind: str, name: str) -> Any:
        if kind == "ID":
            about = f"{self.about} {name}"
            fine, words = self.known.fitting(about, self.known.own), self.known.ids()
            if self.chance(4):
                return self.one_of(self.known.fitting(about, self.known.others))
        elif kind == "Cursor" or name == "after":
            fine, words = list(self.known.cursors[:1]), self.known.places()
        else:
            words = list(
                BY_TYPE.get(kind) or BY_NAME.get(f"{self.about}.{name}") or BY_NAME.get(name) or TEXTS
            )
            fine = words[:FINE]
        if not self.chance(self.wild):
            return self.one_of(fine)
        if kind in {"Int", "Boolean", "Float"}:
            return self.one_of(words)
        return self.text() if self.chance(5) else self.one_of([*words, *words, *TEXTS])
