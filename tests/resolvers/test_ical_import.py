"""Files as other programs write them: what becomes of each to-do, what is noted, and what a later file changes."""

from datetime import date, timedelta
from typing import Any

import pytest

from resolvers.accounts import UserChange, update_user
from resolvers.log.events import EventType
from resolvers.tables import Task
from resolvers.tasks import TaskChange, update_task
from tests.resolvers.ical import counts, exported, file, imported, noted
from tests.resolvers.life import Life, at
from tests.support.calendar_file import File

APPLE = """BEGIN:VCALENDAR
CALSCALE:GREGORIAN
METHOD:PUBLISH
PRODID:-//Apple Inc.//macOS 15.1//EN
VERSION:2.0
X-APPLE-CALENDAR-COLOR:#FF9500
X-WR-CALNAME:Reminders
BEGIN:VTIMEZONE
TZID:Europe/Vienna
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
DTSTART:19810329T020000
TZNAME:CEST
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VTODO
CREATED:20260410T091500Z
DTSTAMP:20260501T080000Z
DTSTART;TZID=Europe/Vienna:20260512T170000
DUE;TZID=Europe/Vienna:20260512T170000
LAST-MODIFIED:20260501T080000Z
PRIORITY:1
SEQUENCE:0
SUMMARY:Call the landlord
UID:5C2E1E5A-3B7B-4B0E-9A51-3A54D41A2C11
X-APPLE-SORT-ORDER:704563200
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Reminder
TRIGGER;VALUE=DATE-TIME:20260512T150000Z
UID:0AE3D4BB-1F65-4AE0-8E22-7F0E8A1A8F01
X-WR-ALARMUID:0AE3D4BB-1F65-4AE0-8E22-7F0E8A1A8F01
END:VALARM
END:VTODO
BEGIN:VTODO
COMPLETED:20260420T101112Z
CREATED:20260410T091600Z
DTSTAMP:20260501T080000Z
LAST-MODIFIED:20260420T101112Z
PERCENT-COMPLETE:100
STATUS:COMPLETED
SUMMARY:Milch\\, Butter\\; Brot
DESCRIPTION:Bei der Billa\\nnicht beim Spar
UID:7F0B9B7B-62E6-4E49-9E3D-8A4A6A3D2222
BEGIN:VALARM
ACTION:NONE
TRIGGER;VALUE=DATE-TIME:19760401T005545Z
END:VALARM
END:VTODO
BEGIN:VTODO
CREATED:20260410T091700Z
DTSTAMP:20260501T080000Z
DTSTART;VALUE=DATE:20260515
DUE;VALUE=DATE:20260515
PRIORITY:9
RRULE:FREQ=MONTHLY;INTERVAL=1
STATUS:NEEDS-ACTION
SUMMARY:Rent
UID:9E0C0F3D-2E34-4B55-A0A7-5B7B3BD53333
END:VTODO
END:VCALENDAR
"""

