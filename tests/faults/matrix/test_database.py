"""The database goes away, loses connections while a transaction commits, and throws sessions out."""

import asyncio
import itertools
from pathlib import Path

import pytest

from tests.support.client import Api
from tests.support.deployment import KAFKA, Deployment, deployment
from tests.support.load import load
from tests.support.proxy import Cut, commits

pytestmark = pytest.mark.services

AWAY_SECONDS = 10.0
ODD_COMMITS = 7
THROWN_OUT_EVERY_SECONDS = 0.5
THROW_OUT = """
SELECT pg_terminate_backend(pid) FROM (
  SELECT pid FROM pg_stat_activity WHERE application_name = 'taskflow' AND pid <> pg_backend_pid()
  ORDER BY random() LIMIT 3
) AS chosen
"""


async def readiness(d: Deployment, path: str) -> list[int]:
    found = []
    for server in d.servers:
        async with Api(server.url) as api:
            found.append((await api.http.get(path)).status_code)
    return found


async def test_f05_stopped_at_once_and_started_again(tmp_path: Path):
    async with deployment(KAFKA, tmp_path) as d, load(d) as load_:
        assert d.postgresql
        await asyncio.to_thread(d.postgresql.kill)
        await load_.until(lambda: load_.journal.answers["unavailable"] > 4)
        assert await readiness(d, "/readyz") == [503] * len(d.servers)
        assert await readiness(d, "/livez") == [200] * len(d.servers)
        await asyncio.sleep(AWAY_SECONDS)
        await asyncio.to_thread(d.postgresql.start)
        await load_.until_acked(40)
        await load_.settle_and_check()
        assert load_.journal.answers.keys() == {"answered", "unavailable"}
        # Sockets stay, so nobody had to come back.
        assert [dict(subscriber.closes) for subscriber in load_.subscribers] == [{}] * len(load_.subscribers)


@pytest.mark.parametrize("cut", Cut)
async def test_f06_connections_are_lost_with_a_commit(tmp_path: Path, cut: Cut):
    """Whether it was done nobody can know: the same request once more makes it once."""
    commit = itertools.count(1)
    done = 0

    def on_request(chunk: bytes) -> Cut | None:
        nonlocal done
        if commits(chunk) and next(commit) % ODD_COMMITS == 0:
            done += 1
            return cut
        return None

    async with deployment(KAFKA, tmp_path, proxied=["database"]) as d, load(d) as load_:
        for proxy in d.proxies["database"]:
            proxy.on_request = on_request
        await load_.until_acked(60)
        await load_.until(lambda: done >= 20)
        for proxy in d.proxies["database"]:
            proxy.on_request = None
        await load_.settle_and_check()
        assert load_.journal.answers["unavailable"]
        assert load_.journal.answers.keys() == {"answered", "unavailable"}


async def test_f07_sessions_are_thrown_out(tmp_path: Path):
    async with deployment(KAFKA, tmp_path) as d, load(d) as load_:
        thrown_out = 0
        for _ in range(round(AWAY_SECONDS / THROWN_OUT_EVERY_SECONDS)):
            thrown_out += len(await d.rows(THROW_OUT))
            await asyncio.sleep(THROWN_OUT_EVERY_SECONDS)
        print(f"{thrown_out} sessions thrown out")
        assert thrown_out > 20
        await load_.until_acked(40)
        await load_.settle_and_check()
        assert load_.journal.answers.keys() <= {"answered", "unavailable"}
