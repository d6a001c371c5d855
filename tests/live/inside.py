"""The real parts of a process inside the test's own, where tasks, feeds, sockets and pools are in reach."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import uvicorn

from graphql_api.app import build_app
from graphql_api.doors.patience import PatientProtocol
from graphql_api.live.hub import Hub
from graphql_api.settings import Settings
from graphql_api.socket.protocol import PatientSocketProtocol
from graphql_api.wiring import Parts, open_parts, prepare_database
from jobs.broadcast import BoundedBroadcast, open_broadcast
from resolvers.accounts import NewAccount, sign_up
from resolvers.database import Database
from resolvers.log.events import Event, EventType
from resolvers.log.transaction import Log, Transaction
from resolvers.viewer import Viewer
from tests.support.client import PASSWORD

DEADLINE_SECONDS = 20


async def make_viewer(database: Database) -> Viewer:
    account = NewAccount(f"{uuid4().hex}@example.com", PASSWORD, "Ana", "UTC")
    signed_in = await sign_up(database, account, "", timedelta(days=1))
    return signed_in.grant.viewer


async def happen(
    log: Log, user_id: UUID, count: int = 1, type_: EventType = EventType.TASK_UPDATED
) -> list[Event]:
    """So many events of the user, in one transaction."""

    async def act(tx: Transaction) -> list[Event]:
        for _ in range(count):
            id_ = uuid4()
            tx.record(type_, id_, {"id": str(id_), "text": "x" * 100})
        return tx.events

    return list((await log.change_as_job(user_id, act, str(uuid4()))).value)


class Live:
    """Database, log, hub and broadcaster of one process, and the log of another that only the database joins to it."""

    def __init__(
        self,
        database: Database,
        broadcast: BoundedBroadcast | None = None,
        degraded: Callable[[], bool] = lambda: False,
    ) -> None:
        self.database = database
        self.broadcast = broadcast or open_broadcast("memory://")
        self.hub = Hub(database, self.broadcast, degraded)
        self.log = Log(database)
        self.log.on_commit.append(self.hub.on_commit)
        self.elsewhere = Log(Database(database.url))

    async def __aenter__(self) -> "Live":
        await self.broadcast.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.broadcast.disconnect()
        await self.elsewhere.database.close()


@dataclass
class Process:
    parts: Parts
    server: uvicorn.Server
    url: str
    serving: asyncio.Task[None]

    async def stop(self) -> None:
        """As SIGTERM does."""
        self.server.should_exit = True
        await self.serving


@asynccontextmanager
async def process(data_dir: Path) -> AsyncIterator[Process]:
    """All of TaskFlow, serving on a loopback port."""
    settings = Settings(data_dir=data_dir)
    lock = await prepare_database(settings)
    parts = open_parts(settings)
    listener = socket.create_server(("127.0.0.1", 0))
    # Or the kernel would take megabytes for a client that does not read.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    server = uvicorn.Server(
        uvicorn.Config(
            build_app(parts),
            log_config=None,
            access_log=False,
            http=PatientProtocol,
            ws=PatientSocketProtocol,
            ws_per_message_deflate=False,
            ws_ping_interval=None,
            timeout_graceful_shutdown=8,
        )
    )
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    running = Process(parts, server, url, asyncio.create_task(server.serve(sockets=[listener])))
    try:
        yield running
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            await running.stop()
        del lock


async def until(holds: Callable[[], object]) -> None:
    """Wait for something that nothing announces."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