NEXTCLOUD = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Nextcloud Tasks v0.16.1
BEGIN:VTODO
CREATED:20260101T120000
DTSTAMP:20260102T120000
LAST-MODIFIED:20260102T120000
UID:parent@nextcloud
SUMMARY:Move house
PRIORITY:5
STATUS:IN-PROCESS
PERCENT-COMPLETE:40
CATEGORIES:home,urgent
CATEGORIES:2026
LOCATION:Vienna
DUE:20260520T180000
END:VTODO
BEGIN:VTODO
CREATED:20260101T120100
DTSTAMP:20260102T120000
UID:child@nextcloud
RELATED-TO;RELTYPE=PARENT:parent@nextcloud
SUMMARY:Boxes
STATUS:CANCELLED
END:VTODO
END:VCALENDAR
"""

THUNDERBIRD = """BEGIN:VCALENDAR
PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
VERSION:2.0
BEGIN:VTIMEZONE
TZID:/mozilla.org/20050126_1/Europe/Vienna
X-LIC-LOCATION:Europe/Vienna
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VTODO
CREATED:20260501T080000Z
LAST-MODIFIED:20260502T080000Z
DTSTAMP:20260502T080000Z
UID:water@thunderbird
SUMMARY:Water the plants
RRULE:FREQ=WEEKLY;UNTIL=20260630;BYDAY=TH
EXDATE;TZID=/mozilla.org/20050126_1/Europe/Vienna:20260521T090000
DTSTART;TZID=/mozilla.org/20050126_1/Europe/Vienna:20260507T090000
DUE;TZID=/mozilla.org/20050126_1/Europe/Vienna:20260507T090000
X-MOZ-GENERATION:3
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER;VALUE=DURATION:-PT15M
DESCRIPTION:Default Mozilla Description
END:VALARM
END:VTODO
BEGIN:VTODO
CREATED:20260501T080000Z
DTSTAMP:20260502T080000Z
UID:water@thunderbird
SUMMARY:Water the plants
STATUS:COMPLETED
COMPLETED:20260503T120000Z
PERCENT-COMPLETE:100
RECURRENCE-ID;TZID=/mozilla.org/20050126_1/Europe/Vienna:20260514T090000
DTSTART;TZID=/mozilla.org/20050126_1/Europe/Vienna:20260514T090000
DUE;TZID=/mozilla.org/20050126_1/Europe/Vienna:20260514T100000
END:VTODO
BEGIN:VEVENT
UID:party@thunderbird
DTSTART:20260601T180000Z
SUMMARY:Party
END:VEVENT
END:VCALENDAR
"""

TODOIST = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Doist//Todoist//EN
BEGIN:VTODO
UID:todoist-7781
DTSTAMP:20260501T080000Z
SUMMARY:Pay bills
DUE;TZID=W. Europe Standard Time:20260529T090000
DESCRIPTION:https://todoist.com/showTask?id=7781
URL:https://todoist.com/showTask?id=7781
END:VTODO
BEGIN:VTODO
UID:todoist-7782
DTSTAMP:20260501T080000Z
SUMMARY:Somewhere
DUE;TZID=Custom Zone:20260529T090000
END:VTODO
END:VCALENDAR
"""

SAMPLES = {"Apple": APPLE, "Nextcloud": NEXTCLOUD, "Thunderbird": THUNDERBIRD, "Todoist": TODOIST}


@pytest.fixture
async def vienna(life: Life) -> Life:
    await life.do(lambda tx: update_user(tx, UserChange(time_zone="Europe/Vienna"), None))
    return life


async def by_title(life: Life) -> dict[str, Task]:
    return {task.title: task for task in await life.all_tasks()}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
async def test_a_second_time_nothing_changes(vienna: Life, name: str, line_end: str):
    ics = SAMPLES[name].replace("\n", line_end)
    first = await imported(vienna, ics)
    assert first.created > 0
    before = len(await vienna.events())
    second = await imported(vienna, ics)
    assert counts(second) == (0, 0, first.created, first.skipped)
    assert len(await vienna.events()) == before


async def test_apple_reminders(vienna: Life):
    report = await imported(vienna, APPLE)
    assert (counts(report), report.notes) == ((3, 0, 0, 0), [])
    tasks = await by_title(vienna)
    call = tasks["Call the landlord"]
    assert (call.due_at, call.time_zone, call.priority) == (at("2026-05-12 15:00"), "Europe/Vienna", 4)
    assert call.external_id == "5C2E1E5A-3B7B-4B0E-9A51-3A54D41A2C11"
    assert call.created_at == at("2026-04-10 09:15")
    assert [each.remind_at for each in await vienna.reminders(call.id)] == [at("2026-05-12 15:00")]
    milk = tasks["Milch, Butter; Brot"]
    assert milk.description == "Bei der Billa\nnicht beim Spar"
    assert milk.completed_at == at("2026-04-20 10:11") + timedelta(seconds=12)
    assert await vienna.reminders(milk.id) == []
    rent = tasks["Rent"]
    assert (rent.due_on, rent.priority, rent.recurring) == (date(2026, 5, 15), 1, True)
    assert await vienna.next(rent.id) == "2026-06-14 22:00"


async def test_nextcloud_tasks(vienna: Life):
    report = await imported(vienna, NEXTCLOUD)
    assert counts(report) == (2, 0, 0, 0)
    assert noted(report) == {
        ("parent@nextcloud", "STATUS"),
        ("parent@nextcloud", "PERCENT-COMPLETE"),
        ("parent@nextcloud", "LOCATION"),
        ("child@nextcloud", "STATUS"),
    }
    tasks = await by_title(vienna)
    move, boxes = tasks["Move house"], tasks["Boxes"]
    assert boxes.parent_id == move.id
    # What has no zone is by the user's clock.
    assert (move.due_at, move.priority, move.completed_at) == (at("2026-05-20 16:00"), 2, None)
    assert boxes.completed_at is not None
    assert File(await exported(vienna)).part("Move house").all("CATEGORIES")[0].value == "2026,home,urgent"


