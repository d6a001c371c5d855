"""Background tasks that must not die."""

import asyncio

import pytest

from graphql_api import supervise
from graphql_api.supervise import Supervisor, failures_total
from tests.live.inside import until


async def test_a_task_that_fails_or_ends_is_started_again_beside_the_others(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(supervise, "RESTART_SECONDS", (0.01, 0.01))
    runs = {"failing": 0, "ending": 0, "lasting": 0}

    async def failing() -> None:
        runs["failing"] += 1
        raise ValueError("on purpose")

    async def ending() -> None:
        runs["ending"] += 1

    async def lasting() -> None:
        runs["lasting"] += 1
        await asyncio.Event().wait()

    before = asyncio.all_tasks()
    failed = failures_total.labels("failing")._value.get()
    supervisor = Supervisor()
    for work in (failing, ending, lasting):
        supervisor.run(work.__name__, work)
    await until(lambda: runs["failing"] >= 3 and runs["ending"] >= 3)
    assert runs["lasting"] == 1
    assert failures_total.labels("failing")._value.get() >= failed + 3
    assert failures_total.labels("ending")._value.get() == 0
    await supervisor.stop()
    assert asyncio.all_tasks() == before


async def test_what_ends_again_and_again_is_named_until_it_has_gone_well_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(supervise, "RESTART_SECONDS", (0.001, 0.001))
    now = 1000.0
    rounds = asyncio.Semaphore(supervise.RESTARTS)
    runs = 0

    async def sometimes() -> None:
        nonlocal runs
        await rounds.acquire()
        runs += 1
        raise ValueError("on purpose")

    async def lasting() -> None:
        await asyncio.Event().wait()

    supervisor = Supervisor(clock=lambda: now)
    supervisor.run("sometimes", sometimes)
    supervisor.run("lasting", lasting)
    await until(lambda: rounds.locked() and runs == supervise.RESTARTS)
    assert supervisor.failing == []
    rounds.release()
    await until(lambda: supervisor.failing == ["sometimes"])
    now += supervise.WITHIN_SECONDS
    assert supervisor.failing == []
    await supervisor.stop()


async def test_a_task_runs_again_within_five_seconds_however_often_it_failed(monkeypatch: pytest.MonkeyPatch):
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    monkeypatch.setattr(supervise.asyncio, "sleep", noted)

    async def failing() -> None:
        raise ValueError("on purpose")

    supervisor = Supervisor()
    supervisor.run("failing", failing)
    async with asyncio.timeout(5):
        while len(pauses) < 20:
            await sleep(0)
    await supervisor.stop()
    assert (pauses[0], max(pauses)) == (1.0, 5.0)


async def test_a_stop_ends_tasks_whatever_they_are_doing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(supervise, "RESTART_SECONDS", (60, 60))
    ended = asyncio.Event()

    async def tidy() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def waits_to_be_restarted() -> None:
        raise ValueError("on purpose")

    supervisor = Supervisor()
    supervisor.run("tidy", tidy)
    supervisor.run("waits", waits_to_be_restarted)
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await supervisor.stop()
    assert ended.is_set()
