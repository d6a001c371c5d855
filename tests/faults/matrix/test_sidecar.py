"""Dapr's sidecars die, hang, or are not there yet: nobody waits, and nothing is lost."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.faults.matrix.looking import metric, until
from tests.support.deployment import DAPR, Deployment, deployment
from tests.support.load import Load, load, p95

pytestmark = pytest.mark.services

AWAY_SECONDS = 4.0
#: Between processes without the sidecar: the poll of the log, and the machine's own slowness.
BRIDGED_SECONDS = 7.0
#: Within a process, whatever the bus does.
LIVE_SECONDS = 1.0
#: Longest that an event loop may be kept from its work. The SDK's own wait for a sidecar is a minute.
STALL_SECONDS = 2.0
LOOK_SECONDS = 0.1


@asynccontextmanager
async def nobody_stalls(d: Deployment) -> AsyncIterator[None]:
    """Every process answers at once, all the time."""
    longest = 0.0

    async def look(url: str) -> None:
        nonlocal longest
        async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
            while True:
                since = time.monotonic()
                assert (await http.get("/livez")).status_code == 200
                longest = max(longest, time.monotonic() - since)
                await asyncio.sleep(LOOK_SECONDS)

    looking = [asyncio.create_task(look(server.url)) for server in d.servers]
    try:
        yield
    finally:
        for task in looking:
            task.cancel()
        ended = await asyncio.gather(*looking, return_exceptions=True)
    print(f"longest answer of /livez: {longest:.2f} s")
    assert all(isinstance(error, asyncio.CancelledError) for error in ended), ended
    assert longest < STALL_SECONDS


async def until_degraded(d: Deployment, expected: bool) -> None:
    """Until every process says so, ready as it is all the same."""

    async def all_say_so() -> bool:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            states = [await http.get(server.url + "/readyz") for server in d.servers]
        assert all(state.status_code == 200 for state in states)
        return all(("dapr" in state.json()["degraded"]) == expected for state in states)

    await until(f"degraded is {expected} everywhere", all_say_so)


async def check(d: Deployment, load_: Load, since: float, until_: float) -> None:
    """Between those instants no request failed, and everybody saw everything in time."""
    await until_degraded(d, expected=False)
    await load_.until_acked(20)
    await load_.settle_and_check()
    assert load_.journal.answers.keys() == {"answered"}
    own, all_ = load_.lags(since, until_, same_process=True), load_.lags(since, until_)
    print(f"meanwhile: {p95(own):.3f} s (p95) in the same process, {max(all_):.2f} s (max) in others")
    assert p95(own) < LIVE_SECONDS
    assert max(all_) < BRIDGED_SECONDS


async def killed(d: Deployment) -> None:
    async with load(d, due_seconds=AWAY_SECONDS) as load_:
        since = time.monotonic()
        async with nobody_stalls(d):
            await asyncio.gather(*(sidecar.kill() for sidecar in d.sidecars))
            await until_degraded(d, expected=True)
            await asyncio.sleep(AWAY_SECONDS)
        until_ = time.monotonic()
        # From this thread, whose end is also theirs.
        await asyncio.gather(*(sidecar.start() for sidecar in d.sidecars))
        await check(d, load_, since, until_)


async def hung(d: Deployment) -> None:
    async with load(d, due_seconds=AWAY_SECONDS) as load_:
        since = time.monotonic()
        async with nobody_stalls(d):
            for sidecar in d.sidecars:
                sidecar.pause()
            await until_degraded(d, expected=True)
            await asyncio.sleep(AWAY_SECONDS)
        until_ = time.monotonic()
        for sidecar in d.sidecars:
            sidecar.resume()
        await check(d, load_, since, until_)


async def absent(d: Deployment) -> None:
    """They come after the app that they belong to."""
    await asyncio.gather(*(sidecar.kill() for sidecar in d.sidecars))
    for server in d.servers:
        await server.stop()
    await asyncio.gather(*(server.start() for server in d.servers))
    async with load(d, due_seconds=AWAY_SECONDS) as load_:
        since = time.monotonic()
        await until_degraded(d, expected=True)
        await load_.until_acked(20)
        until_ = time.monotonic()
        await asyncio.gather(*(sidecar.start() for sidecar in d.sidecars))
        await check(d, load_, since, until_)


async def direct(d: Deployment) -> float:
    return sum([await metric(server, "taskflow_dapr_direct_total") for server in d.servers])


async def test_f09_killed_hung_and_absent_with_kafka_to_turn_to(tmp_path: Path):
    async with deployment(DAPR, tmp_path) as d:
        before = await direct(d)
        await killed(d)
        assert await direct(d) > before, "nothing went straight to Kafka"
        before = await direct(d)
        await hung(d)
        assert await direct(d) > before, "nothing went straight to Kafka"
        await absent(d)
        assert await direct(d) > 0, "nothing went straight to Kafka"


async def test_f09_killed_hung_and_absent_with_the_sidecar_alone(tmp_path: Path):
    async with deployment(DAPR, tmp_path, KAFKA_BOOTSTRAP_SERVERS="") as d:
        await killed(d)
        await hung(d)
        await absent(d)
        assert await direct(d) == 0
