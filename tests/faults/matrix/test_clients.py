"""Clients that read slowly or not at all, vanish without a word, come back all at once, or give up in the middle."""

import asyncio
import copy
import random
import socket
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import WebSocketException

from graphql_api.socket.registry import PING_AFTER_SECONDS, PONG_TIMEOUT_SECONDS, SEND_STALLED_SECONDS
from tests.faults.matrix.looking import cpu_seconds, errors_in, metric, open_files, parent_of, rss_mib, until
from tests.support.client import EVENTS, Api, Socket, open_socket
from tests.support.deployment import KAFKA, Deployment, standing
from tests.support.journal import Request
from tests.support.load import load, p95
from tests.support.proxy import Proxy
from tests.support.replica import Replica
from tests.support.server import Server
from tests.support.subscriber import Subscriber, seq_of

pytestmark = pytest.mark.services

CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { errors { code } } }"
#: Carries the text of a task twice.
LARGE_EVENTS = "subscription ($after: Cursor) { events(after: $after) { cursor data task { description } } }"
LARGE = "x" * 9_000
#: Together more than the kernel keeps for who does not read.
FLOOD_EVENTS, FLOODING = 300, 10
RECEIVED_BYTES = 65_536
#: What the server's timer and a busy machine add.
SLACK_SECONDS = 5.0
LIVE_SECONDS = 1.0
#: What a process holds for its clients.
HELD = ("taskflow_sockets_open", "taskflow_live_users")
GROWTH_MIB = 30.0
STORM_USERS, STORM_SOCKETS = 10, 500
BACK_SECONDS = 30.0
#: Of the database's CPU, for all who come back together.
DATABASE_SECONDS = 5.0
#: Of sockets and requests of that time, told to come again: where the machine has much else to do.
PUT_OFF = 25
CANCELLED = 400
IDLE_FOR_LONG = """
SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in tr%' AND state_change < now() - interval '1 second'
"""
LONGEST_PATIENCE_SECONDS = 0.05


