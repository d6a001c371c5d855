"""uvicorn's HTTP, with an end to its patience: who holds connections and says little is let go of.

By itself it waits for ever for the rest of a request, so that a few thousand half-sent ones leave no room for anybody;
and for ever for an answer to be read, so that a few dozen large ones leave no memory. A socket (`socket/`) has bounds
of its own from its upgrade on.
"""

import asyncio
import resource
import socket
import struct
from collections import Counter as Tally
from functools import lru_cache
from typing import Any, cast, override
from weakref import WeakKeyDictionary

import structlog
from prometheus_client import Counter
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from graphql_api.doors.outgoing import STATE, CountsOutgoing, Outgoing
from graphql_api.rates.addresses import stranger
from graphql_api.rates.windows import Limit, MemoryWindows

log = structlog.get_logger()

#: From a connection, or the first byte of a request, to the end of its headers; and for the rest of a body that was
#: answered already.
HEAD_SECONDS = 15.0
HEAD_BYTES = 65_536
#: Of one address at once. A proxy that is trusted speaks for many, and has as many as there may be.
PER_ADDRESS = 256
#: What files there may be is raised to that, where the system lets us.
FILES = 65_536
#: Files that are no connection: the database, brokers, code.
OTHER_FILES = 256

let_go_total = Counter("taskflow_connections_let_go_total", "Connections that were ended early.", ["why"])

_LOGGED = Limit("connections", 1, 60)
_logged = MemoryWindows()


def raise_file_limit() -> None:
    """A connection is a file, and of these there are 1,024 where nobody has asked for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Crowd:
    """The connections of one server that wait for a request, the longest first; and how many each address has."""

    def __init__(self) -> None:
        self.waiting: dict[PatientProtocol, None] = {}
        self.of_address: Tally[str] = Tally()
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.most = FILES if soft == resource.RLIM_INFINITY else max(soft // 2, soft - OTHER_FILES)


_crowds: WeakKeyDictionary[ServerState, Crowd] = WeakKeyDictionary()


class PatientProtocol(CountsOutgoing, HttpToolsProtocol):
    def __init__(self, config: Any, server_state: ServerState, *arguments: Any, **named: Any) -> None:
        super().__init__(config, server_state, *arguments, **named)
        self._outgoing = Outgoing(self._let_go)
        self.app_state = {**self.app_state, STATE: self._outgoing}
        self._crowd = _crowds.setdefault(server_state, Crowd())
        self._counted: str | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        crowd = self._crowd
        if len(self.connections) > crowd.most:
            # Somebody who has waited for long makes room for somebody who may have something to say.
            longest = next(iter(crowd.waiting), self)
            longest._let_go("full")
        self._counted = stranger(self.client[0]) if self.client else "unknown"
        self._outgoing.begin(transport, self._counted)
        crowd.of_address[self._counted] += 1
        if crowd.of_address[self._counted] > PER_ADDRESS and not _is_proxy(self):
            self._let_go("address")
            return
        self._wait()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._leave()

    @override
    def data_received(self, data: bytes) -> None:
        if self._deadline is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._deadline is not None and self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self._let_go("head")

    @override
    def handle_websocket_upgrade(self) -> None:
        cycle: RequestResponseCycle | None = self.cycle
        if self.flow.write_paused or (cycle is not None and not cycle.response_complete):
            # What is still to be sent would be counted no longer, and the socket would not know that there is no room.
            self._let_go("unread")
            return
        self._leave()
        super().handle_websocket_upgrade()

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._counted is not None:
            self._outgoing.belongs_to(self._counted)
        self._wait()

    @override
    def on_headers_complete(self) -> None:
        self._go_on()
        super().on_headers_complete()

    @override
    def on_message_complete(self) -> None:
        self._go_on()
        super().on_message_complete()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing() or self.pipeline:
            return
        self._crowd.waiting[self] = None
        if self.cycle.more_body:
            self._wait()

    def _wait(self) -> None:
        """From now on something has to come, and soon."""
        if self._deadline is None:
            self._head_bytes = 0
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._let_go, "slow")
        self._crowd.waiting.setdefault(self)

    def _go_on(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._crowd.waiting.pop(self, None)

    def _leave(self) -> None:
        self._go_on()
        self._outgoing.resume()
        if self._counted is not None:
            self._crowd.of_address[self._counted] -= 1
            if self._crowd.of_address[self._counted] <= 0:
                del self._crowd.of_address[self._counted]
            self._counted = None

    def _let_go(self, why: str) -> None:
        self._go_on()
        let_go(self.transport, why)


def let_go(transport: asyncio.Transport, why: str) -> None:
    let_go_total.labels(why).inc()
    if _logged.take_now(_LOGGED, why) == 0:
        log.warning("connection_let_go", why=why)
    # Not only closed: who reads nothing would keep it open, and what the kernel has for them.
    if (connection := transport.get_extra_info("socket")) is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _is_proxy(protocol: PatientProtocol) -> bool:
    host = protocol.client[0] if protocol.client else None
    return host in _proxies(str(protocol.config.forwarded_allow_ips)).trusted_hosts


@lru_cache(1)
def _proxies(named: str) -> ProxyHeadersMiddleware:
    """What TRUSTED_PROXIES means, as uvicorn reads it."""
    return ProxyHeadersMiddleware(cast(Any, None), named)
