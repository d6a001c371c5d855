"""HTTP/1.1 by hand: keep-alive connections that post and wait for the answer."""

import asyncio
import re
import time
from typing import cast

CONNECTIONS = 256
#: The server lets go of an idle connection after 5 s; one must not be used just then.
IDLE_SECONDS = 3.0
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class BenchFailed(Exception):
    """There are no figures; the message says why."""


def request(path: str, token: str, body: bytes) -> bytes:
    authorization = f"authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{authorization}"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self.used_at = time.monotonic()
        self.closed = False
        self._received = b""
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def post(self, whole: bytes) -> asyncio.Future[bytes]:
        """The body of the answer. Raises BenchFailed where its status is not 200, or none comes."""
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(whole)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return
        length = LENGTH.search(self._received, 0, head)
        body = head + 4
        if length is None or len(self._received) < body + int(length[1]):
            return
        answer, self._received = self._received, b""
        if self._answer is not None and not self._answer.done():
            if answer.startswith(b"HTTP/1.1 200"):
                self._answer.set_result(answer[body:])
            else:
                self._answer.set_exception(BenchFailed(f"a request was answered {answer[:300]!r}"))

    def connection_lost(self, _: Exception | None) -> None:
        self.closed = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(BenchFailed("a connection was closed before the answer"))


class Pool:
    """As many connections as are in use at once, and no more than `connections`: then a request waits for one."""

    def __init__(self, port: int, connections: int = CONNECTIONS) -> None:
        self._port = port
        self._turns = asyncio.Semaphore(connections)
        self._idle: list[Connection] = []

    async def post(self, whole: bytes) -> bytes:
        async with self._turns:
            connection = await self._connection()
            answer = await connection.post(whole)
            connection.used_at = time.monotonic()
            self._idle.append(connection)
            return answer

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed and time.monotonic() - connection.used_at < IDLE_SECONDS:
                return connection
            connection.transport.close()
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(Connection, "127.0.0.1", self._port))[1]

    def close(self) -> None:
        for connection in self._idle:
            connection.transport.close()