@pytest.fixture(scope="module")
def d(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("deployment")
    with standing(KAFKA, folder, program="tests.faults.program") as deployment:
        yield deployment


@asynccontextmanager
async def narrow(server: Server, api: Api, after: str) -> AsyncIterator[Socket]:
    """A subscriber that takes little ahead of what it reads."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED_BYTES)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", server.port))
    async with open_socket(server.url, api.token, sock=sock, max_queue=1, close_timeout=1) as subscriber:
        await subscriber.subscribe(LARGE_EVENTS, after=after)
        yield subscriber


async def flood(server: Server, api: Api) -> None:
    async def some(count: int) -> None:
        async with Api(server.url, api.token) as device:
            for _ in range(count):
                input_ = {"id": str(uuid4()), "title": "large", "description": LARGE}
                assert (await device.run(CREATE, input=input_))["createTask"]["errors"] == []

    await asyncio.gather(*(some(FLOOD_EVENTS // FLOODING) for _ in range(FLOODING)))


async def read(subscriber: Socket, count: int) -> list[int]:
    """The numbers of the next events."""
    return [seq_of((await subscriber.next())["data"]["events"]["cursor"]) for _ in range(count)]


async def read_slowly(subscriber: Socket, heard: list[int]) -> None:
    while True:
        heard += await read(subscriber, 1)
        await asyncio.sleep(1)


async def slow_and_dead_readers(d: Deployment) -> None:
    """F15"""
    server = d.apis[0]
    async with Api(server.url) as api:
        await api.sign_up()
        given_up = await metric(server, 'taskflow_socket_closes_total{code="1013"}')
        start = (await api.run("{ cursor }"))["cursor"]
        heard: list[int] = []
        async with narrow(server, api, start) as slow, narrow(server, api, start):
            reading = asyncio.create_task(read_slowly(slow, heard))
            before = rss_mib(server)
            await flood(server, api)

            async def is_given_up() -> bool:
                return await metric(server, 'taskflow_socket_closes_total{code="1013"}') == given_up + 1

            await until("who never reads is given up", is_given_up, SEND_STALLED_SECONDS + SLACK_SECONDS)
            growth = rss_mib(server) - before
            assert not reading.done()
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            print(f"who reads slowly had {len(heard)} of {FLOOD_EVENTS}; memory grew by {growth:.1f} MiB")
            assert len(heard) < FLOOD_EVENTS / 2
            assert growth < GROWTH_MIB
            heard += await read(slow, FLOOD_EVENTS - len(heard))
            assert heard == list(range(seq_of(start) + 1, seq_of(start) + 1 + FLOOD_EVENTS))


async def half_open_peer(d: Deployment) -> None:
    """F16"""
    server = d.apis[1]
    async with Proxy(server.port) as proxy, Api(server.url) as api:
        await api.sign_up()
        ended = await metric(server, 'taskflow_socket_closes_total{code="4408"}')
        start = (await api.run("{ cursor }"))["cursor"]
        async with open_socket(f"http://127.0.0.1:{proxy.port}", api.token, close_timeout=1) as peer:
            await peer.subscribe(EVENTS, after=start)
            await api.run(CREATE, input={"title": "heard"})
            await peer.next()
            proxy.hold()
            since = time.monotonic()

            async def is_given_up() -> bool:
                return await metric(server, 'taskflow_socket_closes_total{code="4408"}') == ended + 1

            seconds = PING_AFTER_SECONDS + PONG_TIMEOUT_SECONDS + SLACK_SECONDS
            await until("it is given up", is_given_up, seconds)
            print(f"a half-open peer is given up after {time.monotonic() - since:.1f} s")
            proxy.heal()


async def held_for_clients(d: Deployment) -> list[float]:
    return [await metric(api, name) for api in d.apis for name in HELD]


async def test_f15_f16_who_does_not_read_or_is_gone_disturbs_nobody(d: Deployment):
    async with load(d, due_seconds=30) as load_:
        held = await held_for_clients(d)
        since = time.monotonic()
        async with asyncio.TaskGroup() as group:
            group.create_task(half_open_peer(d))
            group.create_task(slow_and_dead_readers(d))
        lags = load_.lags(since, time.monotonic())

        async def freed() -> bool:
            return await held_for_clients(d) == held

        await until("what was held for them is let go", freed)
        print(f"the others: {p95(lags):.3f} s (p95)")
        assert p95(lags) < LIVE_SECONDS
        await load_.settle_and_check()
        assert load_.journal.answers.keys() == {"answered"}
        assert not any(subscriber.closes for subscriber in load_.subscribers)


async def database_pid(d: Deployment) -> int:
    backend = "SELECT pid FROM pg_stat_activity WHERE application_name = 'taskflow' LIMIT 1"
    return parent_of(await d.count(backend))


async def test_f23_all_come_back_at_once(d: Deployment):
    async with AsyncExitStack() as stack:
        proxies = [await stack.enter_async_context(Proxy(api.port)) for api in d.apis]
        load_ = await stack.enter_async_context(
            load(d, users=STORM_USERS, writers=1, pace_seconds=1, due_seconds=1)
        )
        urls = [f"http://127.0.0.1:{proxy.port}" for proxy in proxies]
        replicas = [await Replica.load(api) for api in load_.users]
        crowd = []
        for number in range(STORM_SOCKETS):
            api, first = load_.users[number % STORM_USERS], number % len(urls)
            replica = copy.deepcopy(replicas[number % STORM_USERS])
            crowd.append(
                Subscriber(
                    urls[first:] + urls[:first], api.user_id, api.token or "", replica, load_.journal.changed
                )
            )
        load_.subscribers += crowd
        load_.listening += [asyncio.create_task(subscriber.run()) for subscriber in crowd]
        await load_.until_connected(BACK_SECONDS)
        database = await database_pid(d)
        worked = cpu_seconds(database)
        heard = [len(subscriber.heard) for subscriber in crowd]
        since = time.monotonic()
        for proxy in proxies:
            proxy.cut(reset=True)
        for subscriber in crowd:
            subscriber.connected = False
        # Not only connected: each has heard what came after.
        await load_.until(
            lambda: all(len(s.heard) > before for s, before in zip(crowd, heard, strict=True)), BACK_SECONDS
        )
        await load_.until_connected(BACK_SECONDS)
        took = time.monotonic() - since
        worked = cpu_seconds(database) - worked
        put_off = sum(subscriber.put_off for subscriber in crowd)
        print(
            f"{STORM_SOCKETS} sockets were back after {took:.1f} s; the database worked {worked:.2f} s; "
            f"{put_off} were told to come again"
        )
        assert took < BACK_SECONDS
        assert worked < DATABASE_SECONDS
        await load_.settle_and_check()
        assert load_.journal.answers.keys() <= {"answered", "unavailable"}
        assert put_off + load_.journal.answers["unavailable"] <= PUT_OFF


async def test_f27_many_give_up_in_the_middle(d: Deployment):
    random_ = random.Random(27)
    async with load(d, due_seconds=5) as load_:
        api = load_.users[0]

        def wanted() -> Request:
            request = Request("createTask", api.user_id, str(uuid4()))
            load_.journal.requests.append(request)
            return request

        async def over_http(server: Server) -> None:
            request = wanted()
            headers = {"Authorization": f"Bearer {api.token}", "X-Correlation-ID": request.id}
            body = {"query": CREATE, "variables": {"input": {"id": request.task_id, "title": request.id}}}
            async with httpx.AsyncClient(trust_env=False) as http:
                await http.post(server.url + "/graphql", json=body, headers=headers)

        async def over_socket(server: Server) -> None:
            """A subscription, a mutation, and an end of both that the server was not told of."""
            async with open_socket(server.url, api.token, close_timeout=0.1, proxy=None) as device:
                await device.subscribe(EVENTS, after=load_.subscribers[0].replica.cursor)
                await device.subscribe(CREATE, "2", input={"id": str(uuid4()), "title": "given up"})
                await device.send({"id": "1", "type": "complete"})
                await device.subscribe(EVENTS, after=load_.subscribers[0].replica.cursor)
                device.connection.transport.abort()

        async def give_up(work: Coroutine[Any, Any, None]) -> None:
            try:
                async with asyncio.timeout(random_.uniform(0, LONGEST_PATIENCE_SECONDS)):
                    await work
            except (TimeoutError, OSError, httpx.HTTPError, WebSocketException):
                return

        sockets = [await metric(server, "taskflow_sockets_open") for server in d.apis]
        files = [open_files(server) for server in d.apis]
        for number in range(CANCELLED // 20):
            server = d.apis[number % len(d.apis)]
            await asyncio.gather(
                *(give_up(over_http(server)) for _ in range(10)),
                *(give_up(over_socket(server)) for _ in range(10)),
            )

        async def as_before() -> bool:
            return [await metric(server, "taskflow_sockets_open") for server in d.apis] == sockets

        await until("all that was given up is let go", as_before)
        await load_.until_acked(20)
        await load_.settle_and_check()
        assert load_.journal.answers.keys() == {"answered"}
        # Between two statements of one that goes on, each is idle for a moment.
        await d.until(IDLE_FOR_LONG, lambda found: found[0][0] == 0)
        left = [open_files(server) - before for server, before in zip(d.apis, files, strict=True)]
        print(f"open files beyond those of before: {left}")
        assert max(left) < CANCELLED / 10


async def test_none_of_them_met_what_nobody_expected(d: Deployment):
    """In all that was done to them here."""
    assert [line for server in d.servers for line in errors_in(server)] == []
