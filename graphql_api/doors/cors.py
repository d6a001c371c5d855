"""What pages of other origins may do."""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_AGE_SECONDS = 3600


class CrossOrigin:
    """CORS for the origins that are allowed; every other one gets the answer without a word of it.

    Starlette's own middleware leaves out the origin's name alone, and still says what would be allowed.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._allowing = CORSMiddleware(
            app,
            allow_origins=list(origins),
            allow_credentials=True,
            allow_methods=["POST"],
            allow_headers=["authorization", "content-type", "x-correlation-id"],
            expose_headers=["x-correlation-id", "retry-after"],
            max_age=MAX_AGE_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if Headers(scope=scope).get("origin") in self._origins:
            await self._allowing(scope, receive, send)
            return

        async def send_varying(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Or a cache would hand this answer to a page that may have the other one.
                MutableHeaders(scope=message).add_vary_header("Origin")
            await send(message)

        await self._app(scope, receive, send_varying)
