"""One trace from the request of a client to the event on the bus."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import orjson
import pytest

from tests.live.inside import Process, process, until
from tests.support.client import Api

CREATE = 'mutation { createTask(input: {title: "Buy milk"}) { errors { code } } }'
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Process]:
    async with process(tmp_path) as running:
        yield running


@pytest.fixture
async def ana(running: Process) -> AsyncIterator[Api]:
    async with Api(running.url) as api:
        await api.sign_up()
        yield api


async def correlation_id(ana: Api, **headers: str) -> str:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await ana.http.post(
        "/graphql", json={"query": CREATE}, headers=headers | {"Authorization": f"Bearer {ana.token}"}
    )
    assert answer.json()["data"]["createTask"]["errors"] == []
    return answer.headers["x-correlation-id"]


async def test_the_trace_of_a_request_goes_on_with_its_event(running: Process, ana: Api):
    heard: list[dict[str, str]] = []
    running.parts.bus.listen(lambda message: heard.append(orjson.loads(message.body)))
    assert await correlation_id(ana, traceparent=f"00-{TRACE}-{SPAN}-01") == TRACE
    await until(lambda: heard)
    assert heard[0]["correlationid"] == TRACE
    version, trace, span, _ = heard[0]["traceparent"].split("-")
    assert (version, trace) == ("00", TRACE)
    assert span == UUID(heard[0]["id"]).hex[:16] != SPAN
    # What the sweep makes of the log after a crash is this very message.
    nodes = (await ana.run("{ events { nodes { id correlationId } } }"))["events"]["nodes"]
    assert nodes == [{"id": heard[0]["id"], "correlationId": TRACE}]


async def test_a_correlation_id_of_the_clients_goes_before_its_trace(ana: Api):
    assert await correlation_id(ana, x_correlation_id="mine", traceparent=f"00-{TRACE}-{SPAN}-01") == "mine"


async def test_a_later_version_may_say_more(ana: Api):
    assert await correlation_id(ana, traceparent=f"cc-{TRACE}-{SPAN}-01-more") == TRACE


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        TRACE,
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"cc-{TRACE}-{SPAN}-01more",
    ],
)
async def test_what_is_no_trace_is_passed_over(ana: Api, traceparent: str):
    UUID(given := await correlation_id(ana, traceparent=traceparent))
    assert given != TRACE
