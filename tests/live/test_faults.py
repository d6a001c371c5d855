"""Clients that vanish, servers that stop, databases that are away: what is left behind, and what the others notice."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import col

from graphql_api.live import stream as stream_module
from jobs.bus.message import encode
from resolvers.database import Database
from resolvers.log.event_log import read_after
from resolvers.log.transaction import Log
from resolvers.projects import create_project
from resolvers.tables import UserStream
from resolvers.tasks import NewTask, create_task
from tests.live.inside import DEADLINE_SECONDS, Process, process, until
from tests.support.client import EVENTS, Api, open_socket
from tests.support.server import Server

CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } errors { code } } }"
POLL = "query ($after: Cursor) { events(after: $after) { nodes { cursor } } }"


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Process]:
    async with process(tmp_path / "data") as running:
        yield running


@pytest.fixture
async def ana(running: Process) -> AsyncIterator[Api]:
    async with Api(running.url) as api:
        await api.sign_up()
        yield api


@asynccontextmanager
async def without_database(running: Process) -> AsyncIterator[None]:
    """The file's folder is gone for a while, as a disk can be."""
    folder = running.parts.settings.data_dir
    away = folder.with_name("away")
    await running.parts.database.close()  # so that it has to be opened again
    folder.rename(away)
    try:
        yield
    finally:
        away.rename(folder)


async def change_streams(running: Process, **values: Any) -> None:
    async with running.parts.database.transaction() as session:
        await session.execute(sa.update(UserStream).values(**values))


