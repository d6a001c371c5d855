"""The body of a request: what is read of it, and what is refused before that."""

import asyncio
from typing import Any

from graphql import GraphQLError
from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from graphql_api.auth.tokens import holds_token
from graphql_api.doors.correlation import CORRELATION_HEADER, is_correlation_id

#: Of a body here, and of a frame on a socket.
BODY_BYTES = 262_144
#: So much of a body that is too large is read and dropped: a client that still sends would not see our answer.
DRAINED_BYTES = 64 * 2**20
#: Longest wait for a body, in seconds.
BODY_SECONDS = 30


class HttpRefused(Exception):
    """Answered with this status and nothing done."""

    def __init__(
        self, status: int, message: str, code: str = "INVALID_INPUT", field: str = "", **headers: str
    ) -> None:
        super().__init__(message)
        self.status = status
        named = {"field": [field]} if field else {}
        self.error = GraphQLError(message, extensions={"code": code, **named})
        self.headers = headers


async def read_body(scope: Scope, headers: Headers, receive: Receive) -> bytes:
    """The body; never more than BODY_BYTES of it are kept. Raises HttpRefused."""
    if holds_token(scope["query_string"]):
        raise HttpRefused(400, "A token never goes into a URL.")
    if scope["method"] != "POST":
        raise HttpRefused(405, "Operations are sent by POST.", allow="POST")
    if headers.get(CORRELATION_HEADER) and not is_correlation_id(headers[CORRELATION_HEADER]):
        words = "A correlation id has at most 64 characters of A-Z a-z 0-9 . _ -"
        raise HttpRefused(400, words, field="X-Correlation-ID")
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HttpRefused(415, "The body must be application/json.")
    body = bytearray()
    received = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while received <= DRAINED_BYTES:
                message: dict[str, Any] = dict(await receive())
                if message["type"] == "http.disconnect":
                    raise HttpRefused(400, "The request was cut off.")
                chunk = message.get("body", b"")
                received += len(chunk)
                if received <= BODY_BYTES:
                    body += chunk
                if not message.get("more_body"):
                    if received > BODY_BYTES:
                        break
                    return bytes(body)
    except TimeoutError:
        raise HttpRefused(408, "The body took too long.", connection="close") from None
    raise HttpRefused(413, f"The body must not be larger than {BODY_BYTES} bytes.", connection="close")
