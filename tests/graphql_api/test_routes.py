"""Every door of the app, and what it says to somebody without a token. A new one fails here until it has its line."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from starlette.routing import BaseRoute, Mount, WebSocketRoute

from graphql_api.app import build_app
from graphql_api.doors import web
from graphql_api.settings import Settings
from graphql_api.wiring import open_parts, prepare_database

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
#: What would give away how the server is made, or what is on its disk.
INSIDES = re.compile(
    r"traceback|sqlalchemy|sqlite|starlette|fastapi|uvicorn|python|/tmp/|\.py\b", re.IGNORECASE
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": r"same-origin|no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


@dataclass(frozen=True)
class Door:
    """`answers`: the status by method. `says`: what the first of them is answered."""

    path: str
    answers: Mapping[str, int]
    says: str = ""
    #: Where `path` is a pattern: an address that it fits.
    example: str = ""

    @property
    def url(self) -> str:
        return self.example or self.path


def open_to_read(status: int) -> dict[str, int]:
    return {"GET": status, "HEAD": status}


ALWAYS = [
    Door("/livez", open_to_read(200), r'\{"status":"ok"\}'),
    Door("/readyz", open_to_read(200), r'\{"status":"ok","live":true,"database":"ok","degraded":\[\]\}'),
    Door("/health", open_to_read(200), r'\{"status":"ok","live":true,"database":"ok","degraded":\[\]\}'),
    Door("/metrics", open_to_read(404), r"Not found\.\n"),
    Door("/internal/tick", {"POST": 401}, r"The tick token is needed\.\n"),
    Door("/.well-known/jwks.json", open_to_read(200), r'\{"keys":\[\]\}'),
    # GraphiQL's place in development; 415: there is no body here.
    Door("/graphql", {"POST": 415}, r'\{"errors":\[\{"message":"The body must be application/json\.".*\}'),
    Door("/calendar/{token}.ics", open_to_read(404), "There is no such calendar.*\n", "/calendar/nobodys.ics"),
    Door("/channels/confirm/{token}", {"GET": 404, "HEAD": 200}, "(?s).*This link is not good any more.*",
         "/channels/confirm/nobodys"),
    Door("/channels/unsubscribe/{token}", {"GET": 404, "HEAD": 404, "POST": 404},
         "(?s).*This link is not good any more.*", "/channels/unsubscribe/nobodys"),
    # The web app, which answers every path that nothing else does.
    Door("", open_to_read(200), "The web app", "/"),
]  # fmt: skip
SIDECAR = r'\{"detail":"Only this app\'s sidecar may call this\."\}'
WITH_DAPR = [
    Door("/dapr/subscribe", {"GET": 401}, SIDECAR),
    Door("/dapr/events", {"POST": 401}, SIDECAR),
    Door("/dapr/fanout", {"POST": 401}, SIDECAR),
    Door("/dapr/tick", {"POST": 401}, SIDECAR),
]
IN_DEVELOPMENT = [
    Door("/graphiql", open_to_read(200), "GraphiQL", "/graphiql/index.html"),
]
PRODUCTION = {"env": "production", "jwt_secret": "x" * 40, "tick_token": "t" * 20}
DAPR = {"event_bus": "dapr", "app_api_token": "a" * 20}


@dataclass
class App:
    http: httpx.AsyncClient
    routes: list[BaseRoute] = field(default_factory=list)


@pytest.fixture
async def app(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[App]:
    """With a web app and a GraphiQL of two pages: neither need be built for this."""
    for name, page in {"WEB_APP": "The web app", "GRAPHIQL": "GraphiQL"}.items():
        folder = tmp_path / name
        (folder / "assets").mkdir(parents=True)
        (folder / "index.html").write_text(page)
        (folder / "404.html").write_text("There is no such page")
        monkeypatch.setattr(web, name, folder)
    settings = Settings(data_dir=tmp_path, **request.param)
    lock = await prepare_database(settings)
    parts = open_parts(settings)
    app = build_app(parts)
    # What goes wrong is answered, and not raised in here.
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        yield App(http, list(app.routes))
    await parts.database.close()
    del lock


def flat(routes: list[BaseRoute]) -> list[BaseRoute]:
    """With the routes of the routers among them, in their place."""
    found: list[BaseRoute] = []
    for route in routes:
        included = getattr(route, "original_router", None)
        found += [route] if included is None else flat(included.routes)
    return found


@pytest.mark.parametrize(
    ("app", "doors"),
    [
        pytest.param(PRODUCTION, ALWAYS, id="production"),
        pytest.param(PRODUCTION | DAPR, ALWAYS + WITH_DAPR, id="with Dapr"),
        pytest.param({"tick_token": "t" * 20}, ALWAYS + IN_DEVELOPMENT, id="development"),
    ],
    indirect=["app"],
)
def test_every_door_has_its_line(app: App, doors: list[Door]):
    routes = flat(app.routes)
    # What has no path, nothing here knows how to ask.
    assert {getattr(route, "path", None) for route in routes} == {door.path for door in doors}
    for route in routes:
        if isinstance(route, WebSocketRoute):
            # What it says without a token: tests/live/test_protocol.py.
            assert route.path == "/graphql"
        elif not isinstance(route, Mount):
            assert type(route).__name__ in {"Route", "APIRoute"}, "tell this test how to ask that"


@pytest.mark.parametrize(
    ("app", "doors"),
    [pytest.param(PRODUCTION | DAPR, ALWAYS + WITH_DAPR, id="production")],
    indirect=["app"],
)
async def test_a_door_says_no_more_than_its_line_to_somebody_without_a_token(app: App, doors: list[Door]):
    for door in doors:
        for method in METHODS:
            answer = await app.http.request(method, door.url)
            where = f"{method} {door.url}: {answer.status_code} {answer.text[:200]!r}"
            # What a door does not take goes on to the web app, which has no such page, or is asked for none.
            nothing = 404 if method in ("GET", "HEAD") else 405
            assert answer.status_code == door.answers.get(
                method, 405 if door.path == "/graphql" else nothing
            ), where
            assert not INSIDES.search(answer.text), where
            assert not INSIDES.search(str(answer.headers)), where
            for name, value in HEADERS.items():
                assert re.fullmatch(value, answer.headers.get(name, "")), f"{where}: {name}"
            if method == next(iter(door.answers)):
                assert re.fullmatch(door.says, answer.text), where
            if answer.status_code == 405:
                assert len(answer.text) < 120, where


@pytest.mark.parametrize("app", [PRODUCTION], indirect=True)
@pytest.mark.parametrize(
    "url",
    [
        "/nothing",
        "/graphiql",
        "/graphiql/",
        "/graphiql/index.html",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/dapr/subscribe",
        "/events",
        "/api/tasks",
        "/livez/",
        "/calendar/",
        "/calendar/x",
        "/calendar/a/b.ics",
        "/calendar/%00.ics",
        "/calendar/" + "x" * 5_000 + ".ics",
        "/channels/confirm/",
        "/channels/confirm/%00",
        "/.env",
        "/.git/config",
        "/%00",
        "/%ff%fe",
        "/a%0d%0aSet-Cookie:%20a=b",
        "/..%2f..%2fpyproject.toml",
        "/../../taskflow.db",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets",
        "/assets/",
        "/" + "x" * 10_000,
        "/" + "a/" * 2_000,
        "//evil.example",
        "//evil.example/%2f..",
        "/assets//evil.example",
        "/\\evil.example",
    ],
    ids=lambda url: url[:30],
)
async def test_where_there_is_no_door_there_is_nothing_to_learn(app: App, url: str):
    answer = await app.http.get(httpx.URL("http://test", raw_path=url.encode()))
    # A folder's name leads to the folder, on this host.
    if answer.status_code in (301, 302, 307, 308):
        target = httpx.URL("http://test").join(answer.headers["location"])
        assert target.host == "test"
        answer = await app.http.get(target)
    assert answer.status_code == 404, answer.text
    assert not INSIDES.search(answer.text)
    assert "set-cookie" not in answer.headers
    for name, value in HEADERS.items():
        assert re.fullmatch(value, answer.headers.get(name, "")), name


@pytest.mark.parametrize("app", [PRODUCTION | {"metrics_token": "m" * 20}], indirect=True)
@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer m", "Basic " + "m" * 20, "m" * 20, "Bearer \xe4"]
)
async def test_metrics_ask_for_their_token(app: App, authorization: str):
    answer = await app.http.get("/metrics", headers={"Authorization": authorization.encode("latin-1")})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "taskflow" not in answer.text
    assert (
        await app.http.get("/metrics", headers={"Authorization": f"Bearer {'m' * 20}"})
    ).status_code == 200
