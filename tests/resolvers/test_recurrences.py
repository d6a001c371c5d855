"""Which tasks a series spawns and when, on a clock that is moved by hand: by the schedule of its rule."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY
from sqlmodel import col

from resolvers.errors import Refusal
from resolvers.lookup import TASKS
from resolvers.recurrences.plan import Missed
from resolvers.tables import Recurrence, Task, UserStream
from resolvers.tasks import TaskChange, update_task
from tests.resolvers.life import Life, at

DAILY = "FREQ=DAILY"


async def test_an_occurrence_is_spawned_at_its_time_and_once(life: Life):
    series = await life.series(DAILY, "2026-05-05 09:00")
    await life.jump("2026-05-06 08:59")
    assert await life.spawned(series) == []  # the first is the series task itself
    await life.jump("2026-05-06 09:00")
    await life.work()
    assert await life.spawned(series) == ["2026-05-06 09:00"]
    await life.until("2026-05-09 12:00")
    assert await life.spawned(series) == [f"2026-05-0{day} 09:00" for day in (6, 7, 8, 9)]
    assert await life.next(series) == "2026-05-10 09:00"


@pytest.mark.parametrize(
    ("missed", "spawned"),
    [
        (Missed.LATEST, ["2026-05-10 09:00"]),
        (Missed.ALL, [f"2026-05-{day:02} 09:00" for day in range(6, 11)]),
        (Missed.SKIP, []),
    ],
)
async def test_down_for_five_days_of_a_daily_series(life: Life, missed: Missed, spawned: list[str]):
    series = await life.series(DAILY, "2026-05-05 09:00", missed=missed)
    await life.jump("2026-05-10 12:00")
    assert await life.spawned(series) == spawned
    assert await life.next(series) == "2026-05-11 09:00"
    await life.until("2026-05-11 12:00")
    assert await life.spawned(series) == [*spawned, "2026-05-11 09:00"]


@pytest.mark.parametrize("missed", Missed)
async def test_up_to_five_minutes_late_is_not_missed(life: Life, missed: Missed):
    series = await life.series(DAILY, "2026-05-04 09:00", missed=missed)
    await life.jump("2026-05-05 09:05")
    assert await life.spawned(series) == ["2026-05-05 09:00"]


async def test_all_of_more_than_a_hundred_are_the_newest_hundred(life: Life):
    series = await life.series(DAILY, "2026-05-05 09:00", missed=Missed.ALL)
    await life.jump("2026-12-31 12:00")
    spawned = await life.spawned(series)
    assert (len(spawned), spawned[0], spawned[-1]) == (100, "2026-09-23 09:00", "2026-12-31 09:00")
    assert await life.next(series) == "2027-01-01 09:00"


async def test_weekly_and_sixteen_days_overdue(life: Life):
    """One that skips, and one that catches all up: what was done about the series task is all the same to them."""
    life.now = at("2026-09-14 08:00")
    skips = await life.series("FREQ=WEEKLY", "2026-09-14 08:00", missed=Missed.SKIP)
    catches_up = await life.series("FREQ=WEEKLY", "2026-09-14 08:00", missed=Missed.ALL)
    await life.jump("2026-09-30 10:00")
    await life.complete(skips)
    assert await life.spawned(skips) == []
    assert await life.next(skips) == "2026-10-05 08:00"
    assert await life.spawned(catches_up) == ["2026-09-21 08:00", "2026-09-28 08:00"]


async def test_every_third_day_goes_by_the_rule_however_late_the_last_was_done(life: Life):
    life.now = at("2026-01-01 00:00")
    series = await life.series("FREQ=DAILY;INTERVAL=3", date(2026, 1, 1), missed=Missed.SKIP)
    await life.until("2026-01-05 18:00")
    await life.complete(series)
    assert await life.next(series) == "2026-01-07 00:00"


async def test_done_early_the_next_is_later_than_what_was_done(life: Life):
    life.now = at("2021-06-21 10:00")
    series = await life.series("FREQ=DAILY;INTERVAL=4", date(2021, 6, 24))
    await life.complete(series)
    assert await life.next(series) == "2021-06-28 00:00"


@pytest.mark.parametrize("missed", Missed)
async def test_what_lies_before_the_rule_was_set_is_never_spawned(life: Life, missed: Missed):
    series = await life.series(DAILY, "2026-04-01 09:00", missed=missed)
    await life.work()
    assert await life.spawned(series) == []
    assert await life.next(series) == "2026-05-05 09:00"


async def test_a_start_off_the_rule_stands_outside_it(life: Life):
    series = await life.series("FREQ=WEEKLY;BYDAY=MO;COUNT=2", "2026-05-05 09:00")
    await life.until("2026-06-30 12:00")
    assert await life.spawned(series) == ["2026-05-11 09:00", "2026-05-18 09:00"]
    assert (await life.recurrence(series)).ended


async def test_with_a_lead_several_are_there_ahead(life: Life):
    series = await life.series(DAILY, "2026-05-05 09:00", lead="P3D")
    await life.work()
    assert await life.spawned(series) == ["2026-05-06 09:00", "2026-05-07 09:00"]
    await life.jump("2026-05-05 09:00")
    assert (await life.spawned(series))[2:] == ["2026-05-08 09:00"]


async def test_a_lead_that_grows_passes_nothing_over(life: Life):
    for missed in Missed:
        series = await life.series(DAILY, "2026-05-04 09:00", missed=missed)
        await life.work()
        assert await life.spawned(series) == []
        await life.remind(series, "P3D")
        await life.work()
        assert await life.spawned(series) == [f"2026-05-0{day} 09:00" for day in (5, 6, 7)], missed


@pytest.mark.parametrize("missed", Missed)
async def test_what_is_still_to_come_was_not_missed(life: Life, missed: Missed):
    """However long before it its task was to be there."""
    series = await life.series(DAILY, "2026-05-04 09:00", lead="P10D", missed=missed)
    await life.work()
    assert (await life.spawned(series))[-1] == "2026-05-14 09:00"
    await life.jump("2026-05-08 12:00")
    assert (await life.spawned(series))[-4:] == [f"2026-05-{day} 09:00" for day in (15, 16, 17, 18)]


async def test_at_most_a_hundred_are_ahead_and_it_goes_on_when_the_first_has_come(life: Life):
    series = await life.series(DAILY, "2026-05-05 09:00", lead="P200D", missed=Missed.SKIP)
    await life.work()
    spawned = await life.spawned(series)
    assert (len(spawned), spawned[-1]) == (100, "2026-08-13 09:00")
    await life.jump("2026-05-06 08:59")
    assert len(await life.spawned(series)) == 100
    await life.jump("2026-05-06 09:00")
    assert (await life.spawned(series))[100:] == ["2026-08-14 09:00"]
    await life.jump("2026-05-09 12:00")
    assert (await life.spawned(series))[101:] == ["2026-08-15 09:00", "2026-08-16 09:00", "2026-08-17 09:00"]


async def test_what_is_left_out_is_not_spawned_and_counts(life: Life):
    series = await life.series("FREQ=DAILY;COUNT=5", "2026-05-04 13:00")
    await life.skip(series)
    await life.skip(series, "2026-05-07 13:00")
    assert await life.next(series) == "2026-05-06 13:00"
    await life.until("2026-05-20 00:00")
    assert await life.spawned(series) == ["2026-05-06 13:00", "2026-05-08 13:00"]
    assert (await life.recurrence(series)).ended


async def test_what_is_spawned_cannot_be_left_out_any_more(life: Life):
    series = await life.series(DAILY, "2026-05-05 09:00", lead="P2D")
    await life.work()
    for spawned in ("2026-05-05 09:00", "2026-05-06 09:00"):
        with pytest.raises(Refusal) as refusal:
            await life.skip(series, spawned)
        assert (refusal.value.code, refusal.value.field) == ("INVALID_INPUT", ("occurrence",))


async def test_a_new_rule_goes_on_from_now(life: Life):
    series = await life.series(DAILY, "2026-05-04 09:00")
    await life.until("2026-05-06 12:00")
    await life.set(series, "FREQ=DAILY;BYHOUR=8,18")
    assert await life.next(series) == "2026-05-06 18:00"
    await life.until("2026-05-07 12:00")
    expected = ["2026-05-05 09:00", "2026-05-06 09:00", "2026-05-06 18:00", "2026-05-07 08:00"]
    assert await life.spawned(series) == expected


async def test_a_new_rule_goes_on_from_what_is_spawned_where_that_is_later(life: Life):
    series = await life.series(DAILY, "2026-05-04 09:00", lead="P10D")
    await life.work()
    assert (await life.spawned(series))[-1] == "2026-05-14 09:00"
    await life.set(series, "FREQ=WEEKLY;BYDAY=MO")
    assert await life.next(series) == "2026-05-18 09:00"


async def test_nothing_is_spawned_for_the_old_time_once_zone_or_start_are_others(life: Life):
    series = await life.series(DAILY, "2026-05-04 13:00")
    await life.set(series, DAILY, start=at("2026-05-04 15:00"))
    await life.until("2026-05-05 14:00")
    assert await life.spawned(series) == []
    await life.until("2026-05-05 16:00")
    await life.set(series, DAILY, start=at("2026-05-04 15:00"), time_zone="America/New_York")
    assert await life.next(series) == "2026-05-06 15:00"
    await life.set(series, DAILY, start=at("2026-12-04 15:00"), time_zone="America/New_York")
    assert await life.next(series) == "2026-12-05 15:00"
    assert await life.spawned(series) == ["2026-05-05 15:00"]


async def test_the_lead_alone_brings_nothing_back_that_was_left_out(life: Life):
    series = await life.series("FREQ=DAILY;COUNT=4", "2026-05-04 13:00")
    await life.skip(series, "2026-05-06 13:00")
    await life.set(series, "FREQ=DAILY;COUNT=4", lead="PT1H", missed=Missed.ALL)
    await life.until("2026-05-20 00:00")
    assert await life.spawned(series) == ["2026-05-05 13:00", "2026-05-07 13:00"]
    other = await life.series(DAILY, "2026-05-20 13:00")
    await life.skip(other)
    await life.set(other, "FREQ=DAILY;INTERVAL=1;BYHOUR=13")
    assert await life.next(other) == "2026-05-21 13:00"


async def test_cleared_it_spawns_no_more_and_set_again_no_double(life: Life):
    series = await life.series(DAILY, "2026-05-04 13:00", lead="P3D")
    await life.work()
    before = ["2026-05-05 13:00", "2026-05-06 13:00"]
    assert await life.spawned(series) == before
    await life.clear(series)
    await life.until("2026-05-05 12:00")
    assert await life.spawned(series) == before
    await life.set(series, DAILY, lead="P3D")
    await life.work()
    assert await life.spawned(series) == [*before, "2026-05-07 13:00"]


async def test_a_deleted_series_rests_and_a_restored_one_catches_nothing_up(life: Life):
    series = await life.series(DAILY, "2026-05-04 09:00", missed=Missed.ALL)
    await life.until("2026-05-05 12:00")
    await life.delete(series)
    await life.jump("2026-05-09 12:00")
    assert await life.spawned(series) == ["2026-05-05 09:00"]
    await life.restore(series)
    assert await life.spawned(series) == ["2026-05-05 09:00"]
    assert await life.next(series) == "2026-05-10 09:00"
    await life.until("2026-05-10 12:00")
    assert (await life.spawned(series))[1:] == ["2026-05-10 09:00"]


@pytest.mark.parametrize(
    ("first_day", "spawned"),
    [
        ("2026-03-06", ["2026-03-07 14:00", "2026-03-08 13:00", "2026-03-09 13:00"]),
        ("2026-10-30", ["2026-10-31 13:00", "2026-11-01 14:00", "2026-11-02 14:00"]),
    ],
)
async def test_nine_in_new_york_stays_nine_over_both_changes_of_the_clocks(
    life: Life, first_day: str, spawned: list[str]
):
    life.now = at(f"{first_day} 00:00")
    start = f"{first_day} {'14' if first_day < '2026-03-08' else '13'}:00"
    series = await life.series(DAILY, start, "America/New_York")
    await life.until(spawned[-1])
    assert await life.spawned(series) == spawned


async def test_half_past_two_on_the_missing_hour_comes_at_half_past_three_once(life: Life):
    life.now = at("2026-03-07 00:00")
    series = await life.series(DAILY, "2026-03-07 07:30", "America/New_York")
    await life.until("2026-03-10 00:00")
    assert await life.spawned(series) == ["2026-03-08 07:30", "2026-03-09 06:30"]
    [task, _] = await life.tasks(series)
    assert task.due_at == at("2026-03-08 07:30")  # 03:30 by the clock


async def test_the_zone_of_its_task_moves_a_series_and_its_wall_clock_stays(life: Life):
    series = await life.series(DAILY, "2026-05-04 09:00")
    own = await life.series(DAILY, "2026-05-04 09:00", time_zone="UTC")
    for id_ in (series, own):
        change = TaskChange(time_zone="Asia/Tokyo")
        await life.do(lambda tx, id_=id_, change=change: update_task(tx, str(id_), change, None))
    assert await life.next(series) == "2026-05-05 00:00"
    assert await life.next(own) == "2026-05-05 09:00"


async def test_a_zone_that_the_host_lacks_stops_its_own_series_alone(life: Life):
    paused = await life.series(DAILY, "2026-05-04 09:00", time_zone="Europe/Vienna")
    other = await life.series(DAILY, "2026-05-04 09:00")
    await life.sql(
        sa.update(Recurrence).where(col(Recurrence.task_id) == paused).values(time_zone="Europe/Atlantis")
    )
    counted = REGISTRY.get_sample_value("taskflow_series_paused_total") or 0
    await life.until("2026-05-06 12:00")
    assert REGISTRY.get_sample_value("taskflow_series_paused_total") == counted + 1
    assert await life.spawned(other) == ["2026-05-05 09:00", "2026-05-06 09:00"]
    assert await life.spawned(paused) == []
    assert await life.next(paused) is None
    assert not (await life.recurrence(paused)).ended
    told = [event for event in await life.events() if event.aggregate_id == paused][-1]
    assert told.data["recurrence"]["nextOccurrence"] is None
    # Set anew, it goes on.
    await life.set(paused, DAILY, time_zone="Europe/Vienna")
    assert await life.next(paused) == "2026-05-07 09:00"


async def test_who_owns_as_many_tasks_as_one_may_gets_the_next_when_there_is_room(life: Life):
    full = await life.series(DAILY, "2026-05-04 13:00")
    neighbour = Life(life.database)
    neighbour.jobs = life.jobs
    await neighbour.begin()
    others = await neighbour.series(DAILY, "2026-05-04 13:00")
    life.database.clock = lambda: life.now

    async def own(count: int) -> None:
        of_user = col(UserStream.user_id) == life.user
        await life.sql(sa.update(UserStream).where(of_user).values(task_count=count))

    await own(TASKS)
    await life.jump("2026-05-05 13:00")
    assert await life.spawned(full) == []
    assert await life.spawned(others) == ["2026-05-05 13:00"]
    await own(TASKS - 1)
    await life.until("2026-05-05 13:03")
    assert await life.spawned(full) == ["2026-05-05 13:00"]
    async with life.database.read() as session:
        assert (await session.get_one(UserStream, life.user)).task_count == TASKS


async def test_stopped_for_forty_days_a_series_that_catches_up_is_as_if_it_had_not(life: Life):
    rules = [DAILY, "FREQ=WEEKLY;BYDAY=TU,FR", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=DAILY;INTERVAL=9;COUNT=4"]
    stopped = [await life.series(rule, "2026-05-04 13:00", missed=Missed.ALL) for rule in rules]
    running = [await life.series(rule, "2026-05-04 13:00", missed=Missed.ALL) for rule in rules]
    await life.sql(sa.update(Recurrence).where(col(Recurrence.task_id).in_(stopped)).values(spawn_at=None))
    await life.until("2026-06-13 14:00")
    # What comes next was theirs all the while, but nobody looked.
    asleep = sa.update(Recurrence).where(
        col(Recurrence.task_id).in_(stopped), col(Recurrence.next_at) < life.now
    )
    await life.sql(asleep.values(spawn_at=col(Recurrence.next_at)))
    await life.work()
    for left, right in zip(stopped, running, strict=True):
        assert await life.spawned(left) == await life.spawned(right) != []
        assert await life.next(left) == await life.next(right)


async def test_the_log_tells_of_the_spawned_task_and_then_of_its_series(life: Life):
    series = await life.series(DAILY, "2026-05-04 13:00", before=["PT5M"])
    before = len(await life.events())
    await life.jump("2026-05-05 12:55")
    news = (await life.events())[before:]
    spawned, reminder, told, rang = [event for event in news if event.data.get("taskId") != str(series)]
    [task] = await life.tasks(series)
    assert (spawned.type, spawned.aggregate_id) == ("recurring.spawned", task.id)
    assert (reminder.type, reminder.data["taskId"]) == ("reminder.created", str(task.id))
    assert (told.type, told.aggregate_id, told.changed) == ("task.updated", series, ("recurrence",))
    assert told.data["recurrence"]["nextOccurrence"] == "2026-05-06T13:00:00Z"
    assert told.data["version"] == 2 == (await life.task(series)).version
    assert (rang.type, rang.data["late"]) == ("reminder.triggered", False)
    assert len({spawned.correlation_id, told.correlation_id}) == 1


async def test_an_occurrence_has_a_key_of_its_own_in_the_database(life: Life):
    series = await life.series(DAILY, "2026-05-04 13:00")
    await life.jump("2026-05-05 13:00")
    [task] = await life.tasks(series)
    copy = task.model_dump() | {"id": life.user}
    with pytest.raises(sa.exc.IntegrityError):
        await life.sql(sa.insert(Task).values(**copy))
    # Were it forgotten how far it came, it would spawn nothing twice all the same.
    back = {"reached_at": at("2026-05-04 13:00"), "since": at("2026-05-04 13:00")}
    await life.sql(sa.update(Recurrence).values(spawn_at=at("2026-05-05 13:00"), **back))
    life.now += timedelta(minutes=2)
    await life.work()
    assert await life.spawned(series) == ["2026-05-05 13:00"]


async def test_set_again_it_goes_on_behind_what_is_spawned_ahead(life: Life):
    series = await life.series("FREQ=WEEKLY", "2026-05-04 09:00", lead="P30D")
    await life.work()
    ahead = await life.spawned(series)
    assert len(ahead) == 4
    await life.clear(series)
    # The same instants, by other wall clocks.
    await life.set(series, "FREQ=WEEKLY", lead="P30D", time_zone="Asia/Tokyo")
    await life.until("2026-05-20 12:00")
    spawned = await life.spawned(series)
    assert spawned[:4] == ahead
    assert len(set(spawned)) == len(spawned) == 6


async def test_what_the_previous_release_deleted_neither_spawns_nor_rings(life: Life):
    """It sets `deleted_at` and knows of nothing else."""
    series = await life.series(DAILY, "2026-05-05 09:00", before=["PT1H"])
    await life.sql(sa.update(Task).where(col(Task.id) == series).values(deleted_at=life.now))
    await life.until("2026-05-08 12:00")
    assert await life.spawned(series) == []
    assert "reminder.triggered" not in {event.type for event in await life.events()}
