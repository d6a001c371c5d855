"""The upgrade to a WebSocket, and the conversation from there to its end."""

import asyncio
from collections import deque

import orjson
import structlog
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from graphql_api.auth.tokens import TokenExpired, TokenInvalid, bearer_token, holds_token
from graphql_api.doors.origins import may_use
from graphql_api.doors.outgoing import outgoing_of
from graphql_api.rates.addresses import address_of
from graphql_api.socket import codes
from graphql_api.socket.codes import Close
from graphql_api.socket.connection import Connection
from graphql_api.socket.messages import Complete, Init, Ping, Pong, Subscribe, read_message
from graphql_api.socket.operations import Operations
from graphql_api.wiring import Parts
from resolvers.errors import Unavailable
from resolvers.log.event_log import read_position_of_session

log = structlog.get_logger()

SUBPROTOCOL = "graphql-transport-ws"
MESSAGES_PER_SECOND = 60
ACKNOWLEDGEMENT = '{"type":"connection_ack"}'


class GraphQLOverWebSocket:
    """The ASGI application of one path."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._limit_rate = parts.settings.rate_limit == "on"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HTTPConnection(scope)
        await receive()  # websocket.connect
        if holds_token(scope["query_string"]):
            await PlainTextResponse("A token never goes into a URL.\n", 400)(scope, receive, send)
            return
        if not may_use(request, self._parts.settings.web_app_origins):
            await send({"type": "websocket.close", "code": codes.POLICY_VIOLATION})  # answers 403
            return
        if SUBPROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            await send(
                {
                    "type": "websocket.close",
                    "code": codes.NO_SUBPROTOCOL,
                    "reason": f"Speak {SUBPROTOCOL} here",
                }
            )
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        sockets = self._parts.sockets
        connection = Connection(send, sockets.monotonic, address_of(scope))
        connection.reader = asyncio.current_task()
        connection.outgoing = outgoing_of(scope)
        if not sockets.add(connection):
            await connection.close(
                codes.TRY_AGAIN_LATER, "Too many sockets at once that have not said who they are"
            )
            return
        operations = Operations(self._parts, connection, user_agent=request.headers.get("user-agent", ""))
        try:
            await self._converse(connection, operations, receive)
        except asyncio.CancelledError:
            if not connection.closed:
                raise
        finally:
            connection.lost()
            operations.end_all()
            try:
                # The socket counts as one of its user's, and the server's stop waits, for as long as it does work.
                await operations.finished()
            finally:
                sockets.remove(connection)

    async def _converse(self, connection: Connection, operations: "Operations", receive: Receive) -> None:
        recent: deque[float] = deque(maxlen=MESSAGES_PER_SECOND)
        now = asyncio.get_running_loop().time
        try:
            while (frame := await receive())["type"] == "websocket.receive" and not connection.closed:
                connection.heard()
                if self._limit_rate:
                    if len(recent) == MESSAGES_PER_SECOND and now() - recent[0] < 1:
                        raise Close(codes.POLICY_VIOLATION, "Too many messages at once")
                    recent.append(now())
                await self._take(connection, operations, frame)
                # Who sends and does not read waits here for room.
                while connection.full and not connection.closed:
                    await connection.drained()
            if frame["type"] == "websocket.disconnect" and not connection.closed:
                self._parts.sockets.left(frame.get("code") or 1005)
        except Close as close:
            self._parts.sockets.close(connection, close.code, close.reason)
            # The disconnection that follows ends the conversation in order.
            await connection.ended.wait()
        except Exception:
            log.exception("socket_failed")
            self._parts.sockets.close(connection, codes.TRY_AGAIN_LATER, "Something went wrong on our side")
            await connection.ended.wait()

    async def _take(self, connection: Connection, operations: "Operations", frame: Message) -> None:
        match read_message(frame.get("text")):
            case Init(payload):
                if connection.init_received:
                    raise Close(codes.TOO_MANY_INITS, "Too many initialisation requests")
                connection.init_received = True
                operations.begin(self._authenticate(connection, payload, operations.user_agent))
            case Ping(None):
                connection.put('{"type":"pong"}')
            case Ping(payload):
                connection.put(orjson.dumps({"type": "pong", "payload": payload}).decode())
            case Pong():
                pass
            case Subscribe(id_, payload):
                if not connection.acknowledged:
                    raise Close(codes.NOT_YET_ACKNOWLEDGED, "Unauthorized")
                operations.start(id_, payload)
            case Complete(id_):
                operations.end(id_)

    async def _authenticate(
        self, connection: Connection, payload: dict[str, object], user_agent: str
    ) -> None:
        """Answer the first message. Beside the conversation, so that a second one is noticed meanwhile."""
        sockets = self._parts.sockets
        authorization = payload.get("authorization", payload.get("Authorization"))
        try:
            if not isinstance(authorization, str):
                raise TokenInvalid
            # It is no header: a token alone is understood, too.
            token = bearer_token(authorization) if " " in authorization else authorization
            claims = await self._parts.authentication.read(token, 0, user_agent)
            viewer = claims.viewer
            async with self._parts.database.read() as session:
                position = await read_position_of_session(session, viewer.user_id, viewer.session_id)
            if position is None:
                raise TokenInvalid
        except TokenExpired:
            return sockets.close(connection, codes.FORBIDDEN, "Token expired")
        except TokenInvalid:
            return sockets.close(connection, codes.FORBIDDEN, "Forbidden")
        except Unavailable:
            return sockets.close(connection, codes.TRY_AGAIN_LATER, "The server can't do this right now")
        if connection.closed:
            return None
        if not sockets.admit(connection, viewer):
            return sockets.close(connection, codes.TRY_AGAIN_LATER, "Too many sockets of one user")
        if connection.outgoing is not None:
            connection.outgoing.belongs_to(str(viewer.user_id))
        connection.expires_at = claims.expires_at.timestamp()
        connection.acknowledged = True
        connection.put(ACKNOWLEDGEMENT)
        return None
