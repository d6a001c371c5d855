"""The load client counts from when a request was due, and notes what a device was not told, or twice."""

import asyncio
import os
import re
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import uvicorn

from tests.bench.peers import loads, programs
from tests.bench.peers.documents import TITLE
from tests.bench.peers.subjects import Raw
from tests.bench.post import BenchFailed

pytestmark = pytest.mark.services

RATE, SECONDS = 100.0, 1.0
#: Within what is measured: the first second warms up.
MIDDLE = 150
STALL_SECONDS = 0.5


class Publisher:
    """An ASGI application: what is posted goes to the sockets as often as `times` says, by its number from 0."""

    def __init__(self) -> None:
        self.times: Callable[[int], int] = lambda number: 1
        self.stalls_at = -1
        self._sockets: set[Any] = set()
        self._first: int | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
            self._sockets.add(send)
            await receive()
            self._sockets.discard(send)
            return
        text = (await receive())["body"].decode()
        found = re.search(r"bench-(\d{8})", text)
        assert found is not None
        self._first = int(found[1]) if self._first is None else self._first
        number = int(found[1]) - self._first
        if number == self.stalls_at:
            await asyncio.sleep(STALL_SECONDS)
        for deliver in self._sockets:
            for _ in range(self.times(number)):
                await deliver({"type": "websocket.send", "text": text})
        headers = [(b"content-length", b"11")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'"errors":[]'})


@pytest.fixture
async def served() -> AsyncIterator[tuple[Publisher, Raw]]:
    publisher = Publisher()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(publisher, lifespan="off", log_config=None, ws="websockets-sansio")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield publisher, Raw("test", listener.getsockname()[1], os.getpid(), [""], sample=("", f'"{TITLE}"'))
    server.should_exit = True
    await serving


async def under_load(subject: Raw, connections: int) -> loads.Outcome:
    plan = loads.to_other_device(users=1, devices=2, rate=RATE, seconds=SECONDS)(subject)
    plan |= {"Connections": connections, "PatienceSeconds": 1.0}
    programs.load_client()
    return await asyncio.to_thread(loads.run, subject, lambda _: plan)


async def test_what_waits_behind_a_slow_answer_counts_as_slow(served: tuple[Publisher, Raw]) -> None:
    publisher, subject = served
    publisher.stalls_at = MIDDLE
    outcome = await under_load(subject, connections=1)
    assert outcome.count == RATE * SECONDS
    assert outcome.delivered == 2 * outcome.count
    # One answer alone was late by itself: by when they were sent, the others were quick, so 99 of 100 would be.
    assert outcome.result["Answers"]["P95"] > 1000 * STALL_SECONDS / 4
    assert outcome.result["Deliveries"]["P95"] > 1000 * STALL_SECONDS / 4


@pytest.mark.parametrize(("times", "said"), [(0, "2 missing, 0 twice"), (2, "0 missing, 2 twice")])
async def test_what_did_not_arrive_and_what_came_twice_is_told(
    served: tuple[Publisher, Raw], times: int, said: str
) -> None:
    publisher, subject = served
    publisher.times = lambda number: times if number == MIDDLE else 1
    with pytest.raises(BenchFailed, match=said):
        await under_load(subject, connections=8)
