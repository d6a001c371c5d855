"""Background tasks that must not die."""

import asyncio

import pytest

from graphql_api import supervise
from graphql_api.supervise import Supervisor, failures_total
from tests.live.inside import until


async def test_a_task_that_fails_or_ends_is_started_again_beside_the_others(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(supervise, "RESTART_SECONDS", 0.01)
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


async def test_a_stop_ends_tasks_whatever_they_are_doing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(supervise, "RESTART_SECONDS", 60)
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
