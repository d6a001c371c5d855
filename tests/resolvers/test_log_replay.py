"""The log alone gives the state that the tables have; and where one of the two was tampered with, that is found."""

import asyncio
import time
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from jobs.timetable import Timetable
from resolvers.accounts import UserChange, update_user
from resolvers.database import Database
from resolvers.labels import LabelChange, create_label, delete_label, update_label
from resolvers.log import replay as replay_module
from resolvers.log import stored as stored_module
from resolvers.log.events import EventType
from resolvers.log.replay import Difference, Replayed, all_users, find_user, replay
from resolvers.projects import ProjectChange, create_project, delete_project, update_project
from resolvers.recurrences.plan import Missed, Mode
from resolvers.tables import EventRow, Label, Recurrence, Reminder, Task, TaskLabel, User, UserStream
from resolvers.tasks import purge_deleted
from tests.jobs.people import People
from tests.resolvers.life import Life


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_module, "PAGE_ROWS", 3)


async def organise(life: Life, name: str) -> tuple[UUID, UUID]:
    """A project and a label."""
    project = await life.do(lambda tx: create_project(tx, None, name, "#aabbcc"))
    label = await life.do(lambda tx: create_label(tx, None, name, "#aabbcc"))
    assert project is not None
    assert label is not None
    return project.id, label.id


async def live(life: Life) -> dict[str, UUID]:
    """Something of everything, over a few weeks; what is named is still there."""
    project, label = await organise(life, "stays")
    gone_project, gone_label = await organise(life, "goes")
    labels = [str(label), str(gone_label)]
    await life.do(lambda tx: update_project(tx, str(project), ProjectChange(name="renamed"), None))
    await life.do(lambda tx: update_label(tx, str(label), LabelChange(color="#000000"), None))
    task = await life.make("plain", project_id=str(project), label_ids=labels)
    step = await life.make("step", parent_id=str(task), project_id=str(gone_project), label_ids=labels[1:])
    series = await life.series(
        "FREQ=WEEKLY;BYDAY=MO,TH", "2026-05-04 15:00", before=["PT1H", "P1D"], lead="PT2H", missed=Missed.ALL
    )
    await life.make("step of the series", parent_id=str(series))
    days = await life.series("FREQ=DAILY", date(2026, 5, 5), zone="America/New_York", before=["PT0S"])
    waiting = await life.series("FREQ=DAILY;INTERVAL=3", "2026-05-05 09:00", mode=Mode.COMPLETION)
    reminder = await life.remind(series, "PT3H")
    deleted, restored = await life.make("deleted"), await life.make("restored")
    await life.make("below", parent_id=str(deleted))
    await life.series("FREQ=DAILY", "2026-05-06 10:00", before=["PT5M"], task={"parent_id": str(deleted)})
    await life.until("2026-05-07 12:00")
    await life.delete(restored)
    await life.delete(deleted)
    await life.complete(waiting)
    await life.complete(await life.last(series))
    await life.reopen(await life.last(series))
    await life.skip(series)
    await life.clear(days)
    await life.do(lambda tx: delete_project(tx, str(gone_project), None))
    await life.do(lambda tx: delete_label(tx, str(gone_label), None))
    await life.do(lambda tx: update_user(tx, UserChange(name="Ana", time_zone="Asia/Tokyo"), None))
    await life.jump("2026-05-20 12:00")
    await life.restore(restored)
    await life.set(days, "FREQ=MONTHLY")
    await life.jump("2026-06-20 12:00")
    # What was deleted is gone for good by now, and what hung on it with it.
    assert await Timetable(life.database, life.log, life.jobs).purge() == 4
    return {
        "project": project,
        "label": label,
        "task": task,
        "step": step,
        "series": series,
        "reminder": reminder,
    }


async def replayed(database: Database, user_id: UUID) -> Replayed:
    found = await replay(database, user_id)
    assert found is not None
    return found


async def differences(life: Life) -> list[Difference]:
    found = await replayed(life.database, life.user)
    assert found.differing == len(found.differences)
    return found.differences


async def test_after_a_whole_life_log_and_tables_agree(life: Life):
    await live(life)
    found = await replayed(life.database, life.user)
    assert found.differences == []
    events = await life.events()
    assert found.events == len(events)
    happened = {event.type for event in events}
    assert {EventType.TASK_PURGED, EventType.REMINDER_MISSED, EventType.RECURRING_SPAWNED} <= happened
    assert found.things > 20


