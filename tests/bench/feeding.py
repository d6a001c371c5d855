"""The process that makes events (`feeder.py`), seen from here."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict

import orjson

from tests.bench.feeder import READY, Change, Order
from tests.bench.post import BenchFailed
from tests.support.deployment import Deployment
from tests.support.server import KEPT_ENVIRONMENT, ROOT

#: To start, to end, and beyond the time that its work takes.
PATIENCE_SECONDS = 30.0
LINE_BYTES = 2**26


class Feeding:
    def __init__(self, process: Process) -> None:
        self._process = process
        self.pid = process.pid

    async def ready(self) -> None:
        if await self._line(0) != READY:
            raise BenchFailed("the process that makes events did not start")

    async def make(self, order: Order) -> list[Change]:
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(asdict(order)) + b"\n")
        return [Change(**change) for change in orjson.loads(await self._line(order.seconds))]

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), PATIENCE_SECONDS)
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _line(self, seconds: float) -> bytes:
        assert self._process.stdout is not None
        async with asyncio.timeout(seconds + PATIENCE_SECONDS):
            line = await self._process.stdout.readline()
        if not line:
            raise BenchFailed("the process that makes events ended")
        return line


@asynccontextmanager
async def feeding(deployment: Deployment) -> AsyncIterator[Feeding]:
    assert deployment.kafka is not None
    environment = {
        "DATABASE_URL": deployment.database_url,
        "KAFKA_BOOTSTRAP_SERVERS": deployment.kafka.bootstrap,
        "LOG_LEVEL": "warning",
    }
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    command = [sys.executable, "-m", "tests.bench.feeder"]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=kept | environment, stdin=PIPE, stdout=PIPE, limit=LINE_BYTES
    )
    feeder = Feeding(process)
    try:
        await feeder.ready()
        yield feeder
    finally:
        await feeder.end()
