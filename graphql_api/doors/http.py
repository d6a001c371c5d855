"""POST /graphql: one operation, one answer, always JSON."""

import asyncio
from contextlib import nullcontext

import orjson
import structlog
from graphql import GraphQLError, OperationType
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, cookie_parser
from starlette.types import Message, Receive, Scope, Send

from graphql_api.auth.tokens import TokenExpired, TokenInvalid, bearer_token
from graphql_api.doors.body import HttpRefused, read_body
from graphql_api.doors.cookies import cookie_name, set_cookie
from graphql_api.doors.correlation import correlation_id_of, trace_parent_of
from graphql_api.doors.origins import came_by_https, may_use
from graphql_api.doors.outgoing import outgoing_of
from graphql_api.doors.unread import Room, turn_of
from graphql_api.rates.addresses import address_of
from graphql_api.rates.answers import retry_after, too_many
from graphql_api.socket.operations import LiveEvents
from graphql_api.telemetry.operations import SeenOperation
from graphql_api.wiring import Parts
from jobs import traces
from resolvers.errors import RateLimited, Unavailable
from resolvers.viewer import Viewer
from schema.context import Context, Cookies
from schema.documents import RequestRefused, read_request, refused
from schema.execute import Answer, execute, needs_viewer, written

log = structlog.get_logger()

#: Who sends too much waits so long for being told.
UNHURRIED_SECONDS = 0.5
#: An access token may be this much too old: clocks differ.
LEEWAY_SECONDS = 30


class GraphQLOverHTTP:
    """The ASGI application of one path. `InternalErrors`, around all doors, binds the correlation id for the log."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._live = LiveEvents(parts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        room = Room(address_of(scope))
        try:
            start, content = await self._respond(scope, receive, room)
            # Waits until there is nothing left to be sent of the answer before.
            await send(start)
            if (outgoing := outgoing_of(scope)) is not None:
                outgoing.belongs_to(room.whose)
            # The connection counts it from here on.
            room.give_back()
            await send({"type": "http.response.body", "body": content})
        finally:
            room.give_back()

    async def _respond(self, scope: Scope, receive: Receive, room: Room) -> tuple[Message, bytes]:
        headers = Headers(scope=scope)
        correlation_id = correlation_id_of(scope)
        cookies = Cookies()
        status, extra = 200, {}
        content = None
        seen = SeenOperation("http", correlation_id)
        with traces.root("POST /graphql", "server", correlation_id, trace_parent_of(headers)) as span:
            try:
                body = await read_body(scope, headers, receive)
                seen.begin()
                cookies = self._cookies(scope, headers)
                answer, content = await self._answer(body, room, headers, cookies, correlation_id, seen)
            except HttpRefused as refusal:
                status, extra = refusal.status, refusal.headers
                answer = {"errors": [refusal.error.formatted]}
            except RequestRefused as refusal:
                answer = {"errors": [error.formatted for error in refusal.errors]}
            except Exception:
                log.exception("request_failed")
                status = 500
                internal = {"code": "INTERNAL", "correlationId": correlation_id}
                answer = {
                    "errors": [
                        GraphQLError("Something went wrong on our side.", extensions=internal).formatted
                    ]
                }
            seen.end(answer.get("errors"))
            span.says({"http.response.status_code": status})
            if status >= 500:
                span.failed(str(status))
        extra |= retry_after(answer)
        if content is None:
            content = orjson.dumps(answer)
        response_headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-correlation-id", correlation_id.encode()),
            *((name.encode(), value.encode()) for name, value in extra.items()),
        ]
        if cookies.changed:
            response_headers.append((b"set-cookie", set_cookie(cookies, self._by_https(scope)).encode()))
        return {"type": "http.response.start", "status": status, "headers": response_headers}, content

    async def _answer(
        self,
        body: bytes,
        room: Room,
        headers: Headers,
        cookies: Cookies,
        correlation_id: str,
        seen: SeenOperation,
    ) -> tuple[Answer, bytes]:
        address = room.whose
        viewer = await self._identify(headers)
        limited = await self._count(viewer, address)
        try:
            payload = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise _unreadable("The body must be JSON.", limited) from None
        if not isinstance(payload, dict):
            raise _unreadable("The body must be a JSON object: one operation, no batch.", limited)
        if limited is not None:
            raise limited
        request = read_request(payload)
        if isinstance(viewer, Viewer):
            room.whose = str(viewer.user_id)
        prepared = await self._parts.reading.prepare(request, room.whose)
        seen.is_about(prepared)
        if prepared.kind is OperationType.SUBSCRIPTION:
            raise refused("Subscriptions are served over WebSockets at this path; or poll `events(after:)`.")
        parts = self._parts
        context = Context(
            database=parts.database,
            log=parts.log,
            tokens=parts.tokens,
            live=self._live,
            courier=parts.courier,
            attempts=parts.rates.at(address),
            correlation_id=correlation_id,
            user_agent=headers.get("user-agent", ""),
            cookies=cookies,
            session_days=parts.settings.session_days,
            origin=parts.settings.origin,
            room=room,
        )
        if needs_viewer(prepared) or (parts.settings.production and prepared.is_introspection):
            if isinstance(viewer, RequestRefused):
                raise viewer
            context.viewer = viewer
        seen.runs_with(context)
        async with turn_of(room.whose) if context.viewer is not None else nullcontext():
            return written(await execute(parts.schema, prepared, context, request.variables), context)

    async def _identify(self, headers: Headers) -> Viewer | RequestRefused:
        """Whom the token names, or what to say where that is needed."""
        try:
            token = bearer_token(headers.get("authorization", ""))
            user_agent = headers.get("user-agent", "")
            return (await self._parts.authentication.read(token, LEEWAY_SECONDS, user_agent)).viewer
        except TokenExpired:
            return refused("The access token has run out: refresh the session, then repeat.", "TOKEN_EXPIRED")
        except TokenInvalid:
            return refused("Sign in first.", "UNAUTHENTICATED")
        except Unavailable:
            return refused("The server can't do this right now. Please repeat it.", "UNAVAILABLE")

    async def _count(self, viewer: Viewer | RequestRefused, address: str) -> RequestRefused | None:
        """Count the operation; what to say where there were too many."""
        try:
            await self._parts.rates.operation(viewer.user_id if isinstance(viewer, Viewer) else None, address)
        except RateLimited as limited:
            # Who sends too much gets no answer in a hurry, so that the others get theirs.
            await asyncio.sleep(UNHURRIED_SECONDS)
            return too_many(limited)
        return None

    def _cookies(self, scope: Scope, headers: Headers) -> Cookies:
        name = cookie_name(self._by_https(scope))
        received = cookie_parser(headers.get("cookie", "")).get(name)
        if received is not None and not may_use(HTTPConnection(scope), self._parts.settings.web_app_origins):
            raise HttpRefused(403, "This page may not use the cookie.", "UNAUTHENTICATED")
        return Cookies(settable=True, received=received or None)

    def _by_https(self, scope: Scope) -> bool:
        return came_by_https(HTTPConnection(scope), self._parts.settings.public_url)


def _unreadable(message: str, limited: RequestRefused | None) -> HttpRefused:
    """Of somebody who sent too much, that is said first."""
    refusal = HttpRefused(400 if limited is None else 429, message)
    if limited is not None:
        refusal.error = limited.errors[0]
    return refusal
