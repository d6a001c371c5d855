"""Somebody who uses the same server meanwhile, as people do; and what the server holds."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.matrix.looking import rss_mib
from tests.support.client import Api
from tests.support.server import Server

#: Below what one user may send in a minute.
PACE_SECONDS = 0.125
QUERY = "{ cursor tasks(first: 20) { nodes { id title } } }"


class Neighbour:
    """Changes and reads, one after the other. `seconds` is how long each took, from when it was meant to begin."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.seconds: list[float] = []

    async def work(self) -> None:
        """Until cancelled."""
        for number in range(1_000_000):
            began = time.monotonic()
            if number % 2:
                await self._api.run(QUERY)
            else:
                payload = await self._api.mutate("createTask", "errors { code }", title=f"Task {number}")
                assert payload["errors"] == []
            self.seconds.append(time.monotonic() - began)
            await asyncio.sleep(max(0.0, PACE_SECONDS - (time.monotonic() - began)))

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Raises what went wrong for them."""
        self.seconds = []
        task = asyncio.create_task(self.work())
        try:
            yield
        finally:
            task.cancel()
            [outcome] = await asyncio.gather(task, return_exceptions=True)
        if isinstance(outcome, Exception):
            raise outcome


def hostile_server(folder: Path) -> Server:
    """With the rates of the product, and nobody who is believed to speak for others."""
    return Server(folder, RATE_LIMIT="on", TRUSTED_PROXIES="192.0.2.1", LOG_LEVEL="warning")


def files(server: Server) -> int:
    return len(list(Path(f"/proc/{server.pid}/fd").iterdir()))


def memory(server: Server) -> float:
    """In MiB."""
    return rss_mib(server)