async def test_a_subtask_that_is_purged_later_than_its_parent_is_nobodys_until_then(life: Life):
    parent = await life.make("parent", id="00000000-0000-4000-8000-000000000000")
    await life.make("child", id="ffffffff-ffff-4fff-bfff-ffffffffffff", parent_id=str(parent))
    await life.delete(parent)
    later = life.now + timedelta(seconds=1)
    assert await life.do(lambda tx: purge_deleted(tx, later, 1)) == 1
    found = await replayed(life.database, life.user)
    assert (found.things, found.differences) == (2, [])


async def test_of_a_new_account_the_log_says_nothing_and_need_not(life: Life):
    found = await replayed(life.database, life.user)
    assert (found.events, found.things, found.differences) == (0, 1, [])
    assert await replay(life.database, uuid4()) is None


async def test_what_was_changed_behind_the_logs_back_is_named(life: Life):
    ids = await live(life)
    for statement in (
        sa.update(Task).where(col(Task.id) == ids["task"]).values(title="tampered", priority=4),
        sa.update(Recurrence).where(col(Recurrence.task_id) == ids["series"]).values(rule="FREQ=DAILY"),
        sa.update(Reminder).where(col(Reminder.id) == ids["reminder"]).values(late=True),
        sa.update(Label).where(col(Label.id) == ids["label"]).values(name="tampered"),
        sa.update(User).where(col(User.id) == life.user).values(name="tampered"),
        sa.delete(TaskLabel).where(col(TaskLabel.task_id) == ids["task"]),
    ):
        await life.sql(statement)
    found = await differences(life)
    assert {(each.thing, each.field): (each.log, each.tables) for each in found} == {
        (f"task {ids['task']}", "title"): ("plain", "tampered"),
        (f"task {ids['task']}", "priority"): ("NONE", "URGENT"),
        (f"task {ids['task']}", "labelIds"): ([str(ids["label"])], []),
        (f"task {ids['series']}", "recurrence.rule"): ("FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=DAILY"),
        (f"reminder {ids['reminder']}", "late"): (False, True),
        (f"label {ids['label']}", "name"): ("stays", "tampered"),
        (f"user {life.user}", "name"): ("Ana", "tampered"),
    }


async def test_what_only_one_of_the_two_has_is_named(life: Life):
    ids = await live(life)
    await life.sql(sa.delete(Task).where(col(Task.id) == ids["step"]))
    stranger = Label(user_id=life.user, name="stranger", color="#000000", created_at=life.now)
    async with life.database.transaction() as session:
        session.add(stranger)
    found = {each.thing: each for each in await differences(life)}
    assert found.keys() == {f"task {ids['step']}", f"label {stranger.id}"}
    for each in found.values():
        assert each.field == ""
    assert found[f"task {ids['step']}"].log["title"] == "step"
    assert found[f"task {ids['step']}"].tables is None
    assert found[f"label {stranger.id}"].log is None
    assert found[f"label {stranger.id}"].tables["name"] == "stranger"


async def test_a_change_of_the_account_that_the_log_does_not_tell_is_named(life: Life):
    await life.sql(sa.update(User).where(col(User.id) == life.user).values(version=2))
    [difference] = await differences(life)
    assert (difference.thing, difference.log) == (f"user {life.user}", None)


@pytest.mark.parametrize(
    ("missing", "named"),
    [([1], "event 1"), ([4, 5, 6], "events 4 to 6"), ([10], "event 10"), (range(1, 11), "events 1 to 10")],
)
async def test_events_that_are_missing_are_named(life: Life, missing: list[int], named: str):
    for _ in range(10):
        await life.do(lambda tx: update_user(tx, UserChange(name=f"{tx.next_seq}"), None))
    await life.sql(sa.delete(EventRow).where(col(EventRow.seq).in_(missing)))
    found = {each.thing: (each.log, each.tables) for each in await differences(life)}
    assert found.pop(named) == (None, "numbers from 1 to 10")
    # Without the last one the account is not what the log says, either.
    assert set(found) == ({f"user {life.user}"} if 10 in missing else set())


async def test_events_beyond_the_last_number_are_named(life: Life):
    for name in ("a", "b", "c"):
        await life.do(lambda tx, name=name: update_user(tx, UserChange(name=name), None))
    await life.sql(sa.update(UserStream).values(last_seq=2))
    assert await differences(life) == [Difference("event 3", "", "user.updated", "numbers from 1 to 2")]


