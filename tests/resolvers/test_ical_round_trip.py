"""Out of one account, into another, and out again: the same; and a second import finds nothing to do."""

from datetime import date

from resolvers.calendar.durations import parse_duration
from resolvers.labels import create_label
from resolvers.log.replay import replay
from resolvers.projects import create_project
from resolvers.recurrences.plan import Missed, Mode
from resolvers.reminders.change import NewReminder, cancel_reminder, snooze_reminder
from tests.resolvers.ical import another_life, counts, exported, imported
from tests.resolvers.life import Life, at
from tests.support.calendar_file import File

VIENNA = "Europe/Vienna"


async def fill(life: Life) -> None:
    """Something of everything that a task can be."""
    project = await life.do(lambda tx: create_project(tx, None, "Home, sweet", "#000000"))
    labels = [
        await life.do(lambda tx, name=name: create_label(tx, None, name, "#000000")) for name in ("z", "a,b")
    ]
    assert project is not None
    parent = await life.make(
        "Parent; of all",
        description="one\ntwo \\n three\\",
        priority=4,
        project_id=str(project.id),
        label_ids=[str(label.id) for label in labels if label],
        due_at=at("2026-06-01 07:30"),
        time_zone=VIENNA,
        reminders=[
            NewReminder(before_due=parse_duration("P1D")),
            NewReminder(remind_at=at("2026-05-30 07:30")),
        ],
    )
    below = await life.make("Below", parent_id=str(parent), due_on=date(2026, 6, 2), time_zone="Asia/Tokyo")
    await life.make("Further below", parent_id=str(below), priority=1)
    await life.make("Dateless", time_zone="America/New_York")
    done = await life.make("Done", due_at=at("2026-10-25 01:30"), time_zone=VIENNA)
    await life.complete(done)
    await life.make("Second half past two", due_at=at("2026-10-25 01:30"), time_zone=VIENNA)
    weekly = await life.series(
        "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=9", "2026-05-11 07:00", zone=VIENNA, before=["P1D"]
    )
    await life.skip(weekly, "2026-05-13 07:00")
    daily = await life.series(
        "FREQ=DAILY", "2026-05-03 07:00", zone=VIENNA, before=["P1D", "PT2H"], lead="P2D", missed=Missed.ALL
    )
    await life.make("Step", parent_id=str(daily))
    await life.work()
    [first, *_] = await life.tasks(daily)
    await life.complete(first.id)
    await life.complete(daily)
    waiting = await life.series("FREQ=DAILY;INTERVAL=3", "2026-05-03 07:00", mode=Mode.COMPLETION)
    await life.complete(waiting)
    await life.series("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD", date(2026, 5, 31), before=["P1D"])
    skipping = await life.series("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2027-03-20 01:30", zone=VIENNA)
    await life.skip(skipping, "2027-03-22 01:30")
    await life.series("FREQ=WEEKLY;BYDAY=TU", date(2026, 5, 20), zone=VIENNA, task={"title": "Off its rule"})
    await life.series("FREQ=DAILY", None, zone=VIENNA, time_zone="Asia/Tokyo", task={"title": "Its own zone"})
    put_off = await life.make(
        "Put off", due_at=at("2026-07-01 07:00"), reminders=[NewReminder(before_due=parse_duration("P1D"))]
    )
    [reminder] = await life.reminders(put_off)
    await life.do(lambda tx: snooze_reminder(tx, str(reminder.id), at("2026-06-30 12:00"), None))
    cancelled = await life.make(
        "Cancelled", due_at=at("2026-07-01 07:00"), reminders=[NewReminder(before_due=parse_duration("P1D"))]
    )
    [other] = await life.reminders(cancelled)
    await life.do(lambda tx: cancel_reminder(tx, str(other.id), None))


async def test_another_account_becomes_the_same(life: Life):
    await fill(life)
    first = await exported(life)
    other = await another_life(life, "America/New_York")
    report = await imported(other, first)
    made = len({part["UID"] for part in File(first).parts("VTODO")})
    assert counts(report) == (made, 0, 0, 0)
    assert report.notes == []
    assert await exported(other) == first
    # What its log tells is what the tables have.
    replayed = await replay(other.database, other.user)
    assert replayed is not None
    assert replayed.differences == []


async def test_a_second_time_nothing_changes(life: Life):
    await fill(life)
    first = await exported(life)
    for each in (life, await another_life(life)):
        await imported(each, first)
        before = len(await each.events())
        report = await imported(each, first)
        assert (report.created, report.updated, report.skipped) == (0, 0, 0)
        assert len(await each.events()) == before
        assert await exported(each) == first


async def test_in_parts_it_is_the_same(life: Life):
    """As a file that is too large for one request is imported."""
    await fill(life)
    first = await exported(life)
    other = await another_life(life)
    head, *to_dos = first.split("BEGIN:VTODO")
    for begin in range(0, len(to_dos), 3):
        part = "".join(f"BEGIN:VTODO{each}" for each in to_dos[begin : begin + 3])
        await imported(other, head + part.removesuffix("END:VCALENDAR\r\n") + "END:VCALENDAR\r\n")
    uids = [part["UID"] for part in File(await exported(other)).parts("VTODO")]
    assert sorted(uids) == sorted(part["UID"] for part in File(first).parts("VTODO"))
    parents = {
        part["UID"]: part["RELATED-TO"] for part in File(first).parts("VTODO") if part.has("RELATED-TO")
    }
    again = File(await exported(other)).parts("VTODO")
    assert {part["UID"]: part["RELATED-TO"] for part in again if part.has("RELATED-TO")} == parents


async def test_a_dry_run_says_the_same_and_changes_nothing(life: Life):
    await fill(life)
    first = await exported(life)
    other = await another_life(life)
    rehearsed = await imported(other, first, dry_run=True)
    assert await other.events() == []
    assert "VTODO" not in await exported(other)
    assert await imported(other, first) == rehearsed


async def test_series_go_on_where_they_came_in(life: Life):
    """What was spawned before is not spawned again, and what is left out stays so."""
    series = await life.series("FREQ=DAILY", "2026-05-04 14:00", lead="P2D")
    await life.skip(series, "2026-05-08 14:00")
    await life.work()
    other = await another_life(life)
    await imported(other, await exported(life))
    await life.until("2026-05-08 13:00")
    other.database.clock = lambda: other.now
    await other.until("2026-05-08 13:00")
    expected = [f"2026-05-{day:02} 14:00" for day in (5, 6, 7, 9)]
    assert await life.spawned(series) == expected
    [copy] = [task for task in await other.all_tasks() if task.recurring]
    assert await other.spawned(copy.id) == expected
