"""All doors of one process: a worker has none for clients."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from graphql_api.doors.browser_headers import BrowserHeaders
from graphql_api.doors.calendar import calendar_routes
from graphql_api.doors.channels import channel_routes
from graphql_api.doors.cors import CrossOrigin
from graphql_api.doors.faults import InternalErrors
from graphql_api.doors.health import health_routes
from graphql_api.doors.http import GraphQLOverHTTP
from graphql_api.doors.keys import key_routes
from graphql_api.doors.tick import tick_routes
from graphql_api.doors.web import GRAPHIQL, WEB_APP, graphiql_page, web_routes
from graphql_api.socket.endpoint import GraphQLOverWebSocket
from graphql_api.stopping import heeding_signals
from graphql_api.wiring import Parts


def build_app(parts: Parts) -> FastAPI:
    settings = parts.settings

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await parts.start()
        # To the end of the stop: what it waits for may be what somebody wants to see ended.
        with heeding_signals(parts.on_stop):
            try:
                yield
            finally:
                await parts.stop()

    middleware = [
        Middleware(BrowserHeaders, public_url=settings.public_url, web_app=WEB_APP, graphiql=GRAPHIQL)
    ]
    if settings.cors_origins:
        middleware.append(Middleware(CrossOrigin, origins=settings.cors_origins))
    middleware.append(Middleware(InternalErrors))
    app = FastAPI(
        title="TaskFlow",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        middleware=middleware,
    )
    app.router.routes += health_routes(parts)
    app.router.routes += tick_routes(parts)
    if settings.bus == "dapr":
        from graphql_api.doors.dapr import add_dapr_routes  # its SDK takes half a second to load

        add_dapr_routes(app, parts)
    if settings.serves_clients:
        app.router.routes += [
            Route("/graphql", _GraphQLDoor(parts)),
            WebSocketRoute("/graphql", GraphQLOverWebSocket(parts)),
            *key_routes(parts),
            *calendar_routes(parts),
            *channel_routes(parts),
            *web_routes(settings.graphiql_on),
        ]
    return app


class _GraphQLDoor:
    """One path, two uses: people get GraphiQL, programs the API."""

    def __init__(self, parts: Parts) -> None:
        self._over_http = GraphQLOverHTTP(parts)
        self._graphiql = parts.settings.graphiql_on

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET" and self._graphiql and not scope["query_string"]:
            await graphiql_page(Request(scope))(scope, receive, send)
        else:
            await self._over_http(scope, receive, send)
