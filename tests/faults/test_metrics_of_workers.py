"""WORKERS: whichever process is asked for metrics answers for all of them, and those that died are no hindrance."""

import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.faults.test_workers import WORKERS, children
from tests.services.kafka import Kafka
from tests.services.postgres import make_database
from tests.support.client import Api
from tests.support.figures import Figures, figures
from tests.support.server import START_SECONDS, Server

pytestmark = pytest.mark.services


def workers(told: Figures) -> set[int]:
    return {int(pid) for pid in told.labels("taskflow_build_info", "worker")}


async def told_of_all(server: Server, but: int = 0) -> tuple[set[int], Figures]:
    """Wait until there are as many as there should be, `but` not among them, and the figures are of just these."""
    async with asyncio.timeout(START_SECONDS):
        while True:
            pids = set(children(server.pid))
            told = await figures(server.url)
            if len(pids) == WORKERS and but not in pids and workers(told) == pids:
                return pids, told
            await asyncio.sleep(0.1)  # nobody tells of processes that are not our own children


async def test_any_of_them_answers_for_all(tmp_path: Path, postgresql_url: str, kafka: Kafka):
    folders = tmp_path / "tmp"
    folders.mkdir()
    server = Server(
        tmp_path,
        DATABASE_URL=make_database(postgresql_url, f"t{uuid4().hex}"),
        KAFKA_BOOTSTRAP_SERVERS=kafka.bootstrap,
        KAFKA_TOPIC=f"t{uuid4().hex}",
        JWT_SECRET="processes that know each other's tokens",
        WORKERS=str(WORKERS),
        TMPDIR=str(folders),
    )
    await server.start()
    try:
        await told_of_all(server)
        async with Api(server.url) as api:
            await api.sign_up()
            for _ in range(20):  # over connections of their own: now one is asked, now the other
                async with Api(server.url, api.token) as device:
                    await device.run("{ viewer { id } }")
        pids, told = await told_of_all(server)
        served = {
            worker: told.of("taskflow_operations_total", kind="query", worker=worker)
            for worker in told.labels("taskflow_operations_total", "worker")
        }
        assert sum(served.values()) == 20
        # Those with a function behind them, too.
        assert told.labels("taskflow_sockets_open", "worker") == {str(pid) for pid in pids}
        assert told.labels("process_resident_memory_bytes", "worker") == {str(pid) for pid in pids}

        killed, left = sorted(pids)
        os.kill(killed, signal.SIGKILL)
        pids, told = await told_of_all(server, but=killed)
        assert told.of("taskflow_operations_total", kind="query", worker=str(left)) == served.get(
            str(left), 0
        )
        assert {int(path.stem) for path in folders.glob("taskflow-*/*.sock")} == pids

        # One that hangs keeps nobody waiting for long, and is not told of.
        os.kill(left, signal.SIGSTOP)
        try:
            told = await asked_of_the_other(server)
            assert left not in workers(told)
        finally:
            with contextlib.suppress(ProcessLookupError):  # its parent has replaced it
                os.kill(left, signal.SIGCONT)
        await told_of_all(server)
    finally:
        await server.stop()
    assert list(folders.iterdir()) == []


async def asked_of_the_other(server: Server) -> Figures:
    """Connections that the hanging one accepted, or would, are let go."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            async with httpx.AsyncClient(timeout=6) as http:
                return Figures((await http.get(f"{server.url}/metrics")).text)
        except httpx.TimeoutException:
            continue
    raise AssertionError("nobody answers")
