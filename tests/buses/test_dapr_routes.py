"""What the sidecar may ask of the app, what it is answered, and that nobody else is."""

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from graphql_api.doors import dapr as dapr_routes
from jobs.bus import Message
from jobs.bus.dapr_bus import DaprBus, DaprConfig
from resolvers.errors import Unavailable
from tests.buses.dapr_fixture import App
from tests.buses.hearing import Heard
from tests.services.daprd import APP_API_TOKEN
from tests.services.ports import free_ports

TOKEN = {"dapr-api-token": APP_API_TOKEN}
ROUTES = [
    ("GET", "/dapr/subscribe"),
    ("POST", "/dapr/events"),
    ("POST", "/dapr/fanout"),
    ("POST", "/dapr/tick"),
]


@pytest.fixture
async def bus() -> AsyncIterator[DaprBus]:
    bus = DaprBus(DaprConfig(*free_ports(2)))
    await bus.start()
    yield bus
    await bus.stop()


@pytest.fixture
async def app() -> AsyncIterator[App]:
    app = App()
    yield app
    await app.stop()


@pytest.fixture
async def http(app: App) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{app.port}", timeout=20) as http:
        yield http


def wrapped(body: bytes) -> dict[str, str]:
    """As the sidecar sends what it was told to leave as it is."""
    return {"specversion": "1.0", "id": "of the sidecar", "data_base64": base64.b64encode(body).decode()}


@pytest.mark.parametrize("headers", [{}, {"dapr-api-token": ""}, {"dapr-api-token": APP_API_TOKEN + "x"}])
@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_without_the_token_nothing_is_told_and_nothing_is_done(
    app: App, bus: DaprBus, http: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
):
    heard, taken = Heard(), Heard()
    bus.listen(heard)
    bus.consume(taken.handle)
    await app.start(bus)
    answer = await http.request(method, path, headers=headers, json=wrapped(b"forged"))
    assert answer.status_code == 401
    assert "kafka" not in answer.text
    assert (heard.messages, taken.messages, app.due.worked.is_set()) == ([], [], False)


@pytest.mark.parametrize(("works", "serves"), [(True, True), (True, False), (False, True)])
async def test_each_role_subscribes_to_its_own(
    app: App, bus: DaprBus, http: httpx.AsyncClient, works: bool, serves: bool
):
    await app.start(bus, does_the_work=works, serves_clients=serves)
    told = (await http.get("/dapr/subscribe", headers=TOKEN)).json()
    events = {"pubsubname": "kafka-pubsub", "route": "/dapr/events", "deadLetterTopic": "tasks.events.dlq"}
    fanout = {"pubsubname": "kafka-fanout", "route": "/dapr/fanout"}
    common = {"topic": "tasks.events", "metadata": {"rawPayload": "true"}}
    assert told == [*([events | common] if works else []), *([fanout | common] if serves else [])]
    assert (await http.post("/dapr/tick", headers=TOKEN)).status_code == (200 if works else 404)


async def test_a_message_comes_out_of_the_sidecars_envelope_with_its_key(
    app: App, bus: DaprBus, http: httpx.AsyncClient
):
    heard, taken = Heard(), Heard()
    bus.listen(heard)
    bus.consume(taken.handle)
    await app.start(bus)
    for path in ("/dapr/events", "/dapr/fanout"):
        sent = {**TOKEN, "__key": "%C3%A4+%2B"}
        answer = await http.post(path, headers=sent, json=wrapped(b"\x00\xff"))
        assert (answer.status_code, answer.json()) == (200, {"status": "SUCCESS"})
    assert heard.messages == taken.messages == [Message("ä +", b"\x00\xff")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"data_base64": 7}',
        b'{"data_base64": "?"}',
        b"x" * (dapr_routes.BODY_BYTES + 1),
    ],
    ids=["empty", "cut off", "a list", "nothing in it", "a number", "no base64", "too large"],
)
async def test_what_the_sidecar_never_sends_is_put_aside_by_it_and_only_passed_over_by_those_who_show(
    app: App, bus: DaprBus, http: httpx.AsyncClient, body: bytes
):
    bus.consume(Heard().handle)
    await app.start(bus)
    refused = dapr_routes.refused_total.labels("body")._value
    before = refused.get()
    assert (await http.post("/dapr/events", headers=TOKEN, content=body)).json() == {"status": "DROP"}
    assert (await http.post("/dapr/fanout", headers=TOKEN, content=body)).json() == {"status": "SUCCESS"}
    assert refused.get() == before + 2


@pytest.mark.parametrize("error", [ValueError("on purpose"), Unavailable(), TimeoutError()])
async def test_what_could_not_be_dealt_with_has_to_come_again(
    app: App, bus: DaprBus, http: httpx.AsyncClient, error: Exception
):
    async def handle(messages: Sequence[Message]) -> None:
        raise error

    bus.consume(handle)
    await app.start(bus)
    answer = await http.post("/dapr/events", headers=TOKEN, json=wrapped(b"x"))
    assert (answer.status_code, answer.json()) == (503, {"status": "RETRY"})


async def test_a_bus_that_stops_takes_nothing_more(app: App, bus: DaprBus, http: httpx.AsyncClient):
    heard, taken = Heard(), Heard()
    bus.listen(heard)
    bus.consume(taken.handle)
    await app.start(bus)
    await bus.stop()
    assert (await http.post("/dapr/events", headers=TOKEN, json=wrapped(b"x"))).status_code == 503
    assert (await http.post("/dapr/fanout", headers=TOKEN, json=wrapped(b"x"))).status_code == 200
    assert (heard.messages, taken.messages) == ([], [])


async def test_a_tick_waits_for_no_other_and_says_when_the_database_is_away(
    app: App, bus: DaprBus, http: httpx.AsyncClient
):
    entered, leave = asyncio.Event(), asyncio.Event()

    async def work() -> float:
        entered.set()
        await leave.wait()
        raise Unavailable

    app.due.work = work  # type: ignore[method-assign]
    await app.start(bus)
    first = asyncio.create_task(http.post("/dapr/tick", headers=TOKEN))
    await entered.wait()
    assert (await http.post("/dapr/tick", headers=TOKEN)).status_code == 200
    leave.set()
    assert (await first).status_code == 503
