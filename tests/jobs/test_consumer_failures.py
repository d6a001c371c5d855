"""What an effect fails at is tried again, and becomes a dead letter in the end; everybody else goes on."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from jobs import dead_letters as dead_letters_module
from jobs import effects as effects_module
from jobs import retries as retries_module
from jobs.bus import Message
from jobs.effects import EffectFailed
from jobs.retries import TRIES, Retries
from resolvers.log.events import Event
from resolvers.tables import UserStream
from tests.jobs.journal import (
    DEADLINE_SECONDS,
    World,
    all_written,
    dead_count,
    messages,
    sweeping,
    until,
)
from tests.jobs.people import People, metric
from tests.live.inside import happen


@pytest.mark.usefixtures("quick")
async def test_an_effect_that_fails_a_few_times_takes_effect_once_and_holds_up_its_user_alone(
    world: World, people: People
):
    users = [await people.join() for _ in range(6)]
    events = {user: await happen(people.log, user, 4) for user in users}
    bad = [events[users[2]][1], events[users[4]][0]]
    world.journal.fail(bad, TRIES - 1)
    await world.consumer.handle(messages([event for each in events.values() for event in each]))
    written = await world.written()
    assert {user for user in users if written[user] == [1, 2, 3, 4]} == set(users) - {users[2], users[4]}
    # What came before it is done, what comes after it waits.
    assert (written[users[2]], written[users[4]]) == ([1], [])
    async with sweeping(world.consumer):
        await until(lambda: all_written(world, users, 4))
    assert [world.journal.calls[event.event_id] for event in bad] == [TRIES, TRIES]
    assert await world.letters() == []
    assert set((await world.statuses()).values()) == {"done"}


@pytest.mark.usefixtures("quick")
async def test_an_effect_that_always_fails_becomes_a_dead_letter_and_those_after_it_go_on(
    world: World, people: People
):
    user = await people.join()
    events = await happen(people.log, user, 4)
    bad = [events[1], events[2]]
    world.journal.fail(bad, 1000, ValueError("x" * 1000))
    async with sweeping(world.consumer):
        await world.consumer.handle(messages(events))
        await until(lambda: dead_count(world, 2))
    assert await world.written() == {user: [1, 4]}
    assert world.bus.dead == messages(bad)
    for letter in await world.letters():
        assert (letter.attempts, letter.user_id, len(letter.error)) == (TRIES, user, 500)
        assert letter.error.startswith("ValueError: xxx")
    assert [world.journal.calls[event.event_id] for event in bad] == [TRIES, TRIES]
    statuses = await world.statuses()
    assert [statuses[event.event_id] for event in events] == ["done", "dead", "dead", "done"]
    assert metric("taskflow_dead_letters_waiting") == 2
    # And not again.
    await world.another().handle(messages(events))
    assert await world.written() == {user: [1, 4]}


async def test_an_effect_that_fails_for_everybody_costs_each_event_few_tries_and_the_handler_no_wait(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(retries_module, "FIRST_REST_SECONDS", 60.0)
    users = [await people.join() for _ in range(40)]
    sent = [event for user in users for event in await happen(people.log, user, 5)]
    world.journal.fail(sent, 1000)
    await world.consumer.handle(messages(sent))
    assert await world.written() == {}
    assert set(world.journal.calls.values()) == {1}
    assert len(world.journal.calls) == len(users)
    # While they rest, what comes for them costs nothing.
    await world.consumer.handle(messages(sent))
    assert world.journal.calls.total() == len(users)


async def test_a_row_that_the_database_refuses_is_the_effects_fault_and_not_an_outage(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch
):
    ana, ben = await people.join(), await people.join()
    bad = (await happen(people.log, ana))[0]
    good = (await happen(people.log, ben))[0]
    apply = world.journal.apply

    async def refused(session, event):  # type: ignore[no-untyped-def]
        await apply(session, event)
        if event == bad:
            session.add(UserStream(user_id=ana, epoch=1, cursor_key=b""))

    monkeypatch.setattr(world.journal, "apply", refused)
    async with asyncio.timeout(DEADLINE_SECONDS):
        await world.consumer.handle(messages([bad, good]))
    assert await world.written() == {ben: [1]}
    assert world.consumer._retries.rests(ana)


async def test_an_effect_that_hangs_is_given_up_in_time(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(effects_module, "EFFECT_TIMEOUT_SECONDS", 0.2)
    ana, ben = await people.join(), await people.join()
    bad = (await happen(people.log, ana))[0]
    good = (await happen(people.log, ben))[0]
    world.journal.hangs = lambda event: event == bad
    async with asyncio.timeout(DEADLINE_SECONDS):
        await world.consumer.handle(messages([bad, good]))
    assert await world.written() == {ben: [1]}


def test_what_failed_rests_longer_each_time_and_not_all_alike():
    now = 0.0
    event = Event(uuid4(), 7, uuid4(), "x", uuid4(), 1, "", (), {}, datetime.now(UTC))  # type: ignore[arg-type]
    rests: list[list[float]] = []
    for _ in range(20):
        retries = Retries(lambda: now)
        rests.append([])
        for _ in range(TRIES - 1):
            retries.failed(EffectFailed(event, ValueError()))
            rests[-1].append(retries.seconds())
            assert retries.rests(event.user_id)
        retries.failed(EffectFailed(event, ValueError()))
        assert (retries.rests(event.user_id), retries.due(), retries.seconds()) == (False, [event.user_id], 0)
    for number, expected in enumerate([0.2, 0.4, 0.8, 1.6]):
        seconds = [each[number] for each in rests]
        assert all(0.75 * expected <= each <= 1.25 * expected for each in seconds)
        assert len(set(seconds)) > 10


@pytest.mark.usefixtures("quick")
async def test_dead_letters_that_the_bus_does_not_take_are_put_there_later_and_nobody_waits(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dead_letters_module, "PUBLISH_TIMEOUT_SECONDS", 0.1)
    consumer = world.another(sweep_seconds=0.2)
    user = await people.join()

    async def left(count: int) -> bool:
        return world.bus.left >= count

    world.bus.refuses = True
    async with sweeping(consumer):
        await consumer.handle([Message("a", b"1"), Message("b", b"2")])
        await until(lambda: left(2))
        world.bus.refuses, world.bus.hangs = False, True
        await consumer.handle([Message("c", b"3")])
        before = world.bus.left
        await until(lambda: left(before + 2))
        async with asyncio.timeout(DEADLINE_SECONDS):
            await consumer.handle(messages(await happen(people.log, user)))
        assert await world.written() == {user: [1]}
        assert len(await world.letters()) == 3
        # Nothing but the sweep comes back to them.
        world.bus.hangs = False
        await until(lambda: dead_count(world, 3))
    assert Counter(message.body for message in world.bus.dead) == {b"1": 1, b"2": 1, b"3": 1}
