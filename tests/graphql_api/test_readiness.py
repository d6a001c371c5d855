"""What probes are told: whether it can serve, between two releases as well, and whether a restart may help."""

import asyncio
import contextlib
import socket
import time
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from graphql_api import supervise
from resolvers.database import Database
from tests.live.inside import process
from tests.migrations.catalog import OWN
from tests.support.server import Server

#: The patience of the chart's probes.
PROBE_SECONDS = 5.0


async def test_a_process_of_the_release_before_serves_on_after_a_migration(
    database: Database, tmp_path: Path
):
    url = database.url.set(drivername=database.url.get_backend_name())
    environment = {} if database.is_sqlite else {"DATABASE_URL": url.render_as_string(hide_password=False)}
    server = Server(tmp_path, **environment)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url, timeout=20) as http:
            for revision, status in (("9999", 200), ("0001", 503)):
                async with database.writer.begin() as connection:
                    await connection.execute(sa.text(f"UPDATE {OWN} SET version_num = '{revision}'"))
                answer = await http.get("/readyz")
                assert (answer.status_code, answer.json()["status"] == "ok") == (status, status == 200)
    finally:
        await server.stop()


async def test_a_database_that_hangs_keeps_nobody_waiting_and_is_no_reason_to_restart(tmp_path: Path):
    """It takes connections, and says nothing: probes give up after five seconds."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://app@127.0.0.1:{silent.getsockname()[1]}/d?connect_timeout=8"
        server = Server(
            tmp_path, migrate=False, DATABASE_URL=url + "&sslmode=disable", DUE_POLL_SECONDS="600"
        )
        await server.start()
        try:
            async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as http:
                began = time.monotonic()
                asked = [asyncio.create_task(http.get(path)) for path in ("/readyz", "/health")]
                alive = await http.get("/livez")
                assert (alive.status_code, any(task.done() for task in asked)) == (200, False)
                for answer in await asyncio.gather(*asked):
                    assert (answer.status_code, answer.json()["database"]) == (503, "does not answer")
                assert time.monotonic() - began < PROBE_SECONDS
        finally:
            await server.kill()


async def test_a_task_that_dies_again_and_again_is_named_and_a_restart_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(supervise, "RESTART_SECONDS", (0.01, 0.01))
    deaths = asyncio.Semaphore(0)

    async def dies() -> None:
        await deaths.acquire()
        raise ValueError("on purpose")

    async with process(tmp_path) as running, httpx.AsyncClient(base_url=running.url) as http:
        supervisor = running.parts.supervisor
        supervisor.run("broken", dies)
        for _ in range(supervise.RESTARTS):
            deaths.release()
        async with asyncio.timeout(20):
            while not deaths.locked():  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)
        assert (await http.get("/livez")).status_code == 200
        deaths.release()
        async with asyncio.timeout(20):
            while not supervisor.failing:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)
        answer = await http.get("/livez")
        assert (answer.status_code, answer.json()) == (503, {"status": "failing", "tasks": ["broken"]})
        whole = await http.get("/health")
        assert (whole.status_code, whole.json()["failing"]) == (503, ["broken"])
        # It can serve all the same.
        assert (await http.get("/readyz")).status_code == 200


@pytest.mark.parametrize("database", ["there", "away"])
@pytest.mark.parametrize("bus", ["kafka", "dapr"])
async def test_whatever_is_away_is_named_soon_and_only_the_database_is_reason_enough(
    tmp_path: Path, bus: str, database: str
):
    """All of them from the start, the sidecar as well, whose SDK would wait for a minute."""
    with contextlib.ExitStack() as stack:

        def nobody() -> str:
            bound = stack.enter_context(socket.socket())
            bound.bind(("127.0.0.1", 0))  # and nobody listens
            return f"127.0.0.1:{bound.getsockname()[1]}"

        environment = {"REDIS_URL": f"redis://{nobody()}/0"}
        if bus == "kafka":
            environment["KAFKA_BOOTSTRAP_SERVERS"] = nobody()
        else:
            environment |= {"USE_DAPR": "true", "APP_API_TOKEN": "of this test alone"}
            environment["DAPR_HTTP_PORT"] = nobody().rpartition(":")[2]
            environment["DAPR_GRPC_PORT"] = nobody().rpartition(":")[2]
        if database == "away":
            environment["DATABASE_URL"] = f"postgresql://app@{nobody()}/d"
        server = Server(tmp_path, migrate=False, **environment)
        began = time.monotonic()
        await server.start()
        try:
            async with httpx.AsyncClient(base_url=server.url, timeout=PROBE_SECONDS, trust_env=False) as http:
                assert (await http.get("/livez")).status_code == 200
                ready = await http.get("/readyz")
                print(f"answered {time.monotonic() - began:.2f} s after the start began")
                assert ready.status_code == (200 if database == "there" else 503)
                async with asyncio.timeout(20):
                    while set((ready := await http.get("/readyz")).json()["degraded"]) != {bus, "redis"}:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
                assert ready.status_code == (200 if database == "there" else 503)
                assert ready.json()["trouble"].keys() == {bus, "redis"}
                assert (await http.get("/livez")).status_code == 200
        finally:
            await server.kill()
