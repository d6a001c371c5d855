"""/livez: a restart would not help. /readyz: it can serve. /health: both in one, as JSON. /metrics: Prometheus."""

import asyncio

import structlog
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from graphql_api.auth.bearer import bears
from graphql_api.migrate import is_served_by_this_release
from graphql_api.wiring import Parts
from resolvers.database import outages_as_unavailable
from resolvers.errors import Unavailable

log = structlog.get_logger()

NO_STORE = {"Cache-Control": "no-store"}
#: Whoever asks gives up after a few seconds: what has not answered by then does not.
DATABASE_SECONDS = 3.0


def health_routes(parts: Parts) -> list[Route]:
    async def livez(request: Request) -> Response:
        failing = parts.supervisor.failing
        if failing:
            return JSONResponse({"status": "failing", "tasks": failing}, 503, headers=NO_STORE)
        return JSONResponse({"status": "ok"}, headers=NO_STORE)

    async def readyz(request: Request) -> Response:
        state = await _state(parts)
        return JSONResponse(state, 200 if state["status"] == "ok" else 503, headers=NO_STORE)

    async def health(request: Request) -> Response:
        state = await _state(parts)
        well = state["status"] == "ok" and state["live"]
        return JSONResponse(state, 200 if well else 503, headers=NO_STORE)

    async def metrics(request: Request) -> Response:
        token = parts.settings.metrics_token.get_secret_value()
        if token:
            if not bears(request, token):
                return PlainTextResponse("A metrics token is needed.\n", 401, {"WWW-Authenticate": "Bearer"})
        elif parts.settings.production:
            return PlainTextResponse("Not found.\n", 404)
        return Response(await parts.exposition.text(), media_type=CONTENT_TYPE_LATEST, headers=NO_STORE)

    return [
        Route("/livez", livez),
        Route("/readyz", readyz),
        Route("/health", health),
        Route("/metrics", metrics),
    ]


async def _state(parts: Parts) -> dict[str, object]:
    """What answers and what does not; `degraded` names what the product can do without for a while."""
    database = "ok"
    try:
        async with outages_as_unavailable(), asyncio.timeout(DATABASE_SECONDS):
            if not await is_served_by_this_release(parts.database):
                database = "migrations are behind: run `python -m graphql_api migrate`"
    except Unavailable:
        database = "does not answer"
    trouble = _trouble(parts)
    failing = parts.supervisor.failing
    return {
        "status": "ok" if database == "ok" and not parts.stopping else "unavailable",
        "live": not failing,
        "database": database,
        "degraded": list(trouble),
        **({"trouble": trouble} if trouble else {}),
        **({"failing": failing} if failing else {}),
        **({"stopping": True} if parts.stopping else {}),
    }


def _trouble(parts: Parts) -> dict[str, str]:
    """What the product does without for a while, and why: the log keeps everything meanwhile."""
    trouble: dict[str, str] = {}
    if parts.bus.trouble is not None:
        trouble[parts.settings.bus] = parts.bus.trouble
    elif not parts.relay.bus_answers:
        trouble[parts.settings.bus] = "does not take events"
    if parts.broadcast.trouble is not None:
        trouble["redis"] = parts.broadcast.trouble
    return trouble
