"""Redis dies, hangs, or can't be reached: what it would have told at once the log tells a moment later."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.support.client import Api
from tests.support.deployment import KAFKA_REDIS, Deployment, deployment
from tests.support.load import Load, load, p95

pytestmark = pytest.mark.services

AWAY_SECONDS = 8.0
HUNG_SECONDS = 12.0
BRIDGED_SECONDS = 7.0
#: The poll alone would take up to 5 s: this is Redis again.
LIVE_SECONDS = 1.0
#: From its return until it is used again.
BACK_SECONDS = 10.0


async def degraded(d: Deployment) -> list[bool]:
    found = []
    for server in d.apis:
        async with Api(server.url) as api:
            ready = await api.http.get("/readyz")
            assert ready.status_code == 200
            found.append(bool(ready.json()["degraded"]))
    return found


async def check(load_: Load, since: float, until: float) -> None:
    """Bridged while it was away; live again for who was there before and for who came later."""
    await asyncio.sleep(BACK_SECONDS)
    back = time.monotonic()
    await load_.until_acked(60)
    await load_.settle_and_check()
    bridged, live = load_.lags(since, until), load_.lags(back)
    print(f"bridged in {max(bridged):.2f} s (max); then {p95(live):.3f} s (p95)")
    assert load_.journal.answers.keys() == {"answered"}
    assert max(bridged) < BRIDGED_SECONDS
    assert p95(live) < LIVE_SECONDS


async def test_f08_killed_and_started_again(tmp_path: Path):
    async with deployment(KAFKA_REDIS, tmp_path) as d, load(d) as load_:
        assert d.redis
        since = time.monotonic()
        d.redis.kill()
        await asyncio.sleep(AWAY_SECONDS)
        assert all(await degraded(d))
        until = time.monotonic()
        d.redis.start()
        await check(load_, since, until)
        assert not any(await degraded(d))


async def test_f08_hung_and_woken(tmp_path: Path):
    async with deployment(KAFKA_REDIS, tmp_path) as d, load(d) as load_:
        assert d.redis
        since = time.monotonic()
        d.redis.pause()
        await asyncio.sleep(HUNG_SECONDS)
        assert all(await degraded(d))
        until = time.monotonic()
        d.redis.resume()
        await check(load_, since, until)
        assert not any(await degraded(d))


async def test_f20_out_of_reach_for_all_processes(tmp_path: Path):
    async with deployment(KAFKA_REDIS, tmp_path, proxied=["redis"]) as d, load(d) as load_:
        since = time.monotonic()
        for proxy in d.proxies["redis"]:
            proxy.hold()
        await asyncio.sleep(HUNG_SECONDS)
        assert all(await degraded(d))
        until = time.monotonic()
        for proxy in d.proxies["redis"]:
            proxy.heal()
        await check(load_, since, until)
        assert not any(await degraded(d))
