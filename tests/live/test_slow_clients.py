"""Clients that are silent, slow, or do not read at all: what they are given, and what they can't do to others."""

import asyncio
import contextlib
import json
import socket as sockets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from graphql_api.socket import connection as connection_module
from graphql_api.socket.connection import QUEUE_CHARACTERS, QUEUE_MESSAGES, Connection
from graphql_api.socket.endpoint import GraphQLOverWebSocket
from graphql_api.socket.registry import (
    INIT_TIMEOUT_SECONDS,
    PING_AFTER_SECONDS,
    PONG_TIMEOUT_SECONDS,
    SEND_STALLED_SECONDS,
    SocketRegistry,
    closes_total,
)
from resolvers.database import Database
from tests.live.inside import DEADLINE_SECONDS, Process, process, until
from tests.support.client import EVENTS, Api, open_socket

CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } errors { code } } }"
#: One that carries the text of a task twice.
TWICE = "subscription ($after: Cursor) { events(after: $after) { data task { description } } }"
LARGE = "x" * 15_000
ME = "{ viewer { id } }"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = time.monotonic()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def running(tmp_path: Path, clock: Clock) -> AsyncIterator[Process]:
    async with process(tmp_path / "data") as running:
        running.parts.sockets.monotonic = clock
        yield running


@pytest.fixture
async def ana(running: Process) -> AsyncIterator[Api]:
    async with Api(running.url) as api:
        await api.sign_up()
        yield api


async def test_who_hears_a_ping_and_does_not_answer_is_closed_with_4408(
    running: Process, ana: Api, clock: Clock
):
    registry = running.parts.sockets
    async with open_socket(running.url, ana.token) as socket:
        clock.now += PING_AFTER_SECONDS - 1
        registry.tick()
        [connection] = registry._connections
        assert connection.pinged_at is None
        clock.now += 2
        registry.tick()
        assert json.loads(await socket.connection.recv()) == {"type": "ping"}
        clock.now += PONG_TIMEOUT_SECONDS - 1
        registry.tick()
        assert not connection.closed
        clock.now += 2
        registry.tick()
        assert await socket.close_code() == 4408
    await until(lambda: not registry._connections)


async def test_who_answers_pings_stays(running: Process, ana: Api, clock: Clock):
    registry = running.parts.sockets
    async with open_socket(running.url, ana.token) as socket:
        [connection] = registry._connections
        for _ in range(3):
            clock.now += PING_AFTER_SECONDS + 1
            registry.tick()
            assert json.loads(await socket.connection.recv()) == {"type": "ping"}
            clock.now += 1
            await socket.send({"type": "pong"})
            await until(lambda: connection.heard_at == clock.now)
            clock.now += PONG_TIMEOUT_SECONDS + 1
            registry.tick()
            assert not connection.closed


async def test_who_never_says_who_they_are_is_closed_with_4408(running: Process, clock: Clock):
    async with open_socket(running.url) as socket:
        await until(lambda: running.parts.sockets._connections)
        clock.now += INIT_TIMEOUT_SECONDS + 1
        running.parts.sockets.tick()
        assert await socket.close_code() == 4408


@asynccontextmanager
async def unread(running: Process, ana: Api, subscription: str) -> AsyncIterator[Connection]:
    """A subscription over a bare connection that nobody reads from: the server's side of it."""
    loop = asyncio.get_running_loop()
    client = sockets.socket()
    client.setblocking(False)
    client.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)

    async def send(message: dict[str, Any]) -> None:
        data = json.dumps(message).encode()
        # A client's frames are masked; with zeros it stays as it is.
        await loop.sock_sendall(client, b"\x81\xfe" + len(data).to_bytes(2) + bytes(4) + data)

    connections = running.parts.sockets._connections
    before = set(connections)
    with contextlib.closing(client):
        await loop.sock_connect(client, ("127.0.0.1", int(running.url.rpartition(":")[2])))
        await loop.sock_sendall(
            client,
            b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
        )
        await until(lambda: connections - before)
        [connection] = connections - before
        await send({"type": "connection_init", "payload": {"authorization": f"Bearer {ana.token}"}})
        await until(lambda: connection.acknowledged)
        await send({"id": "1", "type": "subscribe", "payload": {"query": subscription}})
        yield connection


@pytest.mark.parametrize("subscription", [EVENTS, TWICE], ids=["many", "large"])
async def test_who_stops_reading_costs_little_and_is_given_up_after_a_while(
    running: Process, ana: Api, clock: Clock, subscription: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection_module, "CLOSE_TIMEOUT_SECONDS", 0.1)
    closed_before = closes_total.labels(1013)._value.get()
    groups, registry = running.parts.sharing._groups, running.parts.sockets
    async with open_socket(running.url, ana.token) as quick, unread(running, ana, subscription) as stalled:
        await quick.subscribe("subscription { events { data } }")
        await until(lambda: sum(len(group._live) for group in groups.values()) == 2)

        async def create() -> None:
            await ana.run(CREATE, input={"title": "x", "description": LARGE})
            assert "data" in await quick.next()
            assert len(stalled._queue) <= QUEUE_MESSAGES
            assert stalled._queued_characters <= QUEUE_CHARACTERS

        async with asyncio.timeout(60):
            # The kernel holds some of it first.
            while sum(len(group._live) for group in groups.values()) == 2:
                await create()
        assert stalled.stalled_since is not None
        for _ in range(20):
            await create()
        clock.now += SEND_STALLED_SECONDS - 1
        registry.tick()
        assert not stalled.closed
        clock.now += 2
        registry.tick()
        await until(lambda: len(registry._connections) == 1)
        assert closes_total.labels(1013)._value.get() == closed_before + 1
        assert [group.members for group in groups.values()] == [1]
        assert not stalled._queue
        assert [entry.feed for entry in running.parts.hub._entries.values() if entry.holders != 1] == []
        await ana.run(CREATE, input={"title": "after"})
        assert (await quick.next())["data"]["events"]["data"]["title"] == "after"


