"""Who asks and does not read: what is held for them is counted and bounded, and ends."""

import asyncio
import json
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn

from graphql_api.doors import outgoing as outgoing_module
from graphql_api.doors import unread as unread_module
from graphql_api.doors.patience import PatientProtocol, let_go_total
from graphql_api.doors.unread import unread
from graphql_api.doors.web import WebFiles
from graphql_api.socket import protocol as protocol_module
from tests.live.inside import Process, process, until
from tests.support.client import Api

CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } errors { code } } }"
LONG = "x" * 20_000
TASKS = 20
#: 400 KB a page.
PAGE = "{ tasks { nodes { description } } }"
THREE = "{ " + " ".join(f"a{each}: tasks {{ nodes {{ description }} }}" for each in range(3)) + " }"
PAGE_BYTES = TASKS * 20_000


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Process]:
    async with process(tmp_path) as running:
        yield running
    assert unread.total == 0


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing_module, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(outgoing_module, "STALLED_SECONDS", 1.0)
    monkeypatch.setattr(protocol_module, "STALLED_SECONDS", 1.0)


async def someone(running: Process) -> Api:
    api = Api(running.url)
    await api.sign_up()
    for _ in range(TASKS):
        await api.run(CREATE, input={"title": "x", "description": LONG})
    return api