async def test_thunderbird(vienna: Life):
    report = await imported(vienna, THUNDERBIRD)
    assert counts(report) == (2, 0, 0, 0)
    assert noted(report) == {("", ""), ("water@thunderbird", "DTSTART")}
    series = next(task for task in await vienna.all_tasks() if task.recurring)
    [done] = await vienna.tasks(series.id)
    # One of its occurrences, that is done and was due an hour later.
    assert (done.occurrence_wall, done.due_at) == ("2026-05-14T09:00:00", at("2026-05-14 08:00"))
    assert done.completed_at == at("2026-05-03 12:00")
    # Neither what is left out nor what is there already comes.
    assert await vienna.next(series.id) == "2026-05-28 07:00"
    assert (await vienna.recurrence(series.id)).rule == "FREQ=WEEKLY;UNTIL=20260630T215959Z;BYDAY=TH"
    [alarm] = await vienna.reminders(series.id)
    assert (alarm.before_due, alarm.remind_at) == ("PT15M", at("2026-05-07 06:45"))


async def test_zones_by_other_names(vienna: Life):
    report = await imported(vienna, TODOIST)
    tasks = await by_title(vienna)
    assert tasks["Pay bills"].time_zone == "Europe/Berlin"
    assert tasks["Pay bills"].due_at == at("2026-05-29 07:00")
    assert tasks["Somewhere"].due_at == at("2026-05-29 07:00")
    assert noted(report) == {("todoist-7781", "URL"), ("todoist-7782", "DUE")}
    evolution = (
        "UID:e\nSUMMARY:e\nDUE;TZID=/freeassociation.sourceforge.net/America/Argentina/Salta:20260529T090000"
    )
    await imported(vienna, file(evolution))
    assert (await by_title(vienna))["e"].time_zone == "America/Argentina/Salta"


TASK = """UID:one
DTSTAMP:20260501T080000Z
SUMMARY:One
DESCRIPTION:text
PRIORITY:5
DUE:20260601T090000Z
CATEGORIES:a
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER;RELATED=END:-PT1H
END:VALARM"""

CHANGES: list[tuple[str, str, list[EventType]]] = [
    ("SUMMARY:One", "SUMMARY:Two", [EventType.TASK_UPDATED]),
    ("DESCRIPTION:text\n", "", [EventType.TASK_UPDATED]),
    ("PRIORITY:5", "PRIORITY:1", [EventType.TASK_UPDATED]),
    ("CATEGORIES:a", "CATEGORIES:b", [EventType.LABEL_CREATED, EventType.TASK_UPDATED]),
    ("DUE:20260601T090000Z", "DUE:20260602T090000Z", [EventType.TASK_UPDATED, EventType.REMINDER_UPDATED]),
    (
        "SUMMARY:One",
        "SUMMARY:One\nSTATUS:COMPLETED",
        [EventType.TASK_COMPLETED, EventType.REMINDER_CANCELLED],
    ),
    ("SUMMARY:One", "SUMMARY:One\nRRULE:FREQ=DAILY", [EventType.RECURRENCE_SET]),
    ("SUMMARY:One", "SUMMARY:One\nX-TASKFLOW-PROJECT:p", [EventType.PROJECT_CREATED, EventType.TASK_UPDATED]),
    ("-PT1H", "-PT2H", [EventType.REMINDER_CANCELLED, EventType.REMINDER_CREATED]),
    ("PRIORITY:5", "PRIORITY:6", [EventType.TASK_UPDATED]),
    ("DTSTAMP:20260501T080000Z", "DTSTAMP:20260502T080000Z", []),
]


@pytest.mark.parametrize(("before", "after", "events"), CHANGES)
async def test_a_task_follows_its_file_and_tells_of_it(
    life: Life, before: str, after: str, events: list[EventType]
):
    await imported(life, file(TASK))
    known = len(await life.events())
    later = file(TASK.replace(before, after))
    report = await imported(life, later)
    assert counts(report) == ((0, 1, 0, 0) if events else (0, 0, 1, 0))
    assert [event.type for event in (await life.events())[known:]] == events
    assert counts(await imported(life, later)) == (0, 0, 1, 0)


