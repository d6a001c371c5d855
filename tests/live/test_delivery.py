"""Every event of the viewer's, in order, each once: against the running server."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from tests.support.client import EVENTS, Api, Socket, open_socket
from tests.support.replica import Replica, comparable
from tests.support.server import Server

DELIVERY_SECONDS = 20


async def create(api: Api, title: str, **more: Any) -> dict[str, Any]:
    payload = await api.mutate(
        "createTask", "task { id version } cursor errors { code }", title=title, **more
    )
    assert payload["errors"] == []
    return payload


async def titles(socket: Socket, count: int) -> list[str]:
    async with asyncio.timeout(DELIVERY_SECONDS):
        return [(await socket.next())["data"]["events"]["data"]["title"] for _ in range(count)]


@pytest.fixture
async def ben(server: Server) -> AsyncIterator[Api]:
    async with Api(server.url) as api:
        await api.sign_up()
        yield api


async def test_two_devices_hear_every_change_in_order_and_once(server: Server, ana: Api):
    after = (await ana.run("{ cursor }"))["cursor"]
    async with open_socket(server.url, ana.token) as one, open_socket(server.url, ana.token) as two:
        for socket in (one, two):
            await socket.subscribe(EVENTS, after=after)
        expected = [f"task {number}" for number in range(200)]
        for start in range(0, 200, 20):
            # Concurrent mutations commit in some order: their answers say which.
            payloads = await asyncio.gather(*(create(ana, title) for title in expected[start : start + 20]))
            assert len({payload["cursor"] for payload in payloads}) == 20
        heard_one, heard_two = await asyncio.gather(titles(one, 200), titles(two, 200))
        assert heard_one == heard_two
        assert sorted(heard_one) == sorted(expected)


async def test_without_a_cursor_comes_what_happens_from_now_on(server: Server, ana: Api):
    await create(ana, "before")
    async with open_socket(server.url, ana.token) as socket:
        await socket.subscribe(EVENTS)
        first = asyncio.create_task(socket.next())
        written = 0
        # Nothing says when "now" is: the first that comes does.
        while not first.done():
            await create(ana, str(written))
            written += 1
            await asyncio.wait([first], timeout=0.05)
        heard = int((await first)["data"]["events"]["data"]["title"])
        rest = [str(number) for number in range(heard + 1, written)]
        assert await titles(socket, len(rest)) == rest


async def test_nobody_hears_what_happens_to_others(server: Server, ana: Api, ben: Api):
    async with open_socket(server.url, ana.token) as anas, open_socket(server.url, ben.token) as bens:
        for socket, api in ((anas, ana), (bens, ben)):
            await socket.subscribe(EVENTS, after=(await api.run("{ cursor }"))["cursor"])
        await create(ben, "Ben's")
        await create(ana, "Ana's")
        assert await titles(anas, 1) == ["Ana's"]
        assert await titles(bens, 1) == ["Ben's"]


async def test_with_a_cursor_comes_exactly_what_happened_since_and_then_what_happens(
    server: Server, ana: Api
):
    await create(ana, "before")
    after = (await ana.run("{ cursor }"))["cursor"]
    missed = [f"missed {number}" for number in range(37)]
    for title in missed:
        await create(ana, title)
    async with open_socket(server.url, ana.token) as socket:
        await socket.subscribe(EVENTS, after=after)
        assert await titles(socket, 37) == missed
        await create(ana, "live")
        assert await titles(socket, 1) == ["live"]


async def test_an_events_cursor_is_that_of_the_mutations_answer(server: Server, ana: Api):
    after = (await ana.run("{ cursor }"))["cursor"]
    payload = await create(ana, "one")
    async with open_socket(server.url, ana.token) as socket:
        await socket.subscribe(EVENTS, after=after)
        event = (await socket.next())["data"]["events"]
    assert event["cursor"] == payload["cursor"] == (await ana.run("{ cursor }"))["cursor"]
    assert event["aggregateId"] == payload["task"]["id"]


async def test_a_resumed_subscription_misses_nothing_while_writers_run(server: Server, ana: Api):
    random_ = random.Random(3)
    heard: list[str] = []
    cursor = (await ana.run("{ cursor }"))["cursor"]

    async def write(writer: int) -> None:
        for number in range(60):
            await create(ana, f"{writer}-{number}")

    writers = asyncio.gather(*(write(writer) for writer in range(4)))
    async with asyncio.timeout(120):
        while len(heard) < 240:
            async with open_socket(server.url, ana.token) as socket:
                await socket.subscribe(EVENTS, after=cursor)
                for _ in range(min(random_.randint(1, 40), 240 - len(heard))):
                    event = (await socket.next())["data"]["events"]
                    heard.append(event["data"]["title"])
                    cursor = event["cursor"]
    await writers
    assert sorted(heard) == sorted(f"{writer}-{number}" for writer in range(4) for number in range(60))
    for writer in range(4):
        own = [title for title in heard if title.startswith(f"{writer}-")]
        assert own == [f"{writer}-{number}" for number in range(60)]


async def test_a_snapshot_and_the_events_after_its_cursor_are_a_fresh_snapshot(server: Server, ana: Api):
    async def write() -> None:
        for number in range(40):
            task = (await create(ana, f"{number}"))["task"]
            await ana.mutate("completeTask", "errors { code }", id=task["id"])
            if number % 3 == 0:
                await ana.mutate("deleteTask", "errors { code }", id=task["id"])

    writers = [asyncio.create_task(write()) for _ in range(3)]
    replicas = []
    while not all(writer.done() for writer in writers):
        replicas.append(await Replica.load(ana))
        await asyncio.wait(writers, timeout=0.05)
    await asyncio.gather(*writers)
    fresh = await Replica.load(ana)
    assert len(replicas) > 2
    for replica in replicas:
        async with open_socket(server.url, ana.token) as socket:
            await socket.subscribe(EVENTS, after=replica.cursor)
            async with asyncio.timeout(DELIVERY_SECONDS):
                while replica.cursor != fresh.cursor:
                    replica.apply((await socket.next())["data"]["events"])
        assert comparable(replica.state) == comparable(fresh.state)


async def test_a_filter_leaves_out_and_still_moves_on(server: Server, ana: Api):
    async with open_socket(server.url, ana.token) as socket:
        after = (await ana.run("{ cursor }"))["cursor"]
        await socket.subscribe(EVENTS, "typed", after=after, types=["TASK_COMPLETED"])
        task = (await create(ana, "one"))["task"]
        for number in range(150):
            await create(ana, f"left out {number}")
        await socket.subscribe(EVENTS, "one", after=after, aggregateId=task["id"])
        assert (await socket.next())["data"]["events"]["type"] == "TASK_CREATED"
        await ana.mutate("completeTask", "errors { code }", id=task["id"])
        got = [await socket.receive(), await socket.receive()]
        assert {message["id"] for message in got} == {"typed", "one"}
        assert {message["payload"]["data"]["events"]["type"] for message in got} == {"TASK_COMPLETED"}


@pytest.mark.parametrize("damage", ["another user's", "cut", "flipped", "from the future"])
async def test_a_cursor_that_is_not_ones_own_is_refused_as_next_with_errors_and_then_complete(
    server: Server, ana: Api, ben: Api, damage: str
):
    await create(ben, "Ben's")
    cursor = (await ana.run("{ cursor }"))["cursor"]
    bad = {
        "another user's": (await ben.run("{ cursor }"))["cursor"],
        "cut": cursor[:-3],
        "flipped": cursor[:-5] + ("A" if cursor[-5] != "A" else "B") + cursor[-4:],
        "from the future": cursor[:8] + "____" + cursor[12:],
    }[damage]
    async with open_socket(server.url, ana.token) as socket:
        await socket.subscribe(EVENTS, after=bad)
        payload = await socket.next()
        assert payload["errors"][0]["extensions"]["code"] == "CURSOR_INVALID"
        assert await socket.receive() == {"id": "1", "type": "complete"}
        # The socket is good for more.
        await socket.subscribe("{ viewer { id } }", "2")
        assert (await socket.next())["data"]["viewer"]["id"] == ana.user_id
    answer = await ana.post(
        "query ($after: Cursor) { events(after: $after) { nodes { id } } }", {"after": bad}
    )
    assert answer["errors"][0]["extensions"]["code"] == "CURSOR_INVALID"


async def test_what_does_not_look_like_a_cursor_at_all_is_bad_input(server: Server, ana: Api):
    for bad in ("garbage", "", 7, "not a cursor!"):
        answer = await ana.post(
            "query ($after: Cursor) { events(after: $after) { nodes { id } } }", {"after": bad}
        )
        assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_a_client_that_stops_reading_gets_all_of_it_later_and_delays_nobody(server: Server, ana: Api):
    after = (await ana.run("{ cursor }"))["cursor"]
    long = "x" * 15_000
    async with (
        # A small window, so that the server's own bound is what is met.
        open_socket(server.url, ana.token, max_queue=1) as slow,
        open_socket(server.url, ana.token) as quick,
    ):
        await slow.subscribe(EVENTS, after=after)
        await quick.subscribe(EVENTS, after=after)
        for number in range(300):
            await create(ana, f"{number}", description=long)
            assert await titles(quick, 1) == [f"{number}"]
        assert await titles(slow, 300) == [str(number) for number in range(300)]


async def test_a_client_that_vanishes_leaves_nothing_behind(server: Server, ana: Api):
    for _ in range(50):
        async with open_socket(server.url, ana.token) as socket:
            await socket.subscribe(EVENTS)
            socket.connection.transport.abort()
    async with asyncio.timeout(DELIVERY_SECONDS):
        while True:
            metrics = (await ana.http.get("/metrics")).text
            if "taskflow_sockets_open 0.0" in metrics and "taskflow_live_users 0.0" in metrics:
                break
    assert "Traceback" not in server.log


async def test_a_deleted_task_stays_deleted_for_who_replays(server: Server, ana: Api):
    replica = await Replica.load(ana)
    task = (await create(ana, str(uuid4())))["task"]
    await ana.mutate("deleteTask", "errors { code }", id=task["id"])
    async with open_socket(server.url, ana.token) as socket:
        await socket.subscribe(EVENTS, after=replica.cursor)
        for _ in range(2):
            replica.apply((await socket.next())["data"]["events"])
    assert replica.state["task"][task["id"]]["deletedAt"] is not None
    assert comparable(replica.state) == comparable((await Replica.load(ana)).state)
