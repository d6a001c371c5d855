"""One user's trouble is not another's."""

import asyncio
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from jobs import attempts, ringing, spawning
from jobs.due import DueJobs
from resolvers import lookup
from resolvers.calendar.durations import parse_duration
from resolvers.errors import Unavailable
from resolvers.log.transaction import Transaction
from resolvers.recurrences.change import NewRecurrence
from resolvers.recurrences.spawn import Spawned, spawn_due
from resolvers.reminders import ring
from resolvers.reminders.ring import Rung
from resolvers.tables import EventRow, Reminder
from resolvers.tasks import NewTask, create_task
from tests.jobs.people import NOON, Hands, People, metric
from tests.jobs.test_due import POSTGRESQL, SLACK_SECONDS, due_jobs, locked, reminder_of, rung, running, until


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def failing_note(monkeypatch: pytest.MonkeyPatch, id_: UUID) -> list[UUID]:
    """Ringing this one reminder fails; the list says how often."""
    note, failed = ring.note, []

    def note_or_fail(tx: Transaction, type_: Any, reminder: Reminder, changed: Any) -> None:
        if reminder.id == id_:
            failed.append(id_)
            raise RuntimeError("as it happens")
        note(tx, type_, reminder, changed)

    monkeypatch.setattr(ring, "note", note_or_fail)
    return failed


async def test_a_reminder_that_fails_is_counted_and_tried_again_ever_later_and_the_others_ring(
    people: People, hands: Hands, monkeypatch: pytest.MonkeyPatch
):
    user, other = await people.join(), await people.join()
    bad = await reminder_of(people, await people.remind(user, NOON + timedelta(seconds=1)))
    await people.remind(user, NOON + timedelta(seconds=2), count=5)
    await people.remind(other, NOON + timedelta(seconds=3))
    failed = failing_note(monkeypatch, bad.id)
    before = metric("taskflow_due_failures_total", kind="ring")
    seconds = Seconds()
    due = DueJobs(people.database, people.log, 1, seconds)
    hands.go(seconds=5)
    waits = [await due.work()]
    assert await people.statuses() == {"NOTIFIED": 6, "PENDING": 1}
    # Once with the others, once by itself.
    assert len(failed) == 2
    assert metric("taskflow_due_failures_total", kind="ring") == before + 2
    assert await due.work() == waits[0]
    assert len(failed) == 2
    for _ in range(7):
        seconds.now += waits[-1]
        waits.append(await due.work())
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    # What else is due meanwhile is not held up, and its moment is not hidden.
    await people.remind(user, hands.now + timedelta(seconds=20))
    assert await due.work() == 20
    hands.go(seconds=20)
    await due.work()
    assert await people.statuses() == {"NOTIFIED": 7, "PENDING": 1}
    monkeypatch.undo()
    seconds.now += 60
    await due.work()
    assert await people.statuses() == {"NOTIFIED": 8}
    assert (await people.events(user))["reminder.triggered"] == 7


async def test_a_series_that_fails_is_counted_and_tried_again_ever_later_and_the_others_spawn(
    people: People, hands: Hands, monkeypatch: pytest.MonkeyPatch
):
    user, other = await people.join(), await people.join()
    start = NOON - timedelta(hours=1, seconds=-1)
    bad = await people.recur(user, "FREQ=HOURLY", start)
    good = [await people.recur(who, "FREQ=HOURLY", start) for who in (user, user, other)]
    failed = []

    async def spawn_or_fail(tx: Transaction, series: UUID) -> Spawned:
        if series == bad:
            failed.append(series)
            raise RuntimeError("as it happens")
        return await spawn_due(tx, series)

    monkeypatch.setattr(spawning, "spawn_due", spawn_or_fail)
    before = metric("taskflow_due_failures_total", kind="spawn")
    seconds = Seconds()
    due = DueJobs(people.database, people.log, 1, seconds)
    hands.go(seconds=2)
    waits = [await due.work()]
    assert [len(await people.spawned(series)) for series in good] == [1, 1, 1]
    for _ in range(6):
        seconds.now += waits[-1]
        waits.append(await due.work())
    assert waits == [1, 2, 4, 8, 16, 32, 60]
    assert len(failed) == 7
    assert metric("taskflow_due_failures_total", kind="spawn") == before + 7
    monkeypatch.undo()
    seconds.now += 60
    await due.work()
    assert len(await people.spawned(bad)) == 1