class Reader:
    """A bare connection, on which nothing is read but what a test asks for."""

    def __init__(self, url: str) -> None:
        self._at = ("127.0.0.1", urlsplit(url).port)
        self.socket = sockets.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.socket, data)

    async def read(self, at_most: int = 65_536) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self.socket, at_most)

    async def connect(self) -> None:
        await asyncio.get_running_loop().sock_connect(self.socket, self._at)

    async def get(self, path: str) -> None:
        await self.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    async def post(self, api: Api, query: str, connection: str = "close") -> None:
        body = json.dumps({"query": query}).encode()
        head = (
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Connection: {connection}\r\nAuthorization: Bearer {api.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        await self.send(head.encode() + body)

    async def rest(self) -> bytes:
        """Until the server ends it, however that is."""
        came = b""
        try:
            while more := await self.read():
                came += more
        except ConnectionError:
            return b""
        return came


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Reader]:
    reader = Reader(url)
    with closing(reader.socket):
        await reader.connect()
        yield reader


def let_go(why: str) -> float:
    return let_go_total.labels(why)._value.get()


async def test_who_reads_nothing_is_let_go_of(running: Process, impatient: None):
    before = let_go("stalled")
    async with await someone(running) as api, connected(running.url) as deaf:
        await deaf.post(api, PAGE)
        await until(lambda: unread.of(api.user_id) > PAGE_BYTES / 2)
        await until(lambda: let_go("stalled") == before + 1)
        assert unread.total == 0
        assert await deaf.rest() == b""


async def test_who_reads_slowly_goes_on(running: Process, impatient: None):
    async with await someone(running) as api, connected(running.url) as slow:
        before = let_go("stalled")
        await slow.post(api, PAGE)
        await until(lambda: unread.total)
        began = asyncio.get_running_loop().time()
        came = b""
        # For longer than nothing may be read, and less at once than would move the server to send more.
        while asyncio.get_running_loop().time() < began + 2.5:
            came += await slow.read(1536)
            await asyncio.sleep(0.1)
        assert unread.total
        assert let_go("stalled") == before
        came += await slow.rest()
        assert len(json.loads(came.partition(b"\r\n\r\n")[2])["data"]["tasks"]["nodes"]) == TASKS


async def test_who_has_something_unread_gets_no_socket_on_that_connection(running: Process):
    """Or it would be counted no longer, and nothing would say that there is no room."""
    before = let_go("unread")
    async with await someone(running) as api, connected(running.url) as deaf:
        await deaf.post(api, PAGE, connection="keep-alive")
        await until(lambda: unread.of(api.user_id) > PAGE_BYTES / 2)
        await deaf.send(
            b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        )
        await until(lambda: let_go("unread") == before + 1)
        assert unread.total == 0


async def test_a_caller_is_refused_more_until_they_read(running: Process, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unread_module, "CALLER_BYTES", 3 * 2**20)
    async with await someone(running) as api, connected(running.url) as deaf, connected(running.url) as more:
        await deaf.post(api, THREE)
        await until(lambda: unread.of(api.user_id) > 2 * PAGE_BYTES)
        await more.post(api, THREE)
        head, _, body = (await more.rest()).partition(b"\r\n\r\n")
        assert b"retry-after: 10" in head
        answer = json.loads(body)
        assert answer["data"] is None
        assert answer["errors"][0]["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 10}
        # What is small is answered, and so is everybody else.
        assert (await api.run("{ viewer { id } }"))["viewer"]["id"] == api.user_id
        async with await someone(running) as other:
            assert len(await other.run(THREE)) == 3
        await deaf.rest()
        assert len(await api.run(THREE)) == 3


async def test_of_all_who_leave_too_much_unread_whoever_has_most_is_let_go_of(
    running: Process, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(unread_module, "PROCESS_BYTES", 8 * PAGE_BYTES)
    before = let_go("unread")
    async with (
        await someone(running) as much,
        await someone(running) as little,
        connected(running.url) as large,
        connected(running.url) as small,
        connected(running.url) as other,
    ):
        await other.post(little, PAGE)
        await large.post(much, THREE)
        await until(lambda: unread.of(little.user_id) and unread.of(much.user_id) > 2 * PAGE_BYTES)
        await small.post(much, PAGE)
        await until(lambda: len(unread._sending) == 3)
        assert let_go("unread") == before
        # While it is made, it takes room twice: for what is read, and for what is to be sent.
        assert len(await much.run(THREE)) == 3
        assert let_go("unread") == before + 1
        assert await large.rest() == b""
        assert (await small.rest()).endswith(b"}")
        assert (await other.rest()).endswith(b"}")
        # Where nobody has more than who asks, they have to wait.
        monkeypatch.setattr(unread_module, "PROCESS_BYTES", 3 * PAGE_BYTES)
        async with connected(running.url) as another:
            await another.post(little, PAGE)
            await until(lambda: unread.of(little.user_id))
            answer = await much.post(THREE)
            assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            assert (await another.rest()).endswith(b"}")


async def test_files_that_nobody_reads_are_counted_as_well(tmp_path: Path, impatient: None):
    (tmp_path / "large.txt").write_bytes(b"x" * 4_000_000)
    listener = sockets.create_server(("127.0.0.1", 0))
    listener.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, 16_384)
    config = uvicorn.Config(
        WebFiles(directory=tmp_path), http=PatientProtocol, log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        before = let_go("stalled")
        async with connected(f"http://127.0.0.1:{listener.getsockname()[1]}") as deaf:
            await deaf.get("/large.txt")
            await until(lambda: unread.of("127.0.0.1"))
            assert unread.of("127.0.0.1") < 200_000
            await until(lambda: let_go("stalled") == before + 1)
            assert unread.total == 0
    finally:
        server.should_exit = True
        await serving


def frame(message: object) -> bytes:
    data = json.dumps(message).encode()
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2)
    # A client's frames are masked; with zeros it stays as it is.
    return b"\x81" + length + bytes(4) + data


@asynccontextmanager
async def socket_of(running: Process, api: Api) -> AsyncIterator[Reader]:
    async with connected(running.url) as reader:
        await reader.send(
            b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        )
        assert b"101" in await reader.read()
        payload = {"authorization": f"Bearer {api.token}"}
        await reader.send(frame({"type": "connection_init", "payload": payload}))
        assert b"connection_ack" in await reader.read()
        yield reader


async def test_answers_on_a_socket_that_is_not_read_are_held_once_and_are_refused_then(
    running: Process, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(unread_module, "CALLER_BYTES", 3 * 2**20)
    async with await someone(running) as api, socket_of(running, api) as deaf:
        # The kernel may take some four MiB for the socket itself.
        for number in range(18):
            await deaf.send(frame({"id": str(number), "type": "subscribe", "payload": {"query": THREE}}))
        [connection] = running.parts.sockets._connections
        await until(lambda: connection.stalled_since is not None)
        refused = 'code":"RATE_LIMITED'
        await until(lambda: sum(refused in text for _, text in connection._queue) >= 5)
        assert unread.total < 2 * unread_module.CALLER_BYTES
        assert sum(len(text) for _, text in connection._queue) < 2**20
        # Who reads after all gets an answer or a refusal to each.
        came = b""
        while came.count(b'"type":"complete"') < 18:
            came += await deaf.read()
        assert came.count(refused.encode()) >= 5
        await until(lambda: unread.total == 0)


async def test_a_socket_that_takes_nothing_in_is_dropped(running: Process, impatient: None):
    before = let_go("stalled")
    async with await someone(running) as api, socket_of(running, api) as deaf:
        await deaf.send(frame({"id": "1", "type": "subscribe", "payload": {"query": THREE}}))
        await until(lambda: unread.of(api.user_id))
        await until(lambda: let_go("stalled") == before + 1)
        await until(lambda: not running.parts.sockets._connections)
        await until(lambda: unread.total == 0)


async def test_pings_of_who_reads_nothing_are_not_answered(running: Process):
    async with await someone(running) as api, socket_of(running, api) as deaf:
        await deaf.send(frame({"id": "1", "type": "subscribe", "payload": {"query": PAGE}}))
        await until(lambda: unread.of(api.user_id))
        [connection] = running.parts.sockets._connections
        assert connection.outgoing is not None
        transport = connection.outgoing._transport
        assert transport is not None
        held = transport.get_write_buffer_size()
        await deaf.send((b"\x89\xfd" + bytes(4 + 125)) * 5_000)
        # What comes behind them has been taken.
        await deaf.send(frame({"id": "2", "type": "subscribe", "payload": {"query": "{ viewer { id } }"}}))
        await until(lambda: any(operation == "2" for operation, _ in connection._queue))
        assert transport.get_write_buffer_size() <= held
