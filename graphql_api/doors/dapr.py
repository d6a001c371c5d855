"""/dapr/*: what the sidecar of this process asks for and brings. Nobody else may call it."""

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from typing import Annotated, cast
from urllib.parse import unquote_plus

import orjson
import structlog
from dapr.ext.fastapi import DaprApp
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException
from prometheus_client import Counter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from graphql_api.wiring import Parts
from jobs.bus import BusUnavailable, Message
from jobs.bus.dapr_bus import DaprBus
from jobs.bus.dapr_sidecar import FANOUT, PUBSUB
from resolvers.errors import Unavailable

log = structlog.get_logger()

#: A message of 1 MiB in the sidecar's envelope is a third larger.
BODY_BYTES = 4 * 2**20
BODY_SECONDS = 10
#: Below what `dapr/resiliency.yaml` allows: the sidecar hears of it before it gives up by itself.
HANDLER_SECONDS = 30
#: Has the sidecar bring what is not JSON, too, and each as it is. It would put that aside before we see it, and count
#: on every event's `traceparent` being a string.
_AS_IT_IS = {"rawPayload": "true"}

refused_total = Counter(
    "taskflow_dapr_refused_total",
    "Calls of /dapr/… refused. token: not from the sidecar, or not with our APP_API_TOKEN; body: not to be read.",
    ["reason"],
)


#: What the same call may not meet the next time.
_LATER = Unavailable, BusUnavailable, TimeoutError, ClientDisconnect


class Unreadable(Exception):
    """Not what the sidecar sends, or larger than we take: it would be the same the next time."""


def add_dapr_routes(app: FastAPI, parts: Parts) -> None:
    """Call it before a route that takes every path is added."""
    bus = parts.bus
    assert isinstance(bus, DaprBus)
    router = APIRouter(
        dependencies=[Depends(_only_the_sidecar(parts.settings.app_api_token.get_secret_value()))]
    )
    # It adds routes, and nothing else: to a router, all of them ask for the token.
    dapr = DaprApp(cast(FastAPI, router))
    ticking = asyncio.Lock()

    async def take(request: Request) -> Response:
        """For those who show. What one misses, the log repairs: nothing comes again, nothing is put aside."""
        try:
            bus.deliver(await _read(request))
        except (Unreadable, *_LATER) as error:
            _refuse(error)
        return _answer("SUCCESS")

    async def take_once(request: Request) -> Response:
        """For the one that acts. RETRY has it come again, DROP has the sidecar put it with the dead letters."""
        try:
            message = await _read(request)
            async with asyncio.timeout(HANDLER_SECONDS):
                await bus.deliver_once([message])
        except Unreadable as error:
            _refuse(error)
            return _answer("DROP")
        except _LATER as error:
            log.warning("dapr_event_waits", reason=str(error) or type(error).__name__)
            return _answer("RETRY", 503)
        except Exception:
            log.exception("bus_handler_failed")
            return _answer("RETRY", 503)
        return _answer("SUCCESS")

    async def tick(request: Request) -> Response:
        """The timetable's tick. One that still goes on has seen, or will, what this one is for."""
        if not ticking.locked():
            async with ticking:
                try:
                    await parts.due.work()
                except Unavailable:
                    log.warning("tick_waits", reason="the database does not answer")
                    return _answer("RETRY", 503)
        return _answer("SUCCESS")

    topic = bus.config.topic
    if parts.settings.does_the_work:
        dapr.subscribe(PUBSUB, topic, _AS_IT_IS, "/dapr/events", bus.config.dead_topic)(take_once)
        router.add_api_route("/dapr/tick", tick, methods=["POST"])
    if parts.settings.serves_clients:
        dapr.subscribe(FANOUT, topic, _AS_IT_IS, "/dapr/fanout")(take)
    app.include_router(router)


def _only_the_sidecar(token: str) -> Callable[[str], Awaitable[None]]:
    expected = token.encode()

    async def check(dapr_api_token: Annotated[str, Header()] = "") -> None:
        if not compare_digest(dapr_api_token.encode(), expected):
            refused_total.labels("token").inc()
            log.warning("dapr_call_refused", reason="its dapr-api-token is not our APP_API_TOKEN")
            raise HTTPException(401, "Only this app's sidecar may call this.")

    return check


async def _read(request: Request) -> Message:
    """Raises Unreadable, TimeoutError, ClientDisconnect."""
    body = bytearray()
    received = 0
    async with asyncio.timeout(BODY_SECONDS):
        # Read to its end, or the sidecar would not see the answer.
        async for chunk in request.stream():
            received += len(chunk)
            if received <= BODY_BYTES:
                body += chunk
    if received > BODY_BYTES:
        raise Unreadable(f"{received} bytes")
    try:
        content = b64decode(orjson.loads(body)["data_base64"], validate=True)
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(repr(error)) from error
    # The component escapes what stands in headers (`escapeHeaders`).
    return Message(unquote_plus(request.headers.get("__key", "")), content)


def _refuse(error: Exception) -> None:
    refused_total.labels("body").inc()
    log.warning("dapr_event_unreadable", reason=str(error) or type(error).__name__)


def _answer(status: str, code: int = 200) -> Response:
    return JSONResponse({"status": status}, code)
