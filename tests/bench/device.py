"""A WebSocket by hand: a device that follows what happens. Decoding all would cost more than the server's sending."""

import asyncio
from collections.abc import Callable
from typing import cast

from tests.bench.post import BenchFailed

#: Stands in the title of every task made here, before its number of DIGITS digits.
MARK = b"bench-"
DIGITS = 6
TEXT, CLOSE = 0x81, 0x88
UPGRADE = (
    "GET {} HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"
    "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)


def frame(opcode: int, content: bytes) -> bytes:
    """From client to server. Masked with zeros, which is a mask as good as any and costs nothing."""
    length = len(content)
    head = (
        bytes([opcode, 0x80 | length]) if length < 126 else bytes([opcode, 0xFE, length >> 8, length & 255])
    )
    return head + bytes(4) + content


class Device(asyncio.Protocol):
    """`greeting` is said one message after the other, each after an answer to the one before; the last has none.

    `heard` is called with the number of each task that arrives, `failed` where the socket says anything unexpected.
    """

    def __init__(
        self,
        path: str,
        greeting: list[bytes],
        heard: Callable[["Device", int], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.numbers: list[int] = []
        self.frame = b""
        #: Of a user's devices, the one that did not make the changes.
        self.is_other = False
        self.ready = asyncio.get_running_loop().create_future()
        self._path = path
        self._greeting = greeting
        self._heard = heard
        self._failed = failed
        self._held = b""
        self._open = False
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(UPGRADE.format(self._path).encode())

    def data_received(self, data: bytes) -> None:
        if self._held:
            data = self._held + data
        at, size = 0, len(data)
        if not self._open:
            at = data.find(b"\r\n\r\n") + 4
            if at < 4:
                self._held = data
                return
            self._upgraded(data[:at])
        while at + 2 <= size:
            length, body = data[at + 1], at + 2
            if length > 125:
                wide = 2 if length == 126 else 8
                body += wide
                if body > size:
                    break
                length = int.from_bytes(data[at + 2 : body])
            if body + length > size:
                break
            self._take(data[at], data[body : body + length])
            at = body + length
        self._held = data[at:]

    def connection_lost(self, _: Exception | None) -> None:
        if not self._closing:
            self._fail("a socket was lost")

    def close(self) -> None:
        self._closing = True
        self._transport.write(frame(CLOSE, (1000).to_bytes(2)))
        self._transport.close()

    def _upgraded(self, head: bytes) -> None:
        self._open = True
        if not head.startswith(b"HTTP/1.1 101"):
            self._fail(f"a socket was refused: {head[:200]!r}")
        self._greet()

    def _greet(self) -> None:
        if self._greeting:
            self._transport.write(frame(TEXT, self._greeting.pop(0)))
        if not self._greeting and not self.ready.done():
            self.ready.set_result(None)

    def _take(self, opcode: int, content: bytes) -> None:
        at = content.find(MARK)
        if at >= 0 and opcode == TEXT:
            number = int(content[at + len(MARK) : at + len(MARK) + DIGITS])
            self.numbers.append(number)
            self.frame = content
            self._heard(self, number)
        elif content == b'{"type":"ping"}':
            self._transport.write(frame(TEXT, b'{"type":"pong"}'))
        elif content == b'{"type":"connection_ack"}':
            self._greet()
        elif not self._closing:
            self._fail(f"a socket was sent {content[:300]!r}")

    def _fail(self, why: str) -> None:
        self._closing = True
        if not self.ready.done():
            self.ready.set_result(None)
        self._failed(BenchFailed(why))