async def test_an_event_that_no_release_wrote_like_that_is_named(life: Life):
    task = await life.make("task")
    await life.do(lambda tx: update_user(tx, UserChange(name="Ana"), None))
    await life.sql(sa.update(EventRow).where(col(EventRow.seq) == 1).values(data=["no object"]))
    await life.sql(sa.update(EventRow).where(col(EventRow.seq) == 2).values(type="user.teleported"))
    found = await differences(life)
    assert Difference("event 2", "type", "user.teleported", "no type that this release knows") in found
    assert Difference(f"task {task}", "title", None, "task") in found


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.services)], indirect=True)
async def test_events_of_one_id_are_named(life: Life):
    for name in ("a", "b", "c"):
        await life.do(lambda tx, name=name: update_user(tx, UserChange(name=name), None))
    await life.sql(sa.text("ALTER TABLE event_log DROP CONSTRAINT event_log_event_id_key"))
    same = uuid4()
    await life.sql(sa.update(EventRow).where(col(EventRow.seq) > 1).values(event_id=same))
    assert await differences(life) == [Difference("event 2", "id", str(same), "2 events have it")]


async def test_what_the_log_has_forgotten_is_not_missed(life: Life):
    ids = await live(life)
    events = await life.events()
    forgotten = len(events) // 2
    await life.sql(sa.delete(EventRow).where(col(EventRow.seq) <= forgotten))
    await life.sql(sa.update(UserStream).values(min_seq=forgotten + 1))
    assert await differences(life) == []
    found = await replayed(life.database, life.user)
    # And it is said what nobody can say.
    assert found.forgotten == forgotten
    assert 0 < found.untold < found.things
    await life.sql(sa.update(Task).where(col(Task.id) == ids["series"]).values(title="tampered"))
    assert [each.field for each in await differences(life)] == ["title"]


async def test_a_field_that_a_later_release_added_begins_with_nothing(life: Life):
    task = await life.make("task")
    [event] = await life.events()
    absent = ("isRecurring", "recurrence", "spawnedFromId", "occurrence", "labelIds")
    data = {name: value for name, value in event.data.items() if name not in absent}
    await life.sql(sa.update(EventRow).values(data=data))
    assert await differences(life) == []
    await life.sql(sa.update(EventRow).values(data=data | {"description": None}))
    assert await differences(life) == [Difference(f"task {task}", "description", None, "")]


async def test_very_many_differences_are_counted_and_the_first_are_told(
    life: Life, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(replay_module, "TOLD_DIFFERENCES", 5)
    for _ in range(8):
        await life.make("task")
    await life.sql(sa.update(Task).values(title="tampered"))
    found = await replayed(life.database, life.user)
    assert (found.differing, len(found.differences)) == (8, 5)


async def test_what_happens_meanwhile_is_no_difference(life: Life, monkeypatch: pytest.MonkeyPatch):
    """The log and the tables are read at one moment."""
    for _ in range(8):
        await life.make("before")
    read = asyncio.Event()
    go_on = asyncio.Event()
    rebuild = replay_module._rebuild

    async def slowly(*arguments: object) -> object:
        rebuilt = await rebuild(*arguments)  # type: ignore[arg-type]
        read.set()
        await go_on.wait()
        return rebuilt

    monkeypatch.setattr(replay_module, "_rebuild", slowly)
    replaying = asyncio.create_task(replayed(life.database, life.user))
    await read.wait()
    await life.make("meanwhile")
    await life.sql(sa.update(Task).values(title="tampered"))
    go_on.set()
    found = await replaying
    assert (found.events, found.differences) == (8, [])
    assert len(await differences(life)) == 9


async def test_users_are_found_by_address_and_id_and_all_of_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(replay_module, "PAGE_USERS", 2)
    people = People(database)
    ids = [await people.join() for _ in range(5)]
    assert sorted([user_id async for user_id in all_users(database)]) == sorted(ids)
    async with database.read() as session:
        # Whose address it is, is their id without dashes there.
        assert await find_user(session, f" {ids[0].hex.upper()} ") == ids[0]
        assert await find_user(session, str(ids[0])) == ids[0]
        assert await find_user(session, str(uuid4())) is None
        assert await find_user(session, "nobody@example.com") is None


async def test_ten_thousand_events_take_seconds(life: Life, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()  # pages as they are
    for number in range(100):
        await life.make(f"task {number}")
    async with life.database.transaction() as session:
        rows = [row.model_dump() for row in (await session.exec(select(EventRow))).all()]
        for again in range(1, 100):
            more = [row | {"seq": row["seq"] + 100 * again, "event_id": uuid4()} for row in rows]
            await session.execute(sa.insert(EventRow), more)
        await session.execute(sa.update(UserStream).values(last_seq=10_000))
    begin = time.process_time()
    found = await replayed(life.database, life.user)
    assert (found.events, found.differences) == (10_000, [])
    assert time.process_time() - begin < 5
