"""A stop in order: clients are told at once, what has begun is finished and answered, and a second word ends all."""

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from graphql_api.serve import GRACEFUL_SECONDS
from tests.faults.matrix.looking import errors_in
from tests.faults.test_workers import all_gone, children, until
from tests.services.kafka import Kafka
from tests.services.postgres import make_database
from tests.support.client import EVENTS, Api, Socket, open_socket
from tests.support.server import START_SECONDS, Server

SOCKETS = 200
MUTATIONS = 5
CLOSED_SECONDS = 1.0
GONE_SECONDS = 10.0
CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } errors { code } } }"
WORKERS = [1, pytest.param(2, marks=pytest.mark.services)]


@pytest.fixture(params=WORKERS, ids=lambda workers: f"WORKERS={workers}")
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Server]:
    environment = {"RATE_LIMIT": "off"}
    if request.param > 1:
        kafka: Kafka = request.getfixturevalue("kafka")
        environment |= {
            "DATABASE_URL": make_database(request.getfixturevalue("postgresql_url"), f"t{uuid4().hex}"),
            "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap,
            "KAFKA_TOPIC": f"t{uuid4().hex}",
            "WORKERS": str(request.param),
        }
    server = Server(tmp_path, **environment)
    await server.start()
    await until(lambda: len(processes(server)) == request.param, START_SECONDS)
    yield server
    await server.kill()


def processes(server: Server) -> list[int]:
    """Those that serve."""
    return children(server.pid) if "WORKERS" in server.environment else [server.pid]


@asynccontextmanager
async def held_up(server: Server) -> AsyncIterator[None]:
    """Whatever changes something waits meanwhile."""
    if "DATABASE_URL" in server.environment:
        connection = await asyncpg.connect(server.database_url)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE user_stream IN EXCLUSIVE MODE")
                yield
        finally:
            await connection.close()
        return
    with holding(server.data_dir / "taskflow.db"):
        yield


@contextmanager
def holding(path: Path) -> Iterator[None]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


async def watching(server: Server, token: str, stack: AsyncExitStack, count: int) -> list[Socket]:
    """So many sockets, each with a subscription."""

    async def one() -> Socket:
        socket = await stack.enter_async_context(open_socket(server.url, token))
        await socket.subscribe(EVENTS)
        return socket

    return [
        socket for _ in range(count // 20) for socket in await asyncio.gather(*(one() for _ in range(20)))
    ]


async def closed(socket: Socket) -> tuple[int | None, float]:
    return await socket.close_code(), time.monotonic()


async def is_ready(http: httpx.AsyncClient) -> bool:
    """For whoever asks over a connection of their own, as probes do."""
    try:
        return (await http.get("/readyz", headers={"Connection": "close"}, timeout=1)).status_code == 200
    except httpx.ConnectError:
        return False


async def test_all_clients_are_told_at_once_and_what_has_begun_is_finished_and_answered(server: Server):
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(Api(server.url))
        await api.sign_up()
        sockets = await watching(server, api.token or "", stack, SOCKETS)
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=server.url, trust_env=False))
        assert await is_ready(http)
        pids, parent = processes(server), server.pid
        async with held_up(server):
            begun = [await begin(api) for _ in range(MUTATIONS)]
            await until_read(server, MUTATIONS)
            told = time.monotonic()
            os.kill(parent, signal.SIGTERM)
            ends = await asyncio.gather(*map(closed, sockets))
            assert {code for code, _ in ends} == {1012}
            slowest = max(at for _, at in ends) - told
            assert slowest < CLOSED_SECONDS, slowest
            assert not await is_ready(http)
            assert not any(answer.done() for answer in begun)
        answers = [answer.json()["data"]["createTask"] for answer in await asyncio.gather(*begun)]
        assert [answer["errors"] for answer in answers] == [[]] * MUTATIONS
        await server.ended()
        took = time.monotonic() - told
        assert took < GONE_SECONDS, took
        assert all_gone([pid for pid in pids if pid != parent])
        print(f"all {SOCKETS} told after {slowest:.2f} s, gone after {took:.2f} s")
        await server.kill()
        assert errors_in(server) == []
        assert [line for line in server.log.splitlines() if '"level":"error"' in line.replace(" ", "")] == []
        await server.start()
        assert (await api.run("{ tasks { totalCount } }"))["tasks"]["totalCount"] == MUTATIONS


async def begin(api: Api) -> "asyncio.Task[httpx.Response]":
    """A mutation that the server has read."""
    sent = asyncio.Event()

    async def trace(event: str, _: dict[str, Any]) -> None:
        if event == "http11.send_request_body.complete":
            sent.set()

    answer = asyncio.create_task(
        api.http.post(
            "/graphql",
            json={"query": CREATE, "variables": {"input": {"title": "begun"}}},
            headers={"Authorization": f"Bearer {api.token}"},
            extensions={"trace": trace},
        )
    )
    await sent.wait()
    return answer


async def until_read(server: Server, mutations: int) -> None:
    if "DATABASE_URL" not in server.environment:
        # What comes to the one process later is answered: so it has read what came before.
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
            assert (await http.get("/livez")).status_code == 200
        return
    connection = await asyncpg.connect(server.database_url)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    try:
        async with asyncio.timeout(START_SECONDS):
            while await connection.fetchval(waiting) < mutations:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.05)
    finally:
        await connection.close()


@pytest.mark.parametrize("signals", [("SIGTERM", "SIGTERM"), ("SIGINT", "SIGINT"), ("SIGTERM", "SIGINT")])
async def test_a_second_word_ends_all_at_once(server: Server, signals: tuple[str, str]):
    first, second = (signal.Signals[name] for name in signals)
    async with Api(server.url) as api:
        await api.sign_up()
        pids, parent = processes(server), server.pid
        async with held_up(server), open_socket(server.url, api.token) as socket:
            begun = await begin(api)
            await until_read(server, 1)
            os.kill(parent, first)
            assert await socket.close_code() == 1012
            told = time.monotonic()
            os.kill(parent, second)
            await server.ended()
            await until(lambda: all_gone([pid for pid in pids if pid != parent]))
            assert time.monotonic() - told < GRACEFUL_SECONDS / 4
            with suppress(httpx.TransportError):
                await begun