async def test_what_is_new_is_told_as_any_task(life: Life):
    recurring = f"{TASK}\nRRULE:FREQ=DAILY;COUNT=3".replace("UID:one", "UID:two")
    await imported(life, file(TASK, recurring))
    events = await life.events()
    assert [event.type for event in events] == [
        EventType.LABEL_CREATED,
        EventType.TASK_CREATED,
        EventType.REMINDER_CREATED,
        EventType.TASK_CREATED,
        EventType.REMINDER_CREATED,
    ]
    assert [event.data["externalId"] for event in events if event.type == EventType.TASK_CREATED] == [
        "one",
        "two",
    ]
    assert events[3].data["recurrence"]["rule"] == "FREQ=DAILY;COUNT=3"


async def test_a_rule_that_went_away_is_cleared_and_a_skip_is_taken_over(life: Life):
    series = "UID:s\nSUMMARY:S\nDTSTART:20260505T090000Z\nDUE:20260505T090000Z\nRRULE:FREQ=DAILY"
    await imported(life, file(series))
    [task] = await life.all_tasks()
    skipping = file(f"{series}\nEXDATE:20260506T090000Z")
    assert counts(await imported(life, skipping)) == (0, 1, 0, 0)
    assert await life.next(task.id) == "2026-05-07 09:00"
    assert counts(await imported(life, skipping)) == (0, 0, 1, 0)
    assert counts(await imported(life, file(series))) == (0, 1, 0, 0)
    assert await life.next(task.id) == "2026-05-06 09:00"
    await imported(life, file("UID:s\nSUMMARY:S\nDUE:20260505T090000Z"))
    [task] = await life.all_tasks()
    assert not task.recurring


async def test_what_only_we_write_stays_where_a_file_does_not_have_it(life: Life):
    ours = f"{TASK}\nX-TASKFLOW-PROJECT:Mine\nX-TASKFLOW-TIME-ZONE:Asia/Tokyo"
    await imported(life, file(ours))
    assert counts(await imported(life, file(TASK))) == (0, 0, 1, 0)
    [task] = await life.all_tasks()
    assert (task.time_zone, task.project_id is not None) == ("Asia/Tokyo", True)


async def test_what_was_deleted_here_stays_deleted(life: Life):
    await imported(life, file(TASK))
    [task] = await life.all_tasks()
    await life.delete(task.id)
    report = await imported(life, file(TASK))
    assert (counts(report), noted(report)) == ((0, 0, 0, 1), {("one", "")})
    await life.restore(task.id)
    assert counts(await imported(life, file(TASK))) == (0, 0, 1, 0)


async def test_an_export_finds_the_tasks_that_it_came_from(life: Life):
    task = await life.make("Here", due_at=at("2026-06-01 09:00") + timedelta(microseconds=5))
    ics = await exported(life)
    await life.do(lambda tx: update_task(tx, str(task), TaskChange(title="Changed"), None))
    assert counts(await imported(life, ics)) == (0, 1, 0, 0)
    assert (await life.task(task)).title == "Here"
    assert len(await life.all_tasks()) == 1


ODD: dict[str, tuple[str, tuple[str, str], dict[str, Any]]] = {
    "no title": ("DUE:20260601T090000Z", ("x", "SUMMARY"), {"title": "Untitled"}),
    "long title": (f"SUMMARY:{'t' * 600}", ("x", "SUMMARY"), {"title": "t" * 500}),
    "no date": ("SUMMARY:a\nDUE:20260231T090000Z", ("x", "DUE"), {"due_at": None}),
    "far away": ("SUMMARY:a\nDUE:99990101T090000Z", ("x", "DUE"), {"due_at": None}),
    "bad priority": ("SUMMARY:a\nPRIORITY:high", ("x", "PRIORITY"), {"priority": 0}),
    "bad rule": ("SUMMARY:a\nDUE:20260601T090000Z\nRRULE:FREQ=NEVER", ("x", "RRULE"), {"recurring": False}),
    "every minute": (
        "SUMMARY:a\nDUE:20260601T090000Z\nRRULE:FREQ=MINUTELY",
        ("x", "RRULE"),
        {"recurring": False},
    ),
    "rule without start": ("SUMMARY:a\nRRULE:FREQ=DAILY", ("x", "RRULE"), {"recurring": False}),
    "over": (
        "SUMMARY:a\nDUE:20260101T090000Z\nRRULE:FREQ=DAILY\nSTATUS:COMPLETED",
        ("x", "RRULE"),
        {"recurring": False},
    ),
    "start": (
        "SUMMARY:a\nDTSTART:20260601T090000Z\nDUE:20260602T090000Z",
        ("x", "DTSTART"),
        {"due_at": at("2026-06-02 09:00")},
    ),
    "no parent": ("SUMMARY:a\nRELATED-TO:nobody", ("x", "RELATED-TO"), {"parent_id": None}),
    "itself": ("SUMMARY:a\nRELATED-TO:x", ("x", "RELATED-TO"), {"parent_id": None}),
    "past alarm": (
        "SUMMARY:a\nBEGIN:VALARM\nTRIGGER;VALUE=DATE-TIME:20200101T000000Z\nEND:VALARM",
        ("x", "VALARM"),
        {"title": "a"},
    ),
    "long label": (f"SUMMARY:a\nCATEGORIES:{'c' * 101}", ("x", "CATEGORIES"), {"title": "a"}),
    "picture": ("SUMMARY:a\nATTACH;VALUE=BINARY;ENCODING=BASE64:AAAA", ("x", "ATTACH"), {"title": "a"}),
}


