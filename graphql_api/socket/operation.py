"""One operation of one socket, from its beginning to its end."""

from typing import Any

import orjson
import structlog
from graphql import GraphQLError

from graphql_api.live.sharing import Member
from graphql_api.socket import codes
from graphql_api.socket.connection import Connection
from graphql_api.telemetry.operations import resyncs_total
from graphql_api.wiring import Parts
from resolvers.errors import CursorExpired, Unavailable

log = structlog.get_logger()


class Operation:
    """One operation of one socket; for a subscription, where its results go."""

    def __init__(self, id_: str, connection: Connection, forget: Any) -> None:
        self.id = id_
        self.ended = False
        self._connection = connection
        self._forget = forget
        self._head = f'{{"id":{orjson.dumps(id_).decode()},"type":"next","payload":'
        self._leave: Any = None

    def put(self, payload: str) -> None:
        """For what is small."""
        if not self.ended:
            self._connection.put(f"{self._head}{payload}}}", self.id)

    def offer(self, payload: str) -> bool:
        # What ended takes everything and sends nothing, so that nobody waits for it.
        return self.ended or self._connection.offer(f"{self._head}{payload}}}", self.id)

    async def drained(self) -> None:
        await self._connection.drained()

    def fail(self, error: Exception) -> None:
        """The subscription can't go on: load anew where the log was replaced, else come back later."""
        if self.ended:
            return
        if isinstance(error, CursorExpired):
            resyncs_total.inc()
            expired = GraphQLError(
                "This cursor is too old. Load the state anew.", extensions={"code": "CURSOR_EXPIRED"}
            )
            self.put(orjson.dumps({"data": None, "errors": [expired.formatted]}).decode())
            self.finish()
            return
        if isinstance(error, Unavailable):
            log.warning("subscription_ends", reason="the database does not answer")
        else:
            log.error("subscription_failed", exc_info=(type(error), error, error.__traceback__))
        self._parts.sockets.close(self._connection, codes.TRY_AGAIN_LATER, "The server can't go on right now")

    def watch(self, member: Member, parts: Parts, key: Any) -> None:
        self._parts = parts
        self._leave = lambda: parts.sharing.exit(key, member)

    def finish(self, say_complete: bool = True) -> None:
        """The server has said all there is to this operation."""
        if not self.ended and say_complete:
            self._connection.put(f'{{"id":{orjson.dumps(self.id).decode()},"type":"complete"}}', self.id)
        self.end()
        self._forget(self)

    def end(self) -> None:
        self.ended = True
        if self._leave is not None:
            self._leave()
            self._leave = None