async def test_what_is_found_due_and_never_done_does_not_keep_it_running(
    people: People, monkeypatch: pytest.MonkeyPatch
):
    user = await people.join()
    at = await people.soon(0)
    await people.remind(user, at)
    await people.recur(user, "FREQ=HOURLY", at - timedelta(hours=1))
    looked = 0

    async def ring_nothing(*_: Any) -> Rung:
        nonlocal looked
        looked += 1
        return Rung()

    async def spawn_nothing(*_: Any) -> Spawned:
        nonlocal looked
        looked += 1
        return Spawned()

    monkeypatch.setattr(ringing, "ring_due", ring_nothing)
    monkeypatch.setattr(spawning, "spawn_due", spawn_nothing)
    async with running(due_jobs(people)):
        await asyncio.sleep(3)
    assert 2 <= looked <= 16


async def test_who_owns_as_many_tasks_as_one_may_keeps_nobody_waiting(
    people: People, hands: Hands, monkeypatch: pytest.MonkeyPatch
):
    full, other = await people.join(), await people.join()
    start = NOON - timedelta(hours=1, seconds=-2)
    held_up = [await people.recur(full, "FREQ=HOURLY", start) for _ in range(4)]
    await people.remind(full, NOON + timedelta(seconds=2))
    spawns = await people.recur(other, "FREQ=HOURLY", start)
    monkeypatch.setattr(lookup, "TASKS", 5)
    before = metric("taskflow_due_failures_total", kind="spawn")
    seconds = Seconds()
    due = DueJobs(people.database, people.log, 1, seconds)
    hands.go(seconds=3)
    assert await due.work() == 60
    assert await rung(people, full) == 1
    assert len(await people.spawned(spawns)) == 1
    # They are told no once, not once for each of their series.
    assert metric("taskflow_due_failures_total", kind="spawn") == before + 1
    monkeypatch.undo()
    seconds.now += 60
    hands.go(seconds=60)
    await due.work()
    assert [len(await people.spawned(series)) for series in held_up] == [1] * 4


@pytest.mark.parametrize("database", POSTGRESQL, indirect=True)
async def test_whom_somebody_else_has_locked_is_passed_over_and_done_right_after(people: People):
    user, other = await people.join(), await people.join()
    at = await people.now() + timedelta(seconds=0.2)
    for who in (user, other):
        await people.remind(who, at)
    async with running(due_jobs(people)):
        async with locked(people.database, user):
            # So long that it is even waited for, now and then.
            await asyncio.sleep(2)
            assert await rung(people, user) == 0
            assert await rung(people, other) == 1
            late = await people.now() + timedelta(seconds=0.2)
            another = await people.remind(other, late)
            await until(lambda: _rang(people, another))
        took = await until(lambda: _all_rang(people, user))
    rang_at = (await reminder_of(people, another)).notified_at
    assert rang_at is not None
    print(
        f"beside one locked user {(rang_at - late).total_seconds():.3f} s late; {took:.3f} s after its release"
    )
    assert (rang_at - late).total_seconds() < SLACK_SECONDS
    assert took < 1 + SLACK_SECONDS


async def _rang(people: People, task: UUID) -> bool:
    return (await reminder_of(people, task)).status == "NOTIFIED"


async def _all_rang(people: People, user: UUID) -> bool:
    return not (await people.statuses(user))["PENDING"]


@pytest.mark.parametrize("database", POSTGRESQL, indirect=True)
async def test_who_is_locked_whenever_looked_at_is_waited_for(people: People):
    user = await people.join()
    await people.remind(user, await people.now() + timedelta(seconds=0.1))
    stop = False

    async def write_without_a_pause() -> None:
        while not stop:
            async with locked(people.database, user):
                await asyncio.sleep(0.02)

    writers = [asyncio.create_task(write_without_a_pause()) for _ in range(4)]
    async with running(due_jobs(people)):
        took = await until(lambda: _all_rang(people, user), 10)
    stop = True
    await asyncio.gather(*writers)
    print(f"rang after {took:.3f} s of writing without a pause")
    assert took < 5