async def test_who_is_being_sent_something_large_is_not_taken_for_silent(database: Database, clock: Clock):
    sent: list[Message] = []
    may_send = asyncio.Event()

    async def send(message: Message) -> None:
        if message["type"] == "websocket.send":
            await may_send.wait()
        sent.append(message)

    registry = SocketRegistry(database, monotonic=clock)
    connection = Connection(send, clock)
    connection.init_received = True
    registry.add(connection)
    clock.now += PING_AFTER_SECONDS - 5
    connection.put("large")
    await until(lambda: connection.stalled_since is not None)
    for _ in range(int(SEND_STALLED_SECONDS) - 1):
        clock.now += 1
        registry.tick()
    assert not connection.closed
    may_send.set()
    await connection.drained()
    # From here on it has as long as everybody else to answer.
    clock.now += 1
    registry.tick()
    await connection.drained()
    assert [message["text"] for message in sent] == ["large", '{"type":"ping"}']
    clock.now += PONG_TIMEOUT_SECONDS - 1
    registry.tick()
    assert not connection.closed
    clock.now += 2
    registry.tick()
    await until(connection.ended.is_set)
    assert sent[-1]["code"] == 4408


class Peer:
    """The other side of the door itself: it says when a message has gone out."""

    def __init__(self, running: Process) -> None:
        self._frames: asyncio.Queue[Message] = asyncio.Queue()
        self._came: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()
        self.taken = 0
        scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": "/graphql",
            "query_string": b"",
            "headers": [(b"host", b"localhost")],
            "subprotocols": ["graphql-transport-ws"],
        }
        self._frames.put_nowait({"type": "websocket.connect"})
        door = GraphQLOverWebSocket(running.parts)
        self._task = asyncio.create_task(door(scope, self._receive, self._send))

    async def __aenter__(self) -> "Peer":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.reads.set()
        self._frames.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self._task

    async def _receive(self) -> Message:
        message = await self._frames.get()
        self.taken += 1
        return message

    async def _send(self, message: Message) -> None:
        if message["type"] == "websocket.send":
            await self.reads.wait()
            self._came.put_nowait(json.loads(message["text"]))

    def say(self, **message: Any) -> None:
        self._frames.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    def subscribe(self, id_: str, query: str) -> None:
        self.say(type="subscribe", id=id_, payload={"query": query})

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await self._came.get()

    async def introduce(self, ana: Api) -> None:
        self.say(type="connection_init", payload={"authorization": f"Bearer {ana.token}"})
        assert await self.hear() == {"type": "connection_ack"}


async def test_after_a_complete_nothing_comes_that_had_not_gone_out_and_the_id_can_be_used_again(
    running: Process, ana: Api
):
    async with Peer(running) as peer:
        await peer.introduce(ana)
        [connection] = running.parts.sockets._connections
        peer.subscribe("1", EVENTS)
        peer.subscribe("2", EVENTS)
        await until(lambda: [len(group._live) for group in running.parts.sharing._groups.values()] == [2])
        peer.reads.clear()
        for _ in range(5):
            await ana.run(CREATE, input={"title": "x"})
        await until(lambda: len(connection._queue) == 10)
        peer.say(type="complete", id="1")
        peer.subscribe("1", ME)
        await until(lambda: connection._queue[-1][1] == '{"id":"1","type":"complete"}')
        peer.reads.set()
        # One was on its way already; the other subscription misses nothing.
        on_its_way = await peer.hear()
        for _ in range(4 if on_its_way["id"] == "2" else 5):
            assert (await peer.hear())["id"] == "2"
        assert (await peer.hear())["payload"]["data"] == {"viewer": {"id": ana.user_id}}
        assert await peer.hear() == {"id": "1", "type": "complete"}


async def test_what_a_socket_holds_is_counted_right_when_an_operation_is_taken_out(database: Database):
    may_send = asyncio.Event()
    sent: list[str] = []

    async def send(message: Message) -> None:
        await may_send.wait()
        sent.append(message["text"])

    connection = Connection(send)
    for number in range(6):
        connection.put(f"{number}" * 10, "even" if number % 2 == 0 else "odd")
    await until(lambda: connection.stalled_since is not None)
    connection.drop("even")
    assert [text[0] for _, text in connection._queue] == ["0", "1", "3", "5"]  # the first is on its way
    assert connection._queued_characters == 40
    connection.drop("odd")
    may_send.set()
    await connection.drained()
    assert sent == ["0" * 10]
    assert connection._queued_characters == 0
    connection.put("1")
    await connection.drained()
    assert sent[-1] == "1"


async def test_who_sends_and_does_not_read_is_not_listened_to_for_longer_than_there_is_room(
    running: Process, ana: Api
):
    async with Peer(running) as peer:
        await peer.introduce(ana)
        [connection] = running.parts.sockets._connections
        peer.reads.clear()
        padding = "x" * 60_000
        for number in range(50):
            peer.say(type="ping", payload={"number": number, "padding": padding})
        await until(lambda: connection.full)
        assert peer.taken < 25
        assert connection._queued_characters < QUEUE_CHARACTERS + 70_000
        peer.reads.set()
        assert [(await peer.hear())["payload"]["number"] for _ in range(50)] == list(range(50))
