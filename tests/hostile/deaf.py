"""Who asks for much and reads nothing of it: connections whose other end never takes what it was sent."""

import asyncio
import contextlib
import json
import select
import socket
import time
from collections import Counter
from urllib.parse import urlsplit

from tests.support.client import Api

TASKS = 100
DESCRIPTION = "x" * 20_000
#: Of a body here there may be 256 KiB.
TASKS_AT_ONCE = 10
#: As many as an answer may have: some 10 MB. With `TOO_MANY` it would be 40.
PAGES, TOO_MANY = 5, 20
LOOK_SECONDS = 0.2
#: Longer than the server waits for anybody to read.
PATIENCE_SECONDS = 60


def pages(count: int) -> str:
    return (
        "{ "
        + " ".join(f"a{each}: tasks(first: 100) {{ nodes {{ description }} }}" for each in range(count))
        + " }"
    )


async def write_long_tasks(api: Api) -> None:
    names = [f"$t{number}: CreateTaskInput!" for number in range(TASKS_AT_ONCE)]
    creates = [
        f"t{number}: createTask(input: $t{number}) {{ errors {{ code }} }}" for number in range(TASKS_AT_ONCE)
    ]
    query = f"mutation ({', '.join(names)}) {{ {' '.join(creates)} }}"
    for _ in range(TASKS // TASKS_AT_ONCE):
        variables = {
            f"t{number}": {"title": "x", "description": DESCRIPTION} for number in range(TASKS_AT_ONCE)
        }
        await api.run(query, **variables)


class Deaf:
    """One connection. It looks at what came without taking it, so that there is no room for more."""

    def __init__(self, url: str, address: str) -> None:
        self._url = urlsplit(url)
        self._address = address
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.setblocking(False)

    async def ask(self, sent: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._socket.bind((self._address, 0))
        await loop.sock_connect(self._socket, (self._url.hostname, self._url.port))
        await loop.sock_sendall(self._socket, sent)

    async def send(self, sent: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._socket, sent)

    async def saw(self, said: bytes) -> None:
        """Wait until that came."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while said not in self._look():  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)

    async def ended(self, *refusals: bytes) -> str:
        """How the server ended it, or with which of these it refused what was asked for."""
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < deadline:
                came = self._look()
                for refusal in refusals:
                    if refusal in came:
                        return refusal.decode()
                await asyncio.sleep(LOOK_SECONDS)
            return "held"
        except OSError:
            return "let go"
        finally:
            self._socket.close()

    def _look(self) -> bytes:
        """Raises OSError where the server has ended it."""
        hung_up = select.poll()
        hung_up.register(self._socket, select.POLLRDHUP)
        if hung_up.poll(0):
            raise ConnectionResetError
        try:
            return self._socket.recv(65_536, socket.MSG_PEEK)
        except BlockingIOError:
            return b""


async def answers(api: Api, address: str) -> Counter[str]:
    """25 connections that each ask for as much as may be answered, and 25 for four times as much."""
    await write_long_tasks(api)

    async def hold(number: int) -> str:
        body = json.dumps({"query": pages(PAGES if number < 25 else TOO_MANY) + f" #{number}"}).encode()
        head = (
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {api.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        deaf = Deaf(api.url, address)
        await deaf.ask(head.encode() + body)
        return await deaf.ended(b"QUERY_TOO_COMPLEX", b"RATE_LIMITED", b"UNAVAILABLE")

    return Counter(await asyncio.gather(*(hold(number) for number in range(50))))


async def socket_answers(api: Api, address: str) -> Counter[str]:
    """As many sockets as a user may have, with as many such queries as each may have at once."""
    await write_long_tasks(api)
    introduction = _frame({"type": "connection_init", "payload": {"authorization": f"Bearer {api.token}"}})
    asks = [
        _frame({"id": str(each), "type": "subscribe", "payload": {"query": pages(PAGES)}})
        for each in range(20)
    ]

    async def hold() -> str:
        deaf = Deaf(api.url, address)
        await deaf.ask(
            b"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        )
        await deaf.saw(b"\r\n\r\n")
        await deaf.send(introduction)
        await deaf.saw(b"connection_ack")
        # For no longer than it is listened to.
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await deaf.send(b"".join(asks))
        return await deaf.ended()

    return Counter(await asyncio.gather(*(hold() for _ in range(20))))


def _frame(message: object) -> bytes:
    data = json.dumps(message).encode()
    # A client's frames are masked; with zeros it stays as it is.
    return b"\x81\xfe" + len(data).to_bytes(2) + bytes(4) + data