async def test_a_user_whose_transaction_the_database_gives_up_on_does_not_hold_up_the_others(
    people: People, hands: Hands, monkeypatch: pytest.MonkeyPatch
):
    users = [await people.join() for _ in range(5)]
    for user in users:
        await people.remind(user, NOON + timedelta(seconds=1))

    async def ring_or_give_up(tx: Transaction, *arguments: Any) -> Rung:
        if tx.user_id == users[2]:
            raise Unavailable
        return await ring.ring_due(tx, *arguments)

    monkeypatch.setattr(ringing, "ring_due", ring_or_give_up)
    seconds = Seconds()
    due = DueJobs(people.database, people.log, 1, seconds)
    hands.go(seconds=2)
    with pytest.raises(Unavailable):
        await due.work()
    assert await due.work() == 1
    assert await people.statuses() == {"NOTIFIED": 4, "PENDING": 1}
    monkeypatch.undo()
    seconds.now += 1
    await due.work()
    assert await people.statuses() == {"NOTIFIED": 5}


@pytest.mark.parametrize("kind", ["reminders", "series"])
async def test_ten_thousand_of_one_user_do_not_hold_up_another(people: People, hands: Hands, kind: str):
    many, one = await people.join(), await people.join()
    at = NOON + timedelta(seconds=1)
    if kind == "reminders":
        await people.remind_rows(many, at, 10_000)
        await people.remind(one, at + timedelta(seconds=1))
    else:
        await people.recur_rows(many, at, 10_000)
        await people.recur(one, "FREQ=HOURLY", at + timedelta(seconds=1) - timedelta(hours=1))
    hands.go(seconds=10)
    done = "reminder.triggered" if kind == "reminders" else "recurring.spawned"

    async def is_done() -> bool:
        return bool((await people.events(one))[done])

    due = due_jobs(people)
    for job in due._jobs:
        job._last_user = one  # so that it comes last
    async with running(due):
        took = await until(is_done, 60)
    print(f"after {took:.2f} s, {(await people.events(many))[done]} of the 10,000 being done")
    assert took < 5


async def test_everyone_has_a_turn_before_anyone_has_another(
    people: People, hands: Hands, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(attempts, "AT_ONCE", 3)
    monkeypatch.setattr(ringing, "AT_ONCE", 3)
    monkeypatch.setattr(ringing, "RINGS", 2)
    users = [await people.join() for _ in range(6)]
    for number, user in enumerate(users):
        # The last one's are the newest, so whoever looks at the oldest first comes to them last.
        await people.remind(user, NOON + timedelta(seconds=number + 1), count=6)
    hands.go(minutes=1)
    order: list[UUID] = []
    people.log.on_commit.append(lambda committed: order.append(committed.events[0].user_id))
    await due_jobs(people).work()
    assert len(order) == 18
    for start in (0, 6, 12):
        assert set(order[start : start + 6]) == set(users)


async def test_the_time_it_takes_to_find_what_is_due_does_not_grow_with_what_waits(people: People):
    user, due = await people.join(), due_jobs(people)
    now = await people.now()

    async def fastest() -> float:
        times = []
        for _ in range(5):
            begin = time.perf_counter()
            await due.work()
            times.append(time.perf_counter() - begin)
        return min(times)

    few = await fastest()
    await people.remind_rows(user, now + timedelta(days=1), 20_000)
    many = await fastest()
    print(f"{1e3 * few:.1f} ms beside none, {1e3 * many:.1f} ms beside 20,000 that wait")
    assert many < 10 * few


async def test_of_one_series_no_more_than_a_hundred_tasks_are_ever_still_to_come(
    people: People, hands: Hands
):
    user = await people.join()
    recurrence = NewRecurrence(rule="FREQ=HOURLY", time_zone="UTC", lead=parse_duration("P30D"))
    new = NewTask(title="far ahead", due_at=NOON, recurrence=recurrence)
    task = await people.do(user, lambda tx: create_task(tx, new))
    assert task is not None
    ahead = []
    for _ in range(14):
        await due_jobs(people).work()
        spawned = await people.spawned(task.id)
        ahead.append(sum(occurrence > hands.now for occurrence in spawned))
        hands.go(minutes=40)
    assert max(ahead) == 100
    assert min(ahead) >= 99
    assert spawned == [NOON + timedelta(hours=hour + 1) for hour in range(len(spawned))]


async def test_numbers_stay_without_a_gap(people: People, hands: Hands):
    user = await people.join()
    await people.remind_rows(user, NOON, 250)
    hands.go(seconds=10)
    await due_jobs(people).work()
    async with people.database.read() as session:
        found = await session.execute(
            sa.select(col(EventRow.seq)).where(col(EventRow.user_id) == user).order_by(col(EventRow.seq))
        )
        numbers = list(found.scalars())
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == 251
