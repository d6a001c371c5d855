"""At no door does anybody learn what went wrong inside: there is an id, and the log has the rest under it."""

import json
import re
import secrets
import signal
import socket as sockets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog
from prometheus_client import REGISTRY
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from structlog.testing import capture_logs

from graphql_api.app import build_app
from graphql_api.settings import Settings
from graphql_api.wiring import open_parts
from resolvers.ical.feed import TOKEN_BYTES
from tests.api.test_masking import INSIDES
from tests.graphql_api.test_routes import HEADERS
from tests.support.client import Api, open_socket
from tests.support.server import Server

TICK_TOKEN = "a token for the alarm clock"
#: Nobody's, but of the right form.
LINK = f"{uuid4().hex}.tag"
FEED = secrets.token_urlsafe(TOKEN_BYTES)
SORRY = "Something went wrong on our side.\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(
        tmp_path_factory.mktemp("server"),
        ENV="production",
        JWT_SECRET="a secret of this test, longer than that",
        TICK_TOKEN=TICK_TOKEN,
    )
    server.start_now()
    yield server
    server.end_now(signal.SIGKILL)


@contextmanager
def without(table: str, server: Server) -> Iterator[None]:
    def rename(old: str, new: str) -> None:
        with sqlite3.connect(server.data_dir / "taskflow.db") as database:
            # Or what refers to it would go along.
            database.execute("PRAGMA legacy_alter_table=ON")
            database.execute(f"ALTER TABLE {old} RENAME TO {new}")
        database.close()

    rename(table, f"{table}_gone")
    yield
    rename(f"{table}_gone", table)


def lines_of(server: Server, correlation_id: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in server.log.splitlines()]
    return [line for line in lines if line.get("correlation_id") == correlation_id]


def tells_nothing(answer: httpx.Response) -> None:
    assert not INSIDES.search(answer.text), answer.text
    for name, value in HEADERS.items():
        assert re.fullmatch(value, answer.headers.get(name, "")), name


@pytest.mark.parametrize(
    ("table", "method", "path"),
    [
        ("calendar_feeds", "GET", f"/calendar/{FEED}.ics"),
        ("channels", "GET", f"/channels/confirm/{LINK}"),
        ("channels", "GET", f"/channels/unsubscribe/{LINK}"),
        ("channels", "POST", f"/channels/unsubscribe/{LINK}"),
        ("reminders", "POST", "/internal/tick"),
    ],
    ids=["feed", "confirming", "leaving", "leaving at once", "tick"],
)
async def test_a_fault_behind_a_door_is_told_by_its_id_alone(
    server: Server, table: str, method: str, path: str
):
    given = uuid4().hex
    headers = {"X-Correlation-ID": given, "Authorization": f"Bearer {TICK_TOKEN}"}
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as http:
        with without(table, server):
            answer = await http.request(method, path, headers=headers)
            nameless = await http.request(method, path, headers={"Authorization": f"Bearer {TICK_TOKEN}"})
        assert (answer.status_code, answer.text) == (500, SORRY)
        assert answer.headers["x-correlation-id"] == given
        tells_nothing(answer)
    for id_ in (given, nameless.headers["x-correlation-id"]):
        [line] = [line for line in lines_of(server, id_) if line["event"] == "request_failed"]
        assert "no such table" in str(line["exception"])


async def test_a_fault_before_an_operation_begins_is_internal(server: Server):
    async with Api(server.url) as api:
        await api.sign_up()
        api.http.headers.update({"Authorization": f"Bearer {api.token}", "X-Correlation-ID": "before"})
        async with open_socket(server.url, api.token) as socket:
            with without("user_stream", server):
                answer = await api.http.post("/graphql", json={"query": "{ viewer { id } }"})
                failures = answer.json()["errors"]
                await socket.subscribe("{ viewer { id } }", "1")
                refusal = await socket.receive()
                assert refusal["type"] == "error"
                failures += refusal["payload"]
    assert failures[0]["extensions"] == {"code": "INTERNAL", "correlationId": "before"}
    for failure in failures:
        assert failure["extensions"].keys() == {"code", "correlationId"}
        assert failure["extensions"]["code"] == "INTERNAL"
        assert not INSIDES.search(failure["message"])
        [line] = lines_of(server, failure["extensions"]["correlationId"])
        assert "no such table" in str(line["exception"])


class Broken(Collector):
    def collect(self) -> Iterator[Metric]:
        raise ValueError("a secret of the inside")


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/health"])
async def test_a_fault_where_the_machine_is_watched_is_told_so_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
):
    async def fails(_: object) -> bool:
        raise ValueError("a secret of the inside")

    monkeypatch.setattr("graphql_api.doors.health.is_served_by_this_release", fails)
    parts = open_parts(Settings(data_dir=tmp_path))
    transport = httpx.ASGITransport(build_app(parts))
    broken = Broken()
    REGISTRY._collector_to_names[broken] = []
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
                answer = await http.get(path)
    finally:
        del REGISTRY._collector_to_names[broken]
        await parts.database.close()
    assert (answer.status_code, answer.text) == (500, SORRY)
    tells_nothing(answer)
    assert [(line["event"], line["correlation_id"]) for line in logs] == [
        ("request_failed", answer.headers["x-correlation-id"])
    ]


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n",
        b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=lambda sent: repr(sent[:24]),
)
def test_what_is_no_http_is_answered_without_a_word_of_the_server(server: Server, sent: bytes):
    before = len(server.log)
    with sockets.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        answer = b""
        try:
            connection.sendall(sent)
            connection.shutdown(sockets.SHUT_WR)
            while part := connection.recv(65_536):
                answer += part
        except OSError:
            pass  # hung up on: that says nothing either
    head, _, body = answer.partition(b"\r\n\r\n")
    assert answer == b"" or re.match(rb"HTTP/1\.1 [234]\d\d ", answer), answer[:200]
    assert not re.search(rb"uvicorn|httptools|h11|python|traceback|starlette", head + body, re.IGNORECASE)
    assert "Traceback" not in server.log[before:]
    assert '"level": "error"' not in server.log[before:]
