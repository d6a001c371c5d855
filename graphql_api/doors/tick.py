"""POST /internal/tick: does what has come due, and answers once it is done.

For hosts that put a process to sleep which nobody calls: nothing rings meanwhile, and whoever calls this wakes it.
"""

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from graphql_api.auth.bearer import bears
from graphql_api.wiring import Parts
from resolvers.errors import Unavailable

log = structlog.get_logger()


def tick_routes(parts: Parts) -> list[Route]:
    """None without TICK_TOKEN, nor where others do the work."""
    token = parts.settings.tick_token.get_secret_value()

    async def tick(request: Request) -> Response:
        if not bears(request, token):
            return PlainTextResponse("The tick token is needed.\n", 401, {"WWW-Authenticate": "Bearer"})
        try:
            await parts.due.work()
        except Unavailable:
            log.warning("tick_waits", reason="the database does not answer")
            return JSONResponse({"status": "unavailable"}, 503)
        return JSONResponse({"status": "ok"})

    if not token or not parts.settings.does_the_work:
        return []
    return [Route("/internal/tick", tick, methods=["POST"])]