async def expect_expired(running: Process, ana: Api, cursor: str) -> None:
    """As `next` with errors and then `complete`; likewise for who polls."""
    async with open_socket(running.url, ana.token) as socket:
        await socket.subscribe(EVENTS, after=cursor)
        payload = await socket.next()
        assert payload["data"] is None
        assert payload["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
        assert await socket.receive() == {"id": "1", "type": "complete"}
        await socket.subscribe(EVENTS, after=(await ana.run("{ cursor }"))["cursor"])
        await ana.run(CREATE, input={"title": "after loading anew"})
        assert (await socket.next())["data"]["events"]["data"]["title"] == "after loading anew"
    answer = await ana.post(POLL, {"after": cursor})
    assert answer["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"


async def test_a_cursor_older_than_the_log_is_kept_is_refused_and_nothing_comes_in_part(
    running: Process, ana: Api
):
    cursor = (await ana.run("{ cursor }"))["cursor"]
    for number in range(5):
        await ana.run(CREATE, input={"title": str(number)})
    kept = (await ana.run(POLL, after=cursor))["events"]["nodes"][2]["cursor"]
    await change_streams(running, min_seq=4)
    await expect_expired(running, ana, cursor)
    # The place right before the oldest event kept is still good.
    assert len((await ana.run(POLL, after=kept))["events"]["nodes"]) == 3


async def test_a_cursor_from_before_a_restore_is_refused_and_open_subscriptions_end(
    running: Process, ana: Api
):
    cursor = (await ana.run("{ cursor }"))["cursor"]
    async with open_socket(running.url, ana.token) as one, open_socket(running.url, ana.token) as two:
        await one.subscribe(EVENTS, after=cursor)
        await two.subscribe("subscription { events { id } }")
        await until(lambda: len(running.parts.sharing._groups) == 2)
        await change_streams(running, epoch=col(UserStream.epoch) + 1)
        await running.parts.hub.poll()
        for socket in (one, two):
            assert (await socket.next())["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
            assert await socket.receive() == {"id": "1", "type": "complete"}
    await expect_expired(running, ana, cursor)


async def test_two_hundred_idle_subscriptions_hold_no_connection_of_the_database(running: Process, ana: Api):
    parts = running.parts
    async with open_socket(running.url, ana.token) as one:
        sockets = [await open_socket(running.url, ana.token).__aenter__() for _ in range(9)]
        for socket in (one, *sockets):
            for number in range(20):
                await socket.subscribe(EVENTS, str(number), aggregateId=None if number % 2 else ana.user_id)
        groups = parts.sharing._groups
        await until(lambda: sum(len(group._live) for group in groups.values()) == 200)
        assert parts.database.reader.pool.checkedout() == parts.database.writer.pool.checkedout() == 0
        await ana.run(CREATE, input={"title": "still works"})
        for socket in (one, *sockets):
            ids = {(await socket.receive())["id"] for _ in range(10)}
            assert ids == {str(number) for number in range(1, 20, 2)}
        for socket in sockets:
            await socket.connection.close()


async def test_a_database_that_is_away_while_clients_introduce_themselves_closes_with_1013(
    running: Process, ana: Api, capfd: pytest.CaptureFixture[str]
):
    async with without_database(running), open_socket(running.url) as socket:
        await socket.send({"type": "connection_init", "payload": {"authorization": f"Bearer {ana.token}"}})
        assert await socket.close_code() == 1013
    async with open_socket(running.url, ana.token):
        pass
    written = capfd.readouterr()
    assert "Traceback" not in written.out + written.err


async def test_an_event_that_arrives_while_the_database_is_away_comes_whole_once_it_is_back(
    running: Process, ana: Api, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stream_module, "RETRY_SECONDS", 0.01)
    parts = running.parts
    elsewhere = Log(Database(parts.database.url))
    async with open_socket(running.url, ana.token) as socket:
        await socket.subscribe("subscription { events { type task { title project { name } } } }")
        await until(lambda: any(group._live for group in parts.sharing._groups.values()))
        user_id = next(iter(parts.hub._entries))

        async def act(tx: Any) -> None:
            project = await create_project(tx, None, "Home", "#64748b")
            assert project is not None
            await tx.session.flush()
            await create_task(tx, NewTask("Buy milk", project_id=str(project.id)))

        await elsewhere.change_as_job(user_id, act, "from-elsewhere")
        async with elsewhere.database.read() as session:
            events = await read_after(session, user_id, 0, 10)
        await elsewhere.database.close()
        async with without_database(running):
            for event in events:
                message = encode(event)
                await parts.broadcast.publish(channel=message.key, message=message.body.decode())
            assert (await socket.next())["data"]["events"]["type"] == "PROJECT_CREATED"
            coming = asyncio.create_task(socket.next())
            await asyncio.wait([coming], timeout=0.2)
            assert not coming.done()
        assert (await coming)["data"]["events"] == {
            "type": "TASK_CREATED",
            "task": {"title": "Buy milk", "project": {"name": "Home"}},
        }


async def test_clients_that_vanish_leave_no_task_feed_or_socket(running: Process, ana: Api):
    async def vanish() -> None:
        async with open_socket(running.url, ana.token) as socket:
            await socket.subscribe(EVENTS)
            socket.connection.transport.abort()

    parts = running.parts

    def nothing_left() -> bool:
        return not (parts.sockets._connections or parts.hub._entries or parts.sharing._groups)

    await vanish()
    await until(nothing_left)
    before = len(asyncio.all_tasks())
    for _ in range(10):
        await asyncio.gather(*(vanish() for _ in range(10)))
    await until(lambda: nothing_left() and len(asyncio.all_tasks()) <= before)
    assert parts.sockets._of_user == {}
    assert parts.broadcast._subscribers == {}


async def test_five_hundred_clients_that_vanish_leave_no_file_open(tmp_path: Path):
    server = Server(tmp_path)
    await server.start()
    try:
        async with Api(server.url) as ana:
            await ana.sign_up()
            after = (await ana.run("{ cursor }"))["cursor"]

            async def vanish() -> None:
                async with open_socket(server.url, ana.token) as socket:
                    await socket.subscribe(EVENTS, after=after)
                    socket.connection.transport.abort()

            async def settled() -> int:
                """The files that the server holds open once it has noticed."""
                async with asyncio.timeout(DEADLINE_SECONDS):
                    while True:
                        metrics = (await ana.http.get("/metrics")).text
                        if "taskflow_sockets_open 0.0" in metrics and "taskflow_live_users 0.0" in metrics:
                            return len(os.listdir(f"/proc/{server.pid}/fd"))  # noqa: PTH208

            # The pools open what they keep first.
            await asyncio.gather(*(vanish() for _ in range(10)))
            before = await settled()
            # A user has at most 20, and those that have just gone may still count.
            for _ in range(100):
                await asyncio.gather(*(vanish() for _ in range(5)))
            assert await settled() <= before + 2
            assert "Traceback" not in server.log
    finally:
        await server.kill()


async def test_a_stop_closes_sockets_with_1012_and_the_process_is_gone_in_time(tmp_path: Path):
    server = Server(tmp_path)
    await server.start()
    async with Api(server.url) as ana:
        await ana.sign_up()
        async with open_socket(server.url, ana.token) as one, open_socket(server.url, ana.token) as idle:
            await one.subscribe(EVENTS, after=(await ana.run("{ cursor }"))["cursor"])
            answers = [asyncio.create_task(ana.post(CREATE, {"input": {"title": "x"}})) for _ in range(20)]
            await one.next()
            began = time.monotonic()
            await server.stop()
            assert time.monotonic() - began < 10
            assert (await one.close_code(), await idle.close_code()) == (1012, 1012)
            answered = 0
            for answer in await asyncio.gather(*answers, return_exceptions=True):
                if isinstance(answer, dict):
                    assert answer["data"]["createTask"]["errors"] == []
                    answered += 1
                else:
                    assert isinstance(answer, httpx.TransportError)  # it came too late
        assert "Traceback" not in server.log
        await server.start()
        stored = (await ana.run("{ tasks { totalCount } }"))["tasks"]["totalCount"]
        assert stored >= answered > 0
    await server.stop()


@pytest.mark.parametrize("door", ["HTTP", "socket"])
async def test_a_mutation_that_has_begun_is_finished_when_the_server_stops(
    running: Process, ana: Api, door: str
):
    parts = running.parts
    async with open_socket(running.url, ana.token) as socket:
        async with parts.database.writer.begin():
            # It waits here for the one writer, and the stop for it.
            if door == "HTTP":
                answer = asyncio.create_task(ana.post(CREATE, {"input": {"title": "begun"}}))
            else:
                await socket.subscribe(CREATE, input={"title": "begun"})
            await until(lambda: _waiting(parts.database.writer.pool) == 1)
            running.server.should_exit = True
            assert await socket.close_code() == 1012
            await asyncio.wait([running.serving], timeout=1)
            assert not running.serving.done()
        if door == "HTTP":
            assert (await answer)["data"]["createTask"]["errors"] == []
        async with asyncio.timeout(10):
            await running.serving
    database = Database(parts.database.url)
    async with database.read() as session:
        assert list((await session.execute(sa.text("SELECT title FROM tasks"))).scalars()) == ["begun"]
    await database.close()


def _waiting(pool: Any) -> int:
    return len(pool._pool._queue._getters)


@pytest.mark.parametrize("frames", [1, 3])
async def test_a_client_that_goes_in_the_middle_of_its_mutation_has_it_finished(
    running: Process, ana: Api, frames: int
):
    async with running.parts.database.writer.begin(), open_socket(running.url, ana.token) as socket:
        for number in range(frames):
            await socket.subscribe(CREATE, str(number), input={"title": str(number)})
        await until(lambda: _waiting(running.parts.database.writer.pool) >= frames)
        socket.connection.transport.abort()
    await until(lambda: not running.parts.sockets._connections)
    assert (await ana.run("{ tasks { totalCount } }"))["tasks"]["totalCount"] == frames
