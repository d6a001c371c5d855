"""What is measured, each a process of its own on loopback: TaskFlow as shipped, and the floor beside it."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from typing import Any
from uuid import uuid4

from tests.bench.client import BenchFailed
from tests.services.postgres import BIN, make_database, postgresql
from tests.support.client import Api
from tests.support.server import ROOT, Server

STOP_SECONDS = 10
#: Beyond this many at once, hashing passwords only makes them wait.
SIGN_UPS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Target:
    """A running server and the accounts made on it, as the load client wants them."""

    kind: str
    port: int
    pid: int
    database_pid: int
    users: list[dict[str, str]]

    def specification(self, **scenario: Any) -> dict[str, Any]:
        users = self.users[: scenario.pop("users")]
        return scenario | {
            "server": self.kind,
            "address": f"127.0.0.1:{self.port}",
            "pid": self.pid,
            "database_pid": self.database_pid,
            "users": users,
        }


def has_postgresql() -> bool:
    return (BIN / "initdb").exists()


@contextmanager
def floor(users: int) -> Iterator[Target]:
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.floor"], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        said = process.stdout.readline().decode()
        if (found := re.search(r":(\d+)/", said)) is None:
            raise BenchFailed("the raw ASGI floor did not start")
        names = [{"id": f"user-{number}", "token": ""} for number in range(users)]
        yield Target("floor", int(found[1]), process.pid, 0, names)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@contextmanager
def taskflow(folder: Path, users: int, database_url: str = "", database_pid: int = 0) -> Iterator[Target]:
    """As shipped, but for the limits that keep one account from a load such as this."""
    server = Server(folder, RATE_LIMIT="off", DATABASE_URL=database_url)
    try:
        server.start_now()
        accounts = asyncio.run(_sign_up(server.url, users))
        yield Target("taskflow", server.port, server.pid, database_pid, accounts)
    finally:
        server.end_now(SIGTERM)


@contextmanager
def taskflow_on_postgresql(server_url: str, folder: Path, users: int) -> Iterator[Target]:
    asked = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"
    said = subprocess.run(
        [BIN / "psql", server_url, "-Atc", asked], capture_output=True, check=True, timeout=STOP_SECONDS
    )
    database_url = make_database(server_url, f"bench{uuid4().hex}")
    with taskflow(folder, users, database_url, int(said.stdout)) as target:
        yield target


@contextmanager
def durable_postgresql() -> Iterator[str]:
    with postgresql(durable=True) as url:
        yield url


async def _sign_up(url: str, users: int) -> list[dict[str, str]]:
    turns = asyncio.Semaphore(SIGN_UPS_AT_ONCE)

    async def one() -> dict[str, str]:
        async with turns, Api(url) as api:
            await api.sign_up()
            return {"id": api.user_id, "token": api.token or ""}

    return await asyncio.gather(*(one() for _ in range(users)))
