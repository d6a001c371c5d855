"""What is due is done: once, soon, and whatever was in the way."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from jobs.due import DueJobs
from resolvers import database as database_module
from resolvers.database import Database
from resolvers.log import transaction as transaction_module
from resolvers.log.transaction import Log
from resolvers.recurrences.plan import Missed
from resolvers.reminders.change import snooze_reminder
from resolvers.tables import Reminder, UserStream
from resolvers.tasks import complete_task
from tests.jobs.people import NOON, Hands, People, metric

SLACK_SECONDS = 2.5
#: Where there are other processes, and another clock.
POSTGRESQL = [pytest.param("postgresql", marks=pytest.mark.services)]


def due_jobs(people: People, poll_seconds: float = 1.0) -> DueJobs:
    return DueJobs(people.database, people.log, poll_seconds)


@asynccontextmanager
async def running(due: DueJobs) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(due.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(done: Callable[[], Awaitable[bool]], seconds: float = 20) -> float:
    """How long it took."""
    begin = time.monotonic()
    async with asyncio.timeout(seconds):
        while not await done():  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.01)
    return time.monotonic() - begin


async def rung(people: People, user: UUID | None = None) -> int:
    return (await people.statuses(user))["NOTIFIED"]


async def reminder_of(people: People, task: UUID) -> Reminder:
    async with people.database.read() as session:
        found = await session.execute(sa.select(Reminder).where(col(Reminder.task_id) == task))
        return found.scalar_one()


async def test_a_reminder_rings_at_its_moment_and_no_earlier(people: People, hands: Hands):
    user, due = await people.join(), due_jobs(people)
    task = await people.remind(user, NOON + timedelta(minutes=1))
    assert await due.work() == 60
    hands.go(seconds=59.5)
    assert await due.work() == 0.5
    assert await rung(people) == 0
    hands.go(seconds=0.5)
    assert await due.work() == 60
    assert await due.work() == 60
    reminder = await reminder_of(people, task)
    assert (reminder.status, reminder.notified_at, reminder.late) == ("NOTIFIED", hands.now, False)
    assert (await people.events(user))["reminder.triggered"] == 1


async def test_stopped_for_ten_minutes_what_was_due_rings_once_and_says_that_it_is_late(
    people: People, hands: Hands
):
    user = await people.join()
    task = await people.remind(user, NOON + timedelta(minutes=1))
    hands.go(minutes=11)
    for _ in range(2):
        await due_jobs(people).work()
    reminder = await reminder_of(people, task)
    assert (reminder.status, reminder.notified_at, reminder.late) == ("NOTIFIED", hands.now, True)
    assert (await people.events(user))["reminder.triggered"] == 1


async def test_stopped_for_25_hours_it_is_missed_and_counted_and_does_not_ring(people: People, hands: Hands):
    user, before = await people.join(), metric("taskflow_reminders_total", outcome="missed")
    await people.remind(user, NOON + timedelta(minutes=1), count=3)
    await people.remind(user, NOON + timedelta(hours=2))
    hands.go(hours=25)
    await due_jobs(people).work()
    assert await people.statuses() == {"MISSED": 3, "NOTIFIED": 1}
    events = await people.events(user)
    assert (events["reminder.missed"], events["reminder.triggered"]) == (3, 1)
    assert metric("taskflow_reminders_total", outcome="missed") == before + 3


@pytest.mark.parametrize(("missed", "spawned"), [(Missed.LATEST, 1), (Missed.ALL, 40), (Missed.SKIP, 0)])
async def test_stopped_for_forty_days_a_series_does_as_it_was_told(
    people: People, hands: Hands, missed: Missed, spawned: int
):
    user = await people.join()
    series = await people.recur(user, "FREQ=DAILY", NOON, missed)
    await people.remind(user, NOON + timedelta(days=1))
    hands.go(days=40, hours=1)
    for _ in range(2):
        await due_jobs(people).work()
    assert await people.statuses() == {"MISSED": 1}
    days = [NOON + timedelta(days=day) for day in range(1, 41)]
    assert await people.spawned(series) == days[40 - spawned :]
    assert (await people.events(user))["recurring.spawned"] == spawned
    # Then it goes on.
    hands.go(hours=23)
    await due_jobs(people).work()
    assert await people.spawned(series) == [*days[40 - spawned :], NOON + timedelta(days=41)]


async def test_a_blocked_event_loop_only_makes_it_later(people: People):
    user = await people.join()
    at = await people.soon(0.5)
    await people.remind(user, at)
    series = await people.recur(user, "FREQ=HOURLY", at - timedelta(hours=1))
    async with running(due_jobs(people)):
        await asyncio.sleep(0.1)
        time.sleep(3)  # noqa: ASYNC251 - that is the point
        took = await until(lambda: _both(people, user, series))
    print(f"done {took:.3f} s after the loop was free")
    assert took < SLACK_SECONDS


async def _both(people: People, user: UUID, series: UUID) -> bool:
    return await rung(people, user) == 1 and len(await people.spawned(series)) == 1


async def test_what_is_due_in_a_moment_is_done_in_that_moment(people: People):
    user = await people.join()
    at = await people.now() + timedelta(seconds=1.2)
    task = await people.remind(user, at)
    async with running(due_jobs(people)):
        await until(lambda: _is(people, user, 1))
    reminder = await reminder_of(people, task)
    assert reminder.notified_at is not None
    late = (reminder.notified_at - at).total_seconds()
    print(f"rang {late:.3f} s after its moment")
    assert 0 <= late < SLACK_SECONDS


async def _is(people: People, user: UUID, count: int) -> bool:
    return await rung(people, user) == count


async def test_a_write_of_the_same_process_wakes_it_where_that_is_earlier(people: People):
    user, due = await people.join(), due_jobs(people, poll_seconds=600)
    people.log.on_commit.append(due.on_commit)
    now = await people.now()
    task = await people.remind(user, now + timedelta(hours=1))
    async with running(due):
        await asyncio.sleep(0.3)
        reminder = await reminder_of(people, task)
        soon = await people.now() + timedelta(seconds=0.5)
        await people.do(user, lambda tx: snooze_reminder(tx, str(reminder.id), soon, None))
        assert await until(lambda: _is(people, user, 1)) < 0.5 + SLACK_SECONDS
        start = await people.soon(0.2) - timedelta(hours=1)
        series = await people.recur(user, "FREQ=HOURLY", start)
        assert await until(lambda: _has(people, series, 1)) < 1.2 + SLACK_SECONDS


async def _has(people: People, series: UUID, count: int) -> bool:
    return len(await people.spawned(series)) == count


async def test_a_write_while_it_works_is_not_slept_over(people: People, monkeypatch: pytest.MonkeyPatch):
    user, due = await people.join(), due_jobs(people, poll_seconds=600)
    people.log.on_commit.append(due.on_commit)
    look = due._look
    wrote = False

    async def look_and_write() -> Any:
        nonlocal wrote
        looked = await look()
        if not wrote:
            wrote = True
            await people.remind(user, await people.now() + timedelta(seconds=0.3))
        return looked

    monkeypatch.setattr(due, "_look", look_and_write)
    async with running(due):
        assert await until(lambda: _is(people, user, 1)) < 0.3 + SLACK_SECONDS


@pytest.mark.parametrize("database", POSTGRESQL, indirect=True)
async def test_what_another_process_wrote_is_found_when_the_database_is_asked_again(people: People):
    user, elsewhere = await people.join(), Log(people.database)
    due = DueJobs(people.database, elsewhere, poll_seconds=0.5)
    async with running(due):
        await asyncio.sleep(0.2)
        await people.remind(user, await people.now() + timedelta(seconds=0.2))
        assert await until(lambda: _is(people, user, 1)) < 0.7 + SLACK_SECONDS


@pytest.mark.parametrize("database", POSTGRESQL, indirect=True)
async def test_the_clock_of_the_process_does_not_matter_beside_the_databases(
    people: People, monkeypatch: pytest.MonkeyPatch
):
    user = await people.join()

    async def rings_on_time(hours: int, before: int) -> None:
        class Wrong(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return datetime.now(tz) + timedelta(hours=hours)

        for module in (database_module, transaction_module):
            monkeypatch.setattr(module, "datetime", Wrong)
        monkeypatch.setattr(time, "time", lambda: datetime.now(UTC).timestamp() + 3600 * hours)
        at = await people.now() + timedelta(seconds=1)
        task = await people.remind(user, at)
        async with running(due_jobs(people)):
            await asyncio.sleep(0.5)
            assert await rung(people) == before
            await until(lambda: _is(people, user, before + 1))
        reminder = await reminder_of(people, task)
        assert reminder.notified_at is not None
        assert at <= reminder.notified_at < at + timedelta(seconds=SLACK_SECONDS)
        assert not reminder.late
        monkeypatch.undo()

    await rings_on_time(1, 0)
    await rings_on_time(-1, 1)


async def test_two_at_once_do_each_thing_once(people: People, hands: Hands):
    users = [await people.join() for _ in range(8)]
    every = []
    for user in users:
        await people.remind(user, NOON + timedelta(minutes=1), count=5)
        every += [await people.recur(user, "FREQ=DAILY", NOON - timedelta(days=1, seconds=-60))]
    hands.go(minutes=2)
    await asyncio.gather(*(due_jobs(people).work() for _ in range(3)))
    await _work_until_done(people)
    assert await people.statuses() == {"NOTIFIED": 40}
    events = await people.events()
    assert (events["reminder.triggered"], events["recurring.spawned"]) == (40, 8)
    for series in every:
        assert len(await people.spawned(series)) == 1


async def _work_until_done(people: People) -> None:
    """Whom another had locked is left for a moment."""
    due = due_jobs(people)
    async with asyncio.timeout(20):
        while await due.work() < 1:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_nothing_rings_once_completing_its_task_was_answered(people: People, hands: Hands):
    user, due = await people.join(), due_jobs(people)
    outcomes = set()
    for turn in range(40):
        task = await people.remind(user, hands.now + timedelta(seconds=1))
        hands.go(seconds=1)

        async def complete(id_: str = str(task), wait: float = turn % 8 / 1000) -> None:
            await asyncio.sleep(wait)
            await people.do(user, lambda tx: complete_task(tx, id_, None))

        await asyncio.gather(due.work(), complete())
        reminder = await reminder_of(people, task)
        outcomes.add(reminder.status)
        await asyncio.sleep(0.06)
        await due.work()
        assert (await reminder_of(people, task)).version == reminder.version == 2
    assert outcomes <= {"NOTIFIED", "CANCELLED"}
    events = await people.events(user)
    assert events["reminder.triggered"] + events["reminder.cancelled"] == 40


async def test_being_stopped_leaves_nothing_half_done(people: People, hands: Hands):
    user = await people.join()
    await people.remind_rows(user, NOON, 500)
    hands.go(minutes=1)
    for wait in (0.005, 0.02, 0.05, 0.1):
        task = asyncio.create_task(due_jobs(people).run())
        await asyncio.sleep(wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(SLACK_SECONDS):
                await task
        assert await rung(people) == (await people.events(user))["reminder.triggered"]
    await due_jobs(people).work()
    assert await rung(people) == (await people.events(user))["reminder.triggered"] == 500


async def test_it_looks_through_what_is_due_and_not_through_what_waits(people: People):
    """As the planner says, when it does not know the parameters."""
    statements: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        statements.append((statement, parameters))

    due = due_jobs(people)
    sa.event.listen(people.database.reader.sync_engine, "before_cursor_execute", note)
    await due.work()
    for job in due._jobs:
        await job.take_turn(await people.now(), "")
    sa.event.remove(people.database.reader.sync_engine, "before_cursor_execute", note)
    plans = [
        await _plan(people.database, statement, parameters)
        for statement, parameters in statements
        if "FROM reminders" in statement or "FROM recurrences" in statement
    ]
    assert sorted("reminders_due" in plan for plan in plans) == [False, False, True, True], plans
    assert sorted("recurrences_due" in plan for plan in plans) == [False, False, True, True], plans


async def _plan(database: Database, statement: str, parameters: Any) -> str:
    async with database.reader.connect() as connection:
        if database.is_sqlite:
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        else:
            # An empty table is read whole, whatever indexes it has.
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            await connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
            await connection.exec_driver_sql(f"PREPARE looked AS {statement}")
            nulls = ", ".join(["NULL"] * len(parameters))
            execute = f"EXECUTE looked({nulls})" if nulls else "EXECUTE looked"
            rows = await connection.exec_driver_sql(f"EXPLAIN {execute}")
        plan = "\n".join(str(row) for row in rows)
        if not database.is_sqlite:
            await connection.exec_driver_sql("DEALLOCATE looked")
        return plan


@asynccontextmanager
async def locked(database: Database, user: UUID) -> AsyncIterator[None]:
    """Somebody else is changing something of the user's."""
    async with database.transaction() as session:
        await session.execute(sa.select(UserStream).where(col(UserStream.user_id) == user).with_for_update())
        yield
