"""WORKERS: several processes behind one port, which come and go together."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.services.kafka import Kafka
from tests.services.postgres import make_database
from tests.support.client import DEADLINE_SECONDS, Api, watch
from tests.support.server import START_SECONDS, Server

pytestmark = pytest.mark.services
WORKERS = 2
CHANGES = 10


def children(pid: int) -> list[int]:
    """Those that serve; multiprocessing has one more that only tidies up."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            stat = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            command = (process / "cmdline").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(stat[1]) == pid and "resource_tracker" not in command:
            found.append(int(process.name))
    return found


async def until(condition: Callable[[], bool], seconds: float = DEADLINE_SECONDS) -> None:
    """Nobody tells of processes that are not our own children."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def all_gone(pids: list[int]) -> bool:
    return not any(map(lives, pids))


def lives(pid: int) -> bool:
    """One whose parent is dead stays in the list until somebody else sees to it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_they_share_a_port_tell_each_other_everything_and_end_with_their_parent(
    tmp_path: Path, postgresql_url: str, kafka: Kafka, end: str
):
    server = Server(
        tmp_path,
        DATABASE_URL=make_database(postgresql_url, f"t{uuid4().hex}"),
        KAFKA_BOOTSTRAP_SERVERS=kafka.bootstrap,
        KAFKA_TOPIC=f"t{uuid4().hex}",
        WORKERS=str(WORKERS),
    )
    await server.start()
    processes: list[int] = []
    try:
        await until(lambda: len(children(server.pid)) == WORKERS, START_SECONDS)
        processes = children(server.pid)
        async with httpx.AsyncClient(base_url=server.url, timeout=START_SECONDS) as http:
            assert (await http.get("/readyz")).status_code == 200
        async with Api(server.url) as api:
            await api.sign_up()
            cursor = (await api.run("{ cursor }"))["cursor"]
            # So many sockets that each process has some of them.
            heard = [asyncio.create_task(hear(server, api.token or "", cursor)) for _ in range(8)]
            written = [await create(server, api.token or "") for _ in range(CHANGES)]
            assert await asyncio.gather(*heard) == [written] * len(heard)
    finally:
        await getattr(server, end)()
        await until(lambda: all_gone(processes))


async def hear(server: Server, token: str, cursor: str) -> list[str]:
    events = watch(server.url, token, cursor)
    heard = [(await anext(events))["aggregateId"] for _ in range(CHANGES)]
    await events.aclose()  # type: ignore[attr-defined]
    return heard


async def create(server: Server, token: str) -> str:
    """Over a connection of its own, so that now one process is asked and now another."""
    async with Api(server.url, token) as api:
        payload = await api.mutate("createTask", "task { id } errors { code }", title="told to all")
        return str(payload["task"]["id"])
