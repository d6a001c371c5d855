"""What other calendars read in our files: the instants that the scheduler means, zones, texts and alarms."""

from datetime import UTC, date, datetime
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest

from resolvers.calendar.durations import parse_duration
from resolvers.errors import Invalid
from resolvers.ical.writing import head, tail
from resolvers.ical.zones import vtimezone
from resolvers.labels import create_label
from resolvers.projects import create_project
from resolvers.recurrences.plan import Mode
from resolvers.recurrences.reading import preview
from resolvers.reminders.change import NewReminder, snooze_reminder
from tests.resolvers.calendar.randoms import random_rule
from tests.resolvers.ical import exported, feed
from tests.resolvers.life import Life, at
from tests.support.calendar_file import File

VIENNA = "Europe/Vienna"
RULES = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=2;COUNT=30",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20270601T000000Z",
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYWEEKNO=1,20;BYDAY=MO",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2",
    "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD",
    "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=OMIT",
    "FREQ=HOURLY;INTERVAL=5",
    "FREQ=DAILY;BYHOUR=2,8;BYMINUTE=30",
]
#: 09:00, one that clocks skip in March, one that comes twice in October, and one on a day that few months have.
STARTS = ["2026-05-11 07:00", "2026-05-31 00:30", "2026-10-24 00:30", "2027-01-31 08:15"]


@pytest.mark.parametrize("rule", RULES)
async def test_a_series_expands_to_the_instants_of_the_preview(life: Life, rule: str):
    for start in STARTS:
        await life.series(rule, start, zone=VIENNA, task={"title": start})
    for events in (False, True):
        written = File(await feed(life, events=events))
        for start in STARTS:
            [series] = [
                part
                for part in written.parts("VEVENT" if events else "VTODO")
                if part["SUMMARY"] == start and (part.has("RRULE") or part.has("RDATE"))
            ]
            expected = preview(rule, at(start), VIENNA, all_day=False, first=40)
            assert written.occurrences(series, 40) == expected


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;BYDAY=SA,SU;UNTIL=20270601", "FREQ=MONTHLY;BYMONTHDAY=30"])
@pytest.mark.parametrize("zone", [VIENNA, "Pacific/Apia", "UTC"])
async def test_an_all_day_series_goes_by_days(life: Life, rule: str, zone: str):
    day = date(2026, 5, 30)
    await life.series(rule, day, zone=zone)
    written = File(await feed(life))
    start = datetime(2026, 5, 30, tzinfo=ZoneInfo(zone))
    expected = [each.astimezone(ZoneInfo(zone)).date() for each in preview(rule, start, zone, True, 30)]
    assert written.occurrences(written.part("series"), 30) == expected


