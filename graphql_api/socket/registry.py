"""All sockets of this process, and the one timer that keeps them: an idle socket has none of its own."""

import asyncio
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterable
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from graphql_api.socket import codes
from graphql_api.socket.connection import Connection
from resolvers.database import Database
from resolvers.errors import Unavailable
from resolvers.log.event_log import standing_sessions
from resolvers.log.transaction import Committed
from resolvers.viewer import Viewer

log = structlog.get_logger()

TICK_SECONDS = 1.0
INIT_TIMEOUT_SECONDS = 10.0
#: A quiet client is pinged after this long, and given up where it stays silent for PONG_TIMEOUT_SECONDS more.
PING_AFTER_SECONDS = 20.0
PONG_TIMEOUT_SECONDS = 10.0
SEND_STALLED_SECONDS = 30.0
#: Sessions ended by another process are found at the latest after this long.
SESSION_CHECK_SECONDS = 3.0
#: In this process: what several hold together is bounded by how many there are.
SOCKETS_PER_USER = 20
#: That have not said who they are; after a restart all the devices behind one address come back at once, and those that
#: find no room try again.
UNKNOWN_PER_ADDRESS = 100

PING = '{"type":"ping"}'

open_sockets = Gauge("taskflow_sockets_open", "Open WebSockets.")
closes_total = Counter("taskflow_socket_closes_total", "WebSockets that the server closed.", ["code"])
left_total = Counter(
    "taskflow_socket_leaves_total",
    "WebSockets that ended otherwise, by the client's code; other: one of its own choosing.",
    ["code"],
)
#: Those of RFC 6455 and its registry that clients and proxies send, and 1012 of a server that stops.
USUAL_CODES = frozenset({1000, 1001, 1002, 1005, 1006, 1009, 1011, 1012})


class SocketRegistry:
    """`limit_sockets` is off for benchmarks alone."""

    def __init__(
        self,
        database: Database,
        limit_sockets: bool = True,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._limit_sockets = limit_sockets
        #: Tests give their own: the time of day, and what durations are reckoned by.
        self.now = now
        self.monotonic = monotonic
        self._connections: set[Connection] = set()
        self._of_user: Tally[UUID] = Tally()
        #: Sockets of each address that no user has been found for yet.
        self._unknown: Tally[str] = Tally()
        self._closing: set[asyncio.Task[None]] = set()
        open_sockets.set_function(lambda: len(self._connections))

    def add(self, connection: Connection) -> bool:
        """Keep the socket, unless its address has too many that have not said who they are."""
        if self._limit_sockets and self._unknown[connection.address] >= UNKNOWN_PER_ADDRESS:
            return False
        self._unknown[connection.address] += 1
        self._connections.add(connection)
        return True

    def left(self, code: int) -> None:
        left_total.labels(code if code in USUAL_CODES else "other").inc()

    def remove(self, connection: Connection) -> None:
        self._connections.discard(connection)
        if connection.viewer is None:
            _count_down(self._unknown, connection.address)
        else:
            _count_down(self._of_user, connection.viewer.user_id)

    def admit(self, connection: Connection, viewer: Viewer) -> bool:
        """Count the socket as one of the viewer's, unless they have as many as one may."""
        if self._limit_sockets and self._of_user[viewer.user_id] >= SOCKETS_PER_USER:
            return False
        self._of_user[viewer.user_id] += 1
        _count_down(self._unknown, connection.address)
        connection.viewer = viewer
        return True

    def on_commit(self, committed: Committed) -> None:
        if committed.ended_sessions:
            self.end_sessions(committed.ended_sessions)

    def end_sessions(self, session_ids: Iterable[UUID]) -> None:
        ended = set(session_ids)
        for connection in list(self._connections):
            if connection.viewer is not None and connection.viewer.session_id in ended:
                self.close(connection, codes.FORBIDDEN, "The session has ended")

    def close(self, connection: Connection, code: int, reason: str) -> None:
        """End a socket without waiting for it."""
        if connection.closed:
            return
        closes_total.labels(code).inc()
        task = asyncio.create_task(connection.close(code, reason))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def tick_forever(self) -> None:
        """Runs until cancelled."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.tick()

    async def check_sessions_forever(self) -> None:
        """Runs until cancelled."""
        while True:
            await asyncio.sleep(SESSION_CHECK_SECONDS)
            try:
                await self.check_sessions()
            except Unavailable:
                log.warning("session_check_waits", reason="the database does not answer")

    def tick(self) -> None:
        """Ping who is quiet; end who is silent, late, stalled, or whose token has run out."""
        now = self.monotonic()
        wall = self.now()
        for connection in list(self._connections):
            if connection.closed:
                continue
            connection.note_progress()
            if connection.stalled_since is not None and now - connection.stalled_since > SEND_STALLED_SECONDS:
                self.close(connection, codes.TRY_AGAIN_LATER, "The client reads too slowly")
            elif not connection.init_received:
                if now - connection.accepted_at > INIT_TIMEOUT_SECONDS:
                    self.close(connection, codes.TIMEOUT, "Connection initialisation timeout")
            elif connection.expires_at is not None and wall >= connection.expires_at:
                self.close(connection, codes.FORBIDDEN, "Token expired")
            elif connection.stalled_since is not None:
                # A ping would wait behind what is being sent, and so would its answer.
                connection.pinged_at = None
            elif connection.pinged_at is not None and connection.pinged_at >= connection.heard_at:
                if now - connection.pinged_at > PONG_TIMEOUT_SECONDS:
                    self.close(connection, codes.TIMEOUT, "No pong in time")
            elif now - connection.heard_at > PING_AFTER_SECONDS:
                connection.pinged_at = now
                connection.put(PING)

    async def check_sessions(self) -> None:
        """End the sockets of sessions that another process ended."""
        of_session = {c.viewer.session_id for c in self._connections if c.viewer is not None}
        if not of_session:
            return
        async with self._database.read() as session:
            standing = await standing_sessions(session, of_session)
        self.end_sessions(of_session - standing)


def _count_down[T](tally: Tally[T], of: T) -> None:
    """Nobody is kept for having none."""
    tally[of] -= 1
    if tally[of] <= 0:
        del tally[of]
