"""Files that are broken, or made to do harm: refused with the line at fault, or read in little time."""

import time

import pytest

from resolvers.errors import Invalid, LimitExceeded, Refusal
from resolvers.ical.parsing import BYTES, parse
from tests.resolvers.ical import counts, file, imported, noted
from tests.resolvers.life import Life

#: Of CPU: what no file of this size may take more of.
SECONDS = 10


def wrapped(inside: str) -> str:
    return f"BEGIN:VCALENDAR\r\n{inside}END:VCALENDAR\r\n"


BROKEN = {
    "empty": ("", "no BEGIN:VCALENDAR"),
    "a page": ("<html><body>Not found</body></html>", "Line 1"),
    "JSON": ('{"tasks": []}', "Line 1"),
    "a card": ("BEGIN:VCARD\nFN:x\nEND:VCARD\n", "Line 1"),
    "cut off": ("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:x\n", "within VTODO"),
    "crossed": (wrapped("BEGIN:VTODO\r\nBEGIN:VALARM\r\nEND:VTODO\r\nEND:VALARM\r\n"), "Line 4"),
    "ended twice": (wrapped("BEGIN:VTODO\r\nEND:VTODO\r\nEND:VTODO\r\n"), "Line 4"),
    "no property": (wrapped("BEGIN:VTODO\r\nUID:x\r\njust words\r\nEND:VTODO\r\n"), "Line 4"),
    "strange name": (wrapped("BEGIN:VTODO\r\nU!ID:x\r\nEND:VTODO\r\n"), "Line 3"),
    "NUL": (wrapped("BEGIN:VTODO\r\nUID:x\x00\r\nEND:VTODO\r\n"), "NUL"),
    "half a character": (wrapped("BEGIN:VTODO\r\nUID:\ud800\r\nEND:VTODO\r\n"), "Unicode"),
    "deep": ("BEGIN:VCALENDAR\n" + "BEGIN:X\n" * 15_000, "Line 6"),
    "too large": (wrapped(f"X:{'x' * BYTES}\r\n"), "262,144 bytes"),
    "too large in bytes": (wrapped(f"X:{'ä' * (BYTES // 2)}\r\n"), "262,144 bytes"),
    "too many": (wrapped("BEGIN:VTODO\r\nEND:VTODO\r\n" * 1_001), "1,000 to-dos"),
    "nothing to do": (wrapped(""), "no to-do"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_what_is_no_calendar_is_refused_with_its_reason(life: Life, name: str):
    ics, words = BROKEN[name]
    started = time.process_time()
    with pytest.raises(Refusal) as refused:
        await imported(life, ics)
    assert isinstance(refused.value, Invalid | LimitExceeded)
    assert refused.value.field == ("ics",)
    assert words in refused.value.message
    assert len(refused.value.message) < 200
    assert time.process_time() - started < SECONDS
    assert await life.events() == []


def filled(before: str, part: str, after: str = "") -> str:
    """As many of `part` as a file can hold."""
    room = BYTES - len(file(before + after)) - 200
    return before + part * (room // len(part.replace("\n", "\r\n"))) + after


SERIES = "UID:x\nSUMMARY:x\nDTSTART:20260601T090000Z\nRRULE:FREQ=DAILY"
HOSTILE = {
    "one long line": filled("UID:x\nSUMMARY:", "x"),
    "folded a character at a time": filled("UID:x\nSUMMARY:y\nX-A:", "x\n "),
    "escapes": filled("UID:x\nSUMMARY:y\nDESCRIPTION:", "\\\\\\n"),
    "days left out": filled(f"{SERIES}\nEXDATE:20260601T090000Z", ",20260602T090000Z"),
    "lines of days left out": filled(f"{SERIES}\n", "EXDATE:20260602T090000Z\n"),
    "labels": filled("UID:x\nSUMMARY:y\nCATEGORIES:a", ",b\\,c"),
    "alarms": filled("UID:x\nSUMMARY:y\nDUE:20260601T090000Z\n", "BEGIN:VALARM\nTRIGGER:-PT1M\nEND:VALARM\n"),
    "different alarms": "UID:x\nSUMMARY:y\nDUE:20260601T090000Z\n"
    + "".join(f"BEGIN:VALARM\nTRIGGER:-PT{minutes}M\nEND:VALARM\n" for minutes in range(3_000)),
    "parameters": filled("UID:x\nSUMMARY:y\nX-A", ";P=q", ":z"),
    "quotes": filled("UID:x\nSUMMARY:y\nX-A;P=", '"a",', '"b":z'),
    "blanks before what divides": filled("UID:x\nSUMMARY:y\nX-A", " ", ";P=q:z"),
    "a zone with a long name": filled("UID:x\nSUMMARY:y\nDUE;TZID=", "a/", "b:20260601T090000"),
    "rules": filled(f"{SERIES}\n", "RRULE:FREQ=DAILY\n"),
    "a rule without end": filled(
        "UID:x\nSUMMARY:x\nDTSTART:20260601T090000Z\nRRULE:FREQ=DAILY;BYMONTHDAY=1", ",1"
    ),
    "a rule that is never met": "UID:x\nSUMMARY:x\nDTSTART:20260601T090000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "a duration": f"UID:x\nSUMMARY:y\nDTSTART:20260601T090000Z\nDURATION:P{'9' * 5}W",
    "a trigger": "UID:x\nSUMMARY:y\nDUE:20260601T090000Z\nBEGIN:VALARM\nTRIGGER:-P99999W\nEND:VALARM",
    "a late trigger": "UID:x\nSUMMARY:y\nDUE:20260601T090000Z\nBEGIN:VALARM\nTRIGGER:P99999W\nEND:VALARM",
    "a number of digits": "UID:x\nSUMMARY:y\nPRIORITY:" + "9" * 5_000,
    "digits of another script": "UID:x\nSUMMARY:y\nPRIORITY:\u0665\nDUE:\u0662\u0660260601T090000Z",
    "an occurrence of no series": "UID:x\nSUMMARY:y\nRECURRENCE-ID:20260601T090000Z",
    "a start of another kind": "UID:x\nSUMMARY:y\nX-TASKFLOW-RULE:FREQ=HOURLY\nX-TASKFLOW-START:2026-06-01",
    "a start that is none": "UID:x\nSUMMARY:y\nX-TASKFLOW-RULE:FREQ=DAILY\nX-TASKFLOW-START:2026-06-01T09:00:00+02:00",
    "modes that there are not": f"{SERIES}\nX-TASKFLOW-MODE:x\nX-TASKFLOW-MISSED:y\nX-TASKFLOW-LEAD:z",
    "skips that are none": f"{SERIES}\nX-TASKFLOW-SKIPPED:x,y",
    "an occurrence that is none": "UID:x\nSUMMARY:y\nX-TASKFLOW-SPAWNED-FROM:x\nX-TASKFLOW-OCCURRENCE:x",
    "an occurrence of itself": "UID:x\nSUMMARY:y\nX-TASKFLOW-SPAWNED-FROM:x\nX-TASKFLOW-OCCURRENCE:2026-06-01T09:00:00",
    "before the clock": "UID:x\nSUMMARY:y\nDUE;TZID=Pacific/Apia:19700101T000000\nCREATED:00010101T000000Z",
    "at the end of time": "UID:x\nSUMMARY:y\nDTSTART;VALUE=DATE:22001231\nDURATION:P1D",
    "a title of controls": "UID:x\nSUMMARY:\x01\x02\x7f",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_hostile_costs_little_and_is_imported_as_far_as_it_goes(life: Life, name: str):
    ics = file(HOSTILE[name])
    assert len(ics) <= BYTES
    started = time.process_time()
    report = await imported(life, ics)
    assert time.process_time() - started < SECONDS
    assert sum(counts(report)) == 1
    assert counts(await imported(life, ics))[0] == 0
    assert {uid for uid, _ in noted(report)} <= {"", "x"}


async def test_many_bad_to_dos_are_told_of_within_bounds(life: Life):
    lines = [f"UID:u{number}\nSUMMARY:a\nDUE:never\nPRIORITY:x\nLOCATION:y" for number in range(900)]
    report = await imported(life, file(*lines))
    assert counts(report) == (900, 0, 0, 0)
    assert len(report.notes) == 1_001
    assert "1,700 more" in report.notes[-1].message


def test_lines_are_numbered_as_in_the_file_however_they_end():
    for end in ("\n", "\r\n", "\r"):
        ics = end.join(
            [
                "\ufeffBEGIN:VCALENDAR",
                "",
                "BEGIN:VTODO",
                "SUMMARY:a",
                " b",
                "UID:x",
                "END:VTODO",
                "END:VCALENDAR",
                "",
            ]
        )
        [to_do] = parse(ics).to_dos
        assert [(each.text, each.line) for each in to_do.properties] == [("ab", 4), ("x", 6)]
