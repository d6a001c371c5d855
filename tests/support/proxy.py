"""A TCP proxy that does to connections what networks do to them."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from enum import StrEnum
from typing import Self

from tests.services.ports import free_port

HOST = "127.0.0.1"
CHUNK_BYTES = 65_536
CONNECT_SECONDS = 5.0


class Way(StrEnum):
    REQUESTS = "requests"
    REPLIES = "replies"


class Cut(StrEnum):
    """What becomes of a request that is picked out. Its sender can't tell the two apart."""

    #: It never arrives.
    BEFORE = "before"
    #: The server answers it, and the answer is lost with the connection.
    AFTER = "after"


class _Connection:
    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client = client
        self.server = server
        #: The next reply ends it.
        self.ends = False
        #: Bytes were taken out of the stream: it can't go on.
        self.torn = False

    def end(self, *, reset: bool) -> None:
        for writer in (self.client, self.server):
            if reset:
                linger = struct.pack("ii", 1, 0)
                sock: socket.socket | None = writer.get_extra_info("socket")
                if sock is not None and sock.fileno() >= 0:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
            else:
                writer.close()


class Proxy:
    """Forwards what comes to `port`, which stays the same for its whole life, to `target`, a port of this host.

    delay_seconds  each chunk waits so long, in both directions
    on_request     looks at each chunk that a client sends, and says whether its connection is cut at it
    """

    def __init__(self, target: int = 0) -> None:
        self.target = target
        self.delay_seconds = 0.0
        self.on_request: Callable[[bytes], Cut | None] | None = None
        self.accepted = 0
        self._losing = False
        self._open = {way: asyncio.Event() for way in Way}
        self._connections: dict[_Connection, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None
        # Bound and never listening: it keeps the port while connections are refused.
        self.port = free_port()
        self._keeper = self._bind(self.port)

    async def __aenter__(self) -> Self:
        self._set_open(*Way)
        await self.admit()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop_listening()
        self.cut()
        if self._connections:
            await asyncio.wait(self._connections.values())
        self._keeper.close()

    @property
    def connections(self) -> int:
        return len(self._connections)

    async def admit(self) -> None:
        """Accept connections, as from the start."""
        if self._server is None:
            self._server = await asyncio.start_server(self._connect, sock=self._bind(self.port), backlog=1024)

    def refuse(self, *, reset: bool = False) -> None:
        """As if nobody were there: what is connected is cut, who comes is refused."""
        self._stop_listening()
        self.cut(reset=reset)

    def cut(self, *, reset: bool = False) -> None:
        """End all connections: with FIN, or with RST."""
        for connection, task in self._connections.items():
            connection.end(reset=reset)
            task.cancel()

    def hold(self, *ways: Way) -> None:
        """Let nothing through, not even an end, and tell nobody: connections are made, and stay."""
        self._set_open(*(way for way in Way if way not in (ways or tuple(Way))))

    def lose_replies(self) -> None:
        """Requests arrive, what is answered is gone for good."""
        self._losing = True

    def heal(self) -> None:
        """What was held goes on; what had bytes taken out is reset."""
        self._losing = False
        for connection, task in self._connections.items():
            if connection.torn:
                connection.end(reset=True)
                task.cancel()
        self._set_open(*Way)

    def _set_open(self, *ways: Way) -> None:
        for way, event in self._open.items():
            if way in ways:
                event.set()
            else:
                event.clear()

    def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _bind(self, port: int) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((HOST, port))
        sock.setblocking(False)
        return sock

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                from_server, to_server = await asyncio.open_connection(HOST, self.target)
        except (OSError, TimeoutError):
            writer.transport.abort()
            return
        connection = _Connection(writer, to_server)
        self._connections[connection] = asyncio.create_task(self._forward(connection, reader, from_server))

    async def _forward(
        self, connection: _Connection, from_client: asyncio.StreamReader, from_server: asyncio.StreamReader
    ) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(Way.REQUESTS, connection, from_client, connection.server))
                group.create_task(self._pump(Way.REPLIES, connection, from_server, connection.client))
        except* OSError:
            connection.end(reset=True)  # what the one side did, the other is told
        finally:
            connection.end(reset=False)
            self._connections.pop(connection, None)

    async def _pump(
        self, way: Way, connection: _Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while chunk := await reader.read(CHUNK_BYTES):
            await self._open[way].wait()
            if self.delay_seconds:
                await asyncio.sleep(self.delay_seconds)
            if way is Way.REPLIES and connection.ends:
                raise ConnectionAbortedError
            if way is Way.REPLIES and self._losing:
                connection.torn = True
                continue
            cut = self.on_request(chunk) if way is Way.REQUESTS and self.on_request else None
            if cut is Cut.BEFORE:
                raise ConnectionAbortedError
            connection.ends = connection.ends or cut is Cut.AFTER
            writer.write(chunk)
            await writer.drain()
        await self._open[way].wait()
        with contextlib.suppress(OSError):
            writer.write_eof()


def commits(chunk: bytes) -> bool:
    """Whether a PostgreSQL client asks for a transaction's commit, as drivers do: a simple query of that word."""
    return chunk.startswith(b"Q") and chunk[5:].rstrip(b"\0; \n").upper() == b"COMMIT"
