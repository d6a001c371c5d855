"""Series that count from when the last of their tasks was done, on a clock that is moved by hand."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import col

from resolvers.recurrences.plan import Missed, Mode
from resolvers.tables import Task
from resolvers.tasks import purge_deleted
from tests.resolvers.life import Life, at

DAILY = "FREQ=DAILY"
THIRD_DAY = "FREQ=DAILY;INTERVAL=3"
COMPLETION = {"mode": Mode.COMPLETION}


async def test_it_waits_until_the_series_task_is_done_and_counts_from_that_day(life: Life):
    life.now = at("2026-01-01 12:00")
    series = await life.series(THIRD_DAY, date(2026, 1, 1), **COMPLETION)
    await life.until("2026-01-05 18:00")
    assert (await life.spawned(series), await life.next(series)) == ([], None)
    assert not (await life.recurrence(series)).ended
    await life.complete(series)
    assert (await life.spawned(series), await life.next(series)) == ([], "2026-01-08 00:00")
    await life.until("2026-01-08 00:00")
    assert await life.spawned(series) == ["2026-01-08 00:00"]
    [task] = await life.tasks(series)
    assert task.due_on == date(2026, 1, 8)
    # And then it waits for that one.
    await life.until("2026-01-20 09:00")
    assert await life.next(series) is None
    await life.complete(task.id)
    assert await life.next(series) == "2026-01-23 00:00"


async def test_the_local_day_decides_and_not_that_of_utc(life: Life):
    life.now = at("2026-05-10 12:00")
    series = await life.series(DAILY, date(2026, 5, 10), "America/New_York", **COMPLETION)
    life.now = at("2026-05-11 03:56")  # 23:56 there
    await life.complete(series)
    upcoming = (await life.recurrence(series)).next_at
    assert upcoming is not None
    assert upcoming.astimezone(ZoneInfo("America/New_York")).date() == date(2026, 5, 11)


async def test_the_time_of_day_is_that_of_the_start(life: Life):
    series = await life.series(DAILY, "2026-05-04 09:30", **COMPLETION)
    life.now = at("2026-05-06 21:15")
    await life.complete(series)
    assert await life.next(series) == "2026-05-07 09:30"


async def test_completing_twice_spawns_once(life: Life):
    series = await life.series(DAILY, "2026-05-04 09:00", **COMPLETION)
    await life.complete(series)
    await life.complete(series)
    await life.until("2026-05-05 09:00")
    await life.reopen(series)
    await life.complete(series)
    await life.until("2026-05-09 09:00")
    assert await life.spawned(series) == ["2026-05-05 09:00"]


async def test_reopening_withdraws_what_is_not_spawned(life: Life):
    series = await life.series(DAILY, "2026-05-04 09:00", **COMPLETION)
    await life.complete(series)
    assert await life.next(series) == "2026-05-05 09:00"
    await life.reopen(series)
    assert await life.next(series) is None
    told = (await life.events())[-1]
    assert (told.type, told.changed) == ("task.reopened", ("completed", "completedAt", "recurrence"))
    await life.until("2026-05-06 12:00")
    assert await life.spawned(series) == []
    await life.complete(series)
    assert await life.next(series) == "2026-05-07 09:00"


@pytest.mark.parametrize("rule", [DAILY, "FREQ=DAILY;INTERVAL=4", "FREQ=WEEKLY;BYDAY=TH,FR"])
async def test_done_early_the_same_occurrence_never_comes_again(life: Life, rule: str):
    life.now = at("2021-06-21 10:00")
    series = await life.series(rule, date(2021, 6, 24), lead="P5D", **COMPLETION)
    await life.complete(series)
    first = await life.next(series) or (await life.spawned(series))[0]
    assert first > "2021-06-24 00:00"
    await life.until("2021-06-26 00:00")
    for _ in range(3):
        # Each is done as soon as it is there, which is days before it is due.
        [*_, before] = await life.spawned(series)
        await life.complete(await life.last(series))
        while (await life.spawned(series))[-1] == before:
            await life.until(f"{life.now + timedelta(hours=6):%Y-%m-%d %H:%M}")
    spawned = await life.spawned(series)
    assert spawned == sorted(set(spawned))


async def test_deleting_counts_as_done_and_restoring_takes_it_back(life: Life):
    series = await life.series(DAILY, "2026-05-04 09:00", **COMPLETION)
    await life.complete(series)
    await life.until("2026-05-05 12:00")
    task = await life.last(series)
    await life.delete(task)
    assert await life.next(series) == "2026-05-06 09:00"
    told = (await life.events())[-1]
    assert (told.type, told.aggregate_id, told.changed) == ("task.updated", series, ("recurrence",))
    await life.restore(task)
    assert await life.next(series) is None
    await life.delete(task)
    await life.until("2026-05-06 12:00")
    assert await life.spawned(series) == ["2026-05-05 09:00", "2026-05-06 09:00"]


async def test_what_it_counts_from_may_be_purged_meanwhile(life: Life):
    series = await life.series("FREQ=MONTHLY;INTERVAL=2", "2026-05-04 09:00", **COMPLETION)
    await life.complete(series)
    await life.until("2026-07-04 12:00")
    task = await life.last(series)
    await life.delete(task)
    assert await life.next(series) == "2026-09-04 09:00"
    await life.until("2026-08-20 12:00")
    assert await life.do(lambda tx: purge_deleted(tx, life.now, 10)) == 1
    await life.until("2026-09-05 12:00")
    assert await life.spawned(series) == ["2026-09-04 09:00"]


async def test_count_is_of_all_there_ever_were(life: Life):
    series = await life.series("FREQ=DAILY;COUNT=3", "2026-05-04 09:00", **COMPLETION)
    await life.complete(series)
    await life.until("2026-05-05 12:00")
    assert not (await life.recurrence(series)).ended
    await life.complete(await life.last(series))
    await life.until("2026-05-06 12:00")
    await life.complete(await life.last(series))
    await life.until("2026-05-09 12:00")
    assert await life.spawned(series) == ["2026-05-05 09:00", "2026-05-06 09:00"]
    assert (await life.recurrence(series)).ended


async def test_count_goes_by_the_rules_own_and_by_what_is_left_out(life: Life):
    series = await life.series("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "2026-05-06 09:00", **COMPLETION)
    await life.until("2026-05-06 12:00")
    await life.complete(series)
    assert await life.next(series) == "2026-05-11 09:00"
    await life.skip(series)
    assert await life.next(series) == "2026-05-18 09:00"
    await life.until("2026-05-18 12:00")
    await life.complete(await life.last(series))
    await life.until("2026-05-25 12:00")
    await life.complete(await life.last(series))
    await life.until("2026-06-30 12:00")
    assert await life.spawned(series) == ["2026-05-18 09:00", "2026-05-25 09:00"]
    assert (await life.recurrence(series)).ended


async def test_the_lead_alone_does_not_begin_to_count_anew(life: Life):
    series = await life.series("FREQ=DAILY;COUNT=2", "2026-05-04 09:00", **COMPLETION)
    await life.complete(series)
    await life.until("2026-05-05 12:00")
    await life.set(series, "FREQ=DAILY;COUNT=2", lead="PT1H", **COMPLETION)
    await life.complete(await life.last(series))
    await life.until("2026-05-09 12:00")
    assert await life.spawned(series) == ["2026-05-05 09:00"]


async def test_until_ends_it_whenever_the_last_is_done(life: Life):
    series = await life.series("FREQ=DAILY;UNTIL=20260506T090000Z", "2026-05-04 09:00", **COMPLETION)
    await life.until("2026-05-05 12:00")
    await life.complete(series)
    assert await life.next(series) == "2026-05-06 09:00"
    await life.until("2026-05-06 12:00")
    await life.complete(await life.last(series))
    assert await life.next(series) is None
    assert (await life.recurrence(series)).ended


async def test_hourly_counts_from_the_instant(life: Life):
    series = await life.series("FREQ=HOURLY;INTERVAL=6", "2026-05-04 09:00", **COMPLETION)
    life.now = at("2026-05-04 14:20")
    await life.complete(series)
    assert await life.next(series) == "2026-05-04 20:20"


@pytest.mark.parametrize("missed", Missed)
async def test_a_lead_longer_than_the_interval_passes_nothing_over(life: Life, missed: Missed):
    series = await life.series(THIRD_DAY, "2026-05-04 09:00", before=["P7D"], missed=missed, **COMPLETION)
    await life.until("2026-05-06 12:00")
    await life.complete(series)
    assert await life.spawned(series) == ["2026-05-09 09:00"]
    [reminder] = await life.reminders(await life.last(series))
    assert reminder.status == "CANCELLED"  # its moment was over before there was anything to count from


async def test_down_when_the_next_was_to_come(life: Life):
    spawned = {}
    for missed in Missed:
        series = await life.series(DAILY, "2026-05-04 09:00", missed=missed, **COMPLETION)
        await life.complete(series)
        spawned[missed] = series
    await life.jump("2026-05-09 12:00")
    assert await life.spawned(spawned[Missed.LATEST]) == ["2026-05-09 09:00"]
    assert len(await life.spawned(spawned[Missed.ALL])) == 1
    assert await life.spawned(spawned[Missed.SKIP]) == []
    assert await life.next(spawned[Missed.SKIP]) == "2026-05-10 09:00"


async def test_cleared_and_set_again_it_waits_for_the_last_spawned(life: Life):
    """Twice, since the task it counted from before has had its successor."""
    series = await life.series(DAILY, "2026-05-04 09:00", **COMPLETION)
    await life.complete(series)
    await life.until("2026-05-05 12:00")
    for day in (6, 7):
        await life.clear(series)
        await life.set(series, DAILY, **COMPLETION)
        await life.complete(await life.last(series))
        await life.until(f"2026-05-0{day} 12:00")
    assert await life.spawned(series) == [f"2026-05-0{day} 09:00" for day in (5, 6, 7)]
    async with life.database.read() as session:
        after = (await session.execute(sa.select(col(Task.spawned_after_id)))).scalars().all()
    assert len(set(after) - {None}) == 3


async def test_changed_from_the_schedule_to_completion_it_waits_for_the_last_spawned(life: Life):
    series = await life.series(DAILY, "2026-05-04 09:00")
    await life.until("2026-05-06 12:00")
    await life.complete(series)
    await life.set(series, DAILY, **COMPLETION)
    assert await life.next(series) is None
    await life.complete(await life.last(series))
    assert await life.next(series) == "2026-05-07 09:00"


async def test_a_deleted_series_rests_though_it_was_what_was_waited_for(life: Life):
    series = await life.series(DAILY, "2026-05-04 09:00", **COMPLETION)
    await life.delete(series)
    await life.until("2026-05-07 12:00")
    assert await life.spawned(series) == []
    await life.restore(series)
    assert await life.next(series) is None
    await life.complete(series)
    assert await life.next(series) == "2026-05-08 09:00"