@pytest.mark.parametrize("name", ODD)
async def test_what_cant_be_kept_is_noted_and_the_rest_is_imported(life: Life, name: str):
    lines, note, kept = ODD[name]
    ics = file(f"UID:x\n{lines}")
    report = await imported(life, ics, dry_run=True)
    assert noted(report) == {note}
    assert all(each.message.endswith(".") for each in report.notes)
    assert await imported(life, ics) == report
    [task] = await life.all_tasks()
    assert {field: getattr(task, field) for field in kept} == kept
    assert counts(await imported(life, ics)) == (0, 0, 1, 0)


async def test_alarms_count_from_what_they_say(life: Life):
    def alarm(trigger: str) -> str:
        return f"BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER{trigger}\nEND:VALARM\n"

    timed = "UID:t\nSUMMARY:t\nDTSTART:20260601T080000Z\nDUE:20260601T090000Z\n"
    alarms = [":-PT30M", ";RELATED=END:-P1D", ";RELATED=END:PT10M", ";RELATED=START:-PT30M"]
    day = "UID:d\nSUMMARY:d\nDUE;VALUE=DATE:20260601\n"
    of_day = [":-PT15H", ":PT9H", ":PT8H", ":PT10H"]
    await imported(life, file(timed + "".join(map(alarm, alarms)), day + "".join(map(alarm, of_day))))
    tasks = await by_title(life)
    found = await life.reminders(tasks["t"].id)
    # From the start, an hour before the due date; two of them are the same.
    assert [(each.before_due, each.remind_at) for each in found] == [
        ("P1D", at("2026-05-31 09:00")),
        ("PT1H30M", at("2026-06-01 07:30")),
        (None, at("2026-06-01 09:10")),
    ]
    found = await life.reminders(tasks["d"].id)
    # 09:00 is the user's time for what has none.
    assert [(each.before_due, each.remind_at) for each in found] == [
        ("P1D", at("2026-05-31 09:00")),
        ("PT1H", at("2026-06-01 08:00")),
        ("PT0S", at("2026-06-01 09:00")),
        (None, at("2026-06-01 10:00")),
    ]


async def test_a_family_in_any_order_with_a_cycle_in_it(life: Life):
    def to_do(uid: str, parent: str) -> str:
        return f"UID:{uid}\nSUMMARY:{uid}\nRELATED-TO:{parent}"

    deep = [to_do(f"d{level}", f"d{level - 1}") for level in range(8, 0, -1)]
    report = await imported(life, file(to_do("a", "b"), to_do("b", "a"), *deep, "UID:d0\nSUMMARY:d0"))
    tasks = await by_title(life)
    parents = {title: task.parent_id for title, task in tasks.items()}
    assert sorted(parents[title] is None for title in "ab") == [False, True]
    for level in range(1, 6):
        assert parents[f"d{level}"] == tasks[f"d{level - 1}"].id
    assert parents["d6"] is None
    assert {uid for uid, _ in noted(report)} <= {"a", "b", "d6"}


async def test_to_dos_without_a_name_of_their_own_and_with_one_that_is_taken(life: Life):
    report = await imported(
        life, file("SUMMARY:x", f"UID:{'u' * 300}\nSUMMARY:y", "UID:z\nSUMMARY:z", "UID:z\nSUMMARY:Z")
    )
    assert counts(report) == (1, 0, 0, 3)
    assert [task.title for task in await life.all_tasks()] == ["z"]
    assert len(report.notes) == 3