async def test_any_rule_that_is_told_is_read_alike(life: Life):
    """Random ones, in a zone whose clocks change: other code expands what is told to the same instants."""
    random = Random(7)
    expected = {}
    for number in range(150):
        frequency = random.choice(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"])
        rule = random_rule(random, frequency, all_day=False)
        start = f"{random.choice([2026, 2027])}-06-{random.randint(1, 28):02} {random.randint(0, 23):02}:30"
        try:
            expected[f"n{number}"] = preview(rule, at(start), "America/New_York", False, 20)
            await life.series(rule, start, zone="America/New_York", task={"title": f"n{number}"})
        except Invalid:
            expected.pop(f"n{number}", None)
    written = File(await feed(life))
    told = {
        part["SUMMARY"]: written.occurrences(part, 20)
        for part in written.parts("VTODO")
        if part.has("DTSTART")
    }
    assert len(expected) > 100
    assert told == expected
    assert sum(part.has("RRULE") for part in written.parts("VTODO")) > 40


async def test_what_is_left_out_and_what_was_spawned_are_no_occurrences_of_the_rule(life: Life):
    """Nothing is shown twice: a spawned task stands for its occurrence, with a due date and status of its own."""
    series = await life.series("FREQ=DAILY", "2026-05-05 07:00", zone=VIENNA, lead="P2D")
    await life.skip(series, "2026-05-09 07:00")
    await life.work()
    [first, *_] = await life.tasks(series)
    await life.complete(first.id)
    for events in (False, True):
        written = File(await feed(life, events=events))
        parts = written.parts("VEVENT" if events else "VTODO")
        [rule] = [part for part in parts if part.has("RRULE")]
        assert [line.value for line in rule.all("EXDATE")] == ["20260506T090000", "20260509T090000"]
        shown = [
            written.moment(part.all("DTSTART" if events else "DUE")[0]) for part in parts if part is not rule
        ]
        together = sorted([*shown, *written.occurrences(rule, 10)])
        assert together[:6] == [at(f"2026-05-{day:02} 07:00") for day in (5, 6, 7, 8, 10, 11)]
    [done] = [part for part in File(await feed(life)).parts("VTODO") if part.has("COMPLETED")]
    assert (done["STATUS"], done["DUE"]) == ("COMPLETED", "20260506T090000")
    [event] = [part for part in File(await feed(life, events=True)).parts("VEVENT") if "✓" in part["SUMMARY"]]
    assert event["DTSTART"] == "20260506T090000"


async def test_a_series_task_that_is_done_does_not_end_its_series(life: Life):
    series = await life.series("FREQ=WEEKLY", "2026-05-11 07:00", zone=VIENNA)
    await life.complete(series)
    written = File(await feed(life))
    rule, done = written.parts("VTODO")
    assert not rule.has("STATUS")
    assert rule["UID"] == done["UID"] == str(series)
    assert (done["RECURRENCE-ID"], done["STATUS"]) == ("20260511T090000", "COMPLETED")
    assert written.occurrences(rule, 2) == [at("2026-05-11 07:00"), at("2026-05-18 07:00")]


async def test_what_counts_from_a_completion_is_told_as_far_as_it_is_known(life: Life):
    series = await life.series("FREQ=DAILY;INTERVAL=3", "2026-05-11 07:00", mode=Mode.COMPLETION)
    [part] = File(await feed(life)).parts("VTODO")
    assert not part.has("RRULE")
    assert not part.has("RDATE")
    assert part["DUE"] == "20260511T070000Z"
    await life.complete(series)
    assert File(await feed(life)).part("series")["STATUS"] == "COMPLETED"


async def test_the_feed_holds_dates_and_series_that_are_open_or_were_done_lately(life: Life):
    dated = await life.make("dated", due_at=at("2026-05-05 07:00"))
    await life.make("dateless")
    await life.series("FREQ=DAILY;COUNT=2", "2026-05-04 07:00", task={"title": "over"})
    old = await life.make("old", due_on=date(2026, 5, 5))
    gone = await life.make("gone", due_on=date(2026, 5, 5))
    going_on = await life.series("FREQ=YEARLY", None, task={"title": "goes on"})
    for each in (old, going_on):
        await life.complete(each)
    await life.delete(gone)
    assert {part["SUMMARY"] for part in File(await feed(life)).parts("VTODO")} >= {"dated", "old", "goes on"}
    life.now = at("2026-06-04 12:00")
    await life.complete(dated)
    titles = {part["SUMMARY"] for part in File(await feed(life)).parts("VTODO")}
    assert {"dated", "goes on", "over"} == titles
    assert "dateless" in {part["SUMMARY"] for part in File(await exported(life)).parts("VTODO")}


async def test_texts_labels_and_whatever_else_a_task_has(life: Life):
    project = await life.do(lambda tx: create_project(tx, None, "Home; sweet, home", "#000000"))
    labels = [
        await life.do(lambda tx, name=name: create_label(tx, None, name, "#000000")) for name in ("b,c", "a")
    ]
    assert project is not None
    description = 'Zeile\r\nzwei; drei, \\n vier\\ "fünf" \x0b' + "ä€😀" * 40
    parent = await life.make("Parent")
    await life.make(
        "A title, with; all: of\\it",
        description=description,
        priority=3,
        due_at=at("2026-10-25 01:30"),
        time_zone=VIENNA,
        project_id=str(project.id),
        label_ids=[str(label.id) for label in labels if label],
        parent_id=str(parent),
    )
    written = File(await exported(life))
    part = written.part("A title, with; all: of\\it")
    assert part["DESCRIPTION"] == description.replace("\r\n", "\n").replace("\x0b", "")
    assert part["PRIORITY"] == "3"
    assert part.all("CATEGORIES")[0].value == "a,b\\,c"
    assert part["X-TASKFLOW-PROJECT"] == "Home; sweet, home"
    assert part["RELATED-TO"] == str(parent)
    # Of two half past twos this is the second, which no clock can tell.
    assert written.moment(part.all("DUE")[0]) == at("2026-10-25 01:30")


async def test_alarms_ring_when_the_reminders_do(life: Life):
    day = [NewReminder(before_due=parse_duration("P1D")), NewReminder(remind_at=at("2026-05-10 10:00"))]
    await life.make("day", due_on=date(2026, 5, 12), time_zone=VIENNA, reminders=day)
    time = [NewReminder(before_due=parse_duration(text)) for text in ("P1D", "PT15M", "PT0S")]
    task = await life.make("time", due_at=at("2026-05-12 07:00"), time_zone=VIENNA, reminders=time)
    await life.series("FREQ=DAILY", date(2026, 5, 12), zone=VIENNA, before=["P1D", "PT0S"])
    written = File(await feed(life))

    def triggers(title: str) -> list[str]:
        return sorted(alarm["TRIGGER"] for alarm in written.part(title).parts)

    # 09:00 in Vienna, the user's time for what has none.
    assert triggers("day") == ["20260510T100000Z", "20260511T070000Z"]
    assert triggers("time") == ["-P1D", "-PT15M", "PT0S"]
    assert {alarm.all("TRIGGER")[0].parameters["RELATED"] for alarm in written.part("time").parts} == {"END"}
    # From the beginning of the day: an hour of each day in turn.
    assert triggers("series") == ["-PT15H", "PT9H"]
    [first, *_] = await life.reminders(task)
    await life.do(lambda tx: snooze_reminder(tx, str(first.id), at("2026-05-11 20:00"), None))
    written = File(await feed(life, events=True))
    assert triggers("time") == ["-PT15M", "20260511T200000Z", "PT0S"]


async def test_a_page_at_a_time_is_the_same_file(life: Life):
    parent = None
    for number in range(7):
        parent = await life.make(f"t{number}", parent_id=str(parent) if parent and number % 3 else None)
    await life.series("FREQ=DAILY", "2026-05-05 07:00", zone=VIENNA)
    whole = await exported(life)
    assert await exported(life, first=1) == await exported(life, first=3) == whole
    places = {part["UID"]: place for place, part in enumerate(File(whole).parts("VTODO"))}
    for part in File(whole).parts("VTODO"):
        if part.has("RELATED-TO"):
            assert places[part["RELATED-TO"]] < places[part["UID"]]


@pytest.mark.parametrize(
    "zone",
    [
        VIENNA,
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Tehran",
        "Pacific/Apia",
        "Europe/Dublin",
    ],
)
def test_a_zone_is_told_as_it_is(zone: str):
    """Its own words, read by other code, give the offset of one hour a day in four decades."""
    assert zone in available_timezones()
    told = File(head() + vtimezone(zone) + tail()).zones[zone]
    known = ZoneInfo(zone)
    for hours in range(0, 40 * 8_766, 25):
        at_ = datetime.fromtimestamp(hours * 3_600 + 631_152_000, UTC).astimezone(known)
        offsets = {at_.replace(fold=fold).utcoffset() for fold in (0, 1)}
        if len(offsets) == 1:
            assert at_.replace(tzinfo=told).utcoffset() == at_.utcoffset(), at_
