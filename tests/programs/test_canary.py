"""The canary sings for a server that does what it should, and says in words what another one does not."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from graphql_api.programs.canary_round import Report, probe
from tests.live.inside import process
from tests.support.client import PASSWORD, Api
from tests.support.figures import Figures
from tests.support.server import KEPT_ENVIRONMENT, ROOT, Server

SECONDS = 10.0
TITLES = "{ tasks(first: 100, filter: {deleted: %s}) { nodes { id title } } }"


class Canary:
    """The program, as an operator runs it."""

    def __init__(self, url: str, email: str, *arguments: str, password: str = PASSWORD) -> None:
        self._command = ["-m", "graphql_api", "canary", "--url", url, *arguments]
        self._environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        self._environment |= {"CANARY_EMAIL": email, "CANARY_PASSWORD": password, "LOG_FORMAT": "json"}

    async def __aenter__(self) -> "Canary":
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *self._command, cwd=ROOT, env=self._environment, stdout=pipe, stderr=pipe
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    async def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            line = await self.process.stdout.readline()
        assert line, await self.said()
        return dict(json.loads(line))

    async def said(self) -> str:
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()

    async def status(self) -> int:
        async with asyncio.timeout(60):
            return await self.process.wait()


async def titles(api: Api, *, deleted: bool) -> set[str]:
    found = await api.run(TITLES % str(deleted).lower())
    return {task["title"] for task in found["tasks"]["nodes"]}


async def test_a_server_that_is_well(shared_server: Server, ana: Api):
    mine = (await ana.mutate("createTask", "task { id }", title="taskflow-canary of Ana"))["task"]["id"]
    left = "0e4a6a1c-6a36-4f4e-9a53-5b1f6a6f0001"
    if shared_server.database_url.startswith("postgresql"):
        left = "0e4a6a1c-6a36-4f4e-9a53-5b1f6a6f0002"
    await ana.mutate("createTask", "errors { code }", id=left, title=f"taskflow-canary {left}")
    # Another's id in its title: not one of the canary's.
    await ana.mutate("createTask", "errors { code }", title=f"taskflow-canary {mine}")
    before = await titles(ana, deleted=False)
    async with Canary(shared_server.url, ana.email) as canary:
        report = await canary.line()
        assert await canary.status() == 0, await canary.said()
    assert report["ok"] is True
    assert report["leftovers"] == 1
    took = report["milliseconds"]
    assert list(took) == ["sign in", "watch", "createTask", "updateTask", "completeTask", "deleteTask"]
    for step in list(took)[2:]:
        assert took[step]["event"] > 0
    # It took away what was a canary's, and left all else as it was.
    assert await titles(ana, deleted=False) == before - {f"taskflow-canary {left}"}
    sessions = (await ana.run("{ sessions { id current } }"))["sessions"]
    assert [session["current"] for session in sessions] == [True]


async def test_a_wrong_password(shared_server: Server, ana: Api):
    async with Canary(shared_server.url, ana.email, password="wrong horse battery") as canary:
        report = await canary.line()
        assert await canary.status() == 1
        assert "wrong horse" not in await canary.said() + str(report)
    assert (report["ok"], report["step"]) == (False, "sign in")
    assert report["failed"].startswith("Sign-in was refused: logIn: BAD_CREDENTIALS")


async def test_a_server_that_is_killed_and_comes_back(tmp_path: Path):
    server = Server(tmp_path)
    await server.start()
    figures = tmp_path / "taskflow.prom"
    try:
        async with Api(server.url) as api:
            await api.sign_up()
        arguments = ("--every", "10", "--timeout", "5", "--textfile", str(figures))
        async with Canary(server.url, api.email, *arguments) as canary:
            assert (await canary.line())["ok"] is True
            await server.kill()
            report = await canary.line()
            assert report["failed"].startswith("The server does not answer: ")
            await server.start()
            assert (await canary.line())["ok"] is True
            canary.process.send_signal(signal.SIGTERM)
            assert await canary.status() == 0
            told = Figures(figures.read_text("utf-8"))
            assert told.of("taskflow_canary_up") == 1
            assert told.of("taskflow_canary_seconds", step="updateTask", until="event") > 0
            assert figures.stat().st_mode & 0o777 == 0o644
    finally:
        await server.kill()


async def test_a_server_that_shows_nothing(tmp_path: Path):
    """Neither the commit nor the bus wakes the socket; the poll would, later."""
    async with process(tmp_path) as running, Api(running.url) as api:
        await api.sign_up()
        running.parts.log.on_commit.clear()
        report = await probe(running.url, api.email, PASSWORD, 1.0)
        assert (report.step, report.failed) == ("createTask", "No event TASK_CREATED within 1 s")
        assert await titles(api, deleted=False) == set()  # it tidied up


async def test_a_server_that_ends_in_the_middle(tmp_path: Path):
    async with process(tmp_path) as running, Api(running.url) as api:
        await api.sign_up()

        def end(_: object) -> None:
            for connection in list(running.parts.sockets._connections):
                running.parts.sockets.close(connection, 1013, "The server can't go on right now")

        running.parts.log.on_commit[:] = [end]
        report = await probe(running.url, api.email, PASSWORD, SECONDS)
    assert report.step == "createTask"
    assert report.failed == "The socket was closed: 1013 The server can't go on right now"


async def test_a_host_that_is_no_taskflow(tmp_path: Path):
    async with serving(Starlette(routes=[])) as url:
        report = await probe(url, "a@example.com", PASSWORD, SECONDS)
    assert (report.step, report.failed) == ("sign in", "The answer is not GraphQL's: status 404")


async def test_a_host_that_never_answers():
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        report = await probe(f"http://127.0.0.1:{port}", "a@example.com", PASSWORD, 0.2)
        assert report.failed == "The server does not answer: nothing within 0.2 s"
        server.close_clients()


#: What a broken way to the sockets could do to events: given what came so far, what goes on to the device.
TAMPERING: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "leaves one out": (
        lambda came: [] if "TASK_UPDATED" in came[-1] else came[-1:],
        "No event TASK_UPDATED within 1 s",
    ),
    "leaves another device's out": (
        lambda came: [] if "LABEL_CREATED" in came[-1] else came[-1:],
        "The socket left out 1 of 5 events",
    ),
    "tells one twice": (
        lambda came: came[-1:] * 2 if "TASK_COMPLETED" in came[-1] else came[-1:],
        "The socket told of an event twice",
    ),
    "mixes them up": (
        lambda came: (
            [] if "LABEL_CREATED" in came[-1] else [came[-1], *came[-2:-1]] if mixed(came) else came[-1:]
        ),
        "The socket told of events in another order than the log, or of others",
    ),
}


def mixed(came: list[str]) -> bool:
    return len(came) > 1 and "LABEL_CREATED" in came[-2]


@pytest.mark.parametrize("how", TAMPERING)
async def test_a_way_to_the_sockets_that_is_broken(shared_server: Server, ana: Api, how: str):
    tamper, words = TAMPERING[how]
    async with in_between(shared_server.url, ana, tamper) as url:
        report: Report = await probe(url, ana.email, PASSWORD, 1.0 if "within" in words else SECONDS)
    assert report.failed == words


async def test_a_way_to_the_sockets_that_is_as_it_should_be(shared_server: Server, ana: Api):
    async with in_between(shared_server.url, ana, lambda came: came[-1:]) as url:
        report = await probe(url, ana.email, PASSWORD, SECONDS)
    assert report.failed is None


@contextlib.asynccontextmanager
async def in_between(url: str, api: Api, tamper: Callable[[list[str]], list[str]]) -> AsyncIterator[str]:
    """A server before the real one, through which events go; and another device, which makes a label meanwhile."""
    http = httpx.AsyncClient(timeout=20)

    async def post(request: Request) -> Response:
        body = await request.body()
        if b"CanaryUpdate" in body:
            await api.mutate("createLabel", "errors { code }", name="meanwhile")
        kept = {
            name: value
            for name, value in request.headers.items()
            if name in ("authorization", "content-type")
        }
        answer = await http.post(f"{url}/graphql", content=body, headers=kept)
        return Response(answer.content, answer.status_code, media_type="application/json")

    async def watch(device: WebSocket) -> None:
        await device.accept("graphql-transport-ws")
        real = f"ws{url.removeprefix('http')}/graphql"
        async with connect(real, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]

            async def there() -> None:
                while True:
                    await socket.send(await device.receive_text())

            sending = asyncio.create_task(there())
            came: list[str] = []
            with contextlib.suppress(Exception):
                async for text in socket:
                    if '"type":"next"' in str(text):
                        came.append(str(text))
                        for each in tamper(came):
                            await device.send_text(each)
                    else:
                        await device.send_text(str(text))
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    routes = [Route("/graphql", post, methods=["POST"]), WebSocketRoute("/graphql", watch)]
    async with http, serving(Starlette(routes=routes)) as served:
        yield served


@contextlib.asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    config = uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1, ws="websockets-sansio")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--url", "tasks.example.com"), "is a URL without a path"),
        (("--url", "https://tasks.example.com/graphql"), "is a URL without a path"),
        (("--url", "http://127.0.0.1:1", "--every", "1"), "is a number of seconds from 10 to 3600"),
        (("--url", "http://127.0.0.1:1", "--timeout", "soon"), "is a number of seconds from 0.1"),
    ],
)
async def test_arguments_that_can_not_be_used(arguments: tuple[str, ...], words: str):
    async with Canary("http://127.0.0.1:1", "a@example.com", *arguments) as canary:
        assert await canary.status() == 2
        assert words in await canary.said()


async def test_without_an_account_it_says_which_setting_is_missing():
    async with Canary("http://127.0.0.1:1", "a@example.com", password="") as canary:
        assert await canary.status() == 78
        assert "CANARY_PASSWORD: " in await canary.said()
