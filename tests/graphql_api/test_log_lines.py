"""One change, followed through the log: its lines carry the same ids, and nothing that a user wrote."""

import json
from pathlib import Path
from typing import Any

import pytest
import structlog

from graphql_api.telemetry import operations
from tests.live.inside import process, until
from tests.support.client import EVENTS, Api, open_socket
from tests.support.server import Server

TITLE = "Surprise party for Ben"
CREATE = f'mutation Surprise {{ createTask(input: {{title: "{TITLE}"}}) {{ task {{ id }} }} }}'


def lines(server: Server) -> list[dict[str, Any]]:
    """All are JSON, whoever wrote them; the last may not be whole yet."""
    return [json.loads(line) for line in server.log.splitlines(keepends=True) if line.endswith("\n")]


async def test_a_change_can_be_followed_by_its_ids(tmp_path: Path):
    server = Server(tmp_path, LOG_LEVEL="debug")
    await server.start()
    try:
        async with Api(server.url) as api, open_socket_of(server, api) as socket:
            await api.run(CREATE)  # the socket follows closely from here on
            await socket.next()
            answer = await api.http.post(
                "/graphql",
                json={"query": CREATE},
                headers={"Authorization": f"Bearer {api.token}", "X-Correlation-ID": "followed"},
            )
            event = (await socket.next())["data"]["events"]
            assert event["correlationId"] == answer.headers["x-correlation-id"] == "followed"
            wanted = {"event_published", "event_consumed", "event_delivered", "event_heard"}

            def about_event() -> list[dict[str, Any]]:
                return [line for line in lines(server) if line.get("event_id") == event["id"]]

            await until(lambda: wanted <= {line["event"] for line in about_event()})
            found = about_event()
            assert {line["correlation_id"] for line in found} == {"followed"}
            assert {line["user_id"] for line in found} == {api.user_id}
            (operation,) = [
                line
                for line in lines(server)
                if line["event"] == "operation" and line["correlation_id"] == "followed"
            ]
            assert operation["user_id"] == api.user_id
            assert operation["operation"] == "Surprise"
            assert (operation["transport"], operation["kind"], operation["outcome"]) == (
                "http",
                "mutation",
                "OK",
            )
            assert operation["milliseconds"] > 0
        for secret in (TITLE, api.email, api.token or "no token"):
            assert secret not in server.log
    finally:
        await server.kill()


class open_socket_of:  # noqa: N801 - used as a function is
    """Of somebody who has just signed up, and watches."""

    def __init__(self, server: Server, api: Api) -> None:
        self._server, self._api = server, api

    async def __aenter__(self):
        await self._api.sign_up()
        self._opening = open_socket(self._server.url, self._api.token)
        socket = await self._opening.__aenter__()
        await socket.subscribe(EVENTS)
        return socket

    async def __aexit__(self, *error: object) -> None:
        await self._opening.__aexit__(*error)


async def test_by_default_an_operation_that_went_well_leaves_no_line(shared_server: Server, ana: Api):
    before = len(lines(shared_server))
    await ana.run("{ viewer { id } }")
    assert [line["event"] for line in lines(shared_server)[before:] if line["event"] == "operation"] == []


async def test_an_operation_that_takes_too_long_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with process(tmp_path) as running, Api(running.url) as api:
        await api.sign_up()
        monkeypatch.setattr(operations, "SLOW_SECONDS", 0)
        with structlog.testing.capture_logs() as written:
            await api.run("query Slow { viewer { id } }")
    (line,) = [line for line in written if line["event"] == "operation_slow"]
    assert (line["log_level"], line["operation"], line["outcome"]) == ("warning", "Slow", "OK")
