"""What goes wrong at a door and nobody expected: the client learns the id under which the log has the rest."""

import structlog
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.doors.correlation import CORRELATION_HEADER, correlation_id_of

log = structlog.get_logger()

SORRY = "Something went wrong on our side.\n"


class InternalErrors:
    """Within what adds headers: Starlette's own answer to an error has none of them, and no id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def send_and_note(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        correlation_id = correlation_id_of(scope)
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            try:
                await self._app(scope, receive, send_and_note)
            except Exception:
                log.exception("request_failed")
                if began:
                    return  # the server cuts off what was not said to its end
                headers = {CORRELATION_HEADER: correlation_id, "Cache-Control": "no-store"}
                await PlainTextResponse(SORRY, 500, headers)(scope, receive, send)
