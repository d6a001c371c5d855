"""One trace from a request to what another device is shown, as a collector gets it."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.live.inside import until
from tests.services.kafka import Kafka
from tests.services.postgres import make_database
from tests.support.client import EVENTS, Api, open_socket
from tests.support.collector import Collector, Taken
from tests.support.figures import figures
from tests.support.server import ROOT, Server

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"
TITLE = "Surprise party"
CREATE = f'mutation {{ createTask(input: {{title: "{TITLE}"}}) {{ task {{ id }} errors {{ code }} }} }}'
#: What hangs on the span in which an event was recorded.
CAUSED = {"publish task.created", "fan out task.created", "consume task.created", "deliver task.created"}
SERVER, INTERNAL, PRODUCER, CONSUMER = 2, 1, 4, 5


@pytest.fixture
def collector():
    with Collector() as collector:
        yield collector


def exporting(collector: Collector, folder: Path, **environment: str) -> Server:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    return Server(folder, **(settings | environment))


async def create(api: Api, **headers: str) -> None:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await api.http.post(
        "/graphql", json={"query": CREATE}, headers={"Authorization": f"Bearer {api.token}"} | given
    )
    assert answer.json()["data"]["createTask"]["errors"] == []


async def create_until_followed(socket: Any, api: Api) -> None:
    """A device that has just come may read the first event from the log."""
    await create(api)
    await socket.next()


def one(spans: list[Taken], name: str) -> Taken:
    (found,) = [span for span in spans if span.name == name]
    return found


def assert_tree(spans: list[Taken], event_id: str) -> None:
    """Every span, below which it stands, and that they are of one trace."""
    request = one(spans, "POST /graphql")
    assert (request.kind, request.parent_id) == (SERVER, SPAN)
    mutation = one(spans, "mutation createTask")
    assert (mutation.kind, mutation.parent_id) == (INTERNAL, request.span_id)
    recorded = one(spans, "record task.created")
    assert (recorded.kind, recorded.parent_id) == (PRODUCER, mutation.span_id)
    # As its traceparent on the bus has it.
    assert recorded.span_id == UUID(event_id).hex[:16]
    for name in CAUSED:
        for span in (span for span in spans if span.name == name):
            assert span.parent_id == recorded.span_id
    assert one(spans, "publish task.created").kind == PRODUCER
    consumed = one(spans, "consume task.created")
    assert consumed.kind == CONSUMER
    assert one(spans, "effect Notify").parent_id == consumed.span_id
    assert one(spans, "deliver task.created").attributes["taskflow.sockets"] == 1
    assert {span.name for span in spans} == CAUSED | {
        "POST /graphql",
        "mutation createTask",
        "record task.created",
        "effect Notify",
    }
    assert not any(span.failed for span in spans)


async def test_a_change_is_one_trace_up_to_the_socket(tmp_path: Path, collector: Collector):
    server = exporting(
        collector,
        tmp_path,
        LOG_LEVEL="debug",
        OTEL_EXPORTER_OTLP_HEADERS="api-key=a%20key",
        OTEL_SERVICE_NAME="tasks",
    )
    await server.start()
    try:
        async with Api(server.url) as api:
            await api.sign_up()
            async with open_socket(server.url, api.token) as socket:
                await socket.subscribe(EVENTS)
                await create_until_followed(socket, api)
                await create(api, traceparent=PARENT)
                event = (await socket.next())["data"]["events"]
            assert event["correlationId"] == TRACE
            await until(lambda: {span.name for span in collector.of(TRACE)} >= CAUSED | {"effect Notify"})
            assert_tree(collector.of(TRACE), event["id"])
            assert {span.attributes.get("enduser.id") for span in collector.of(TRACE)} <= {None, api.user_id}
            secrets = (TITLE, api.email, api.token or "", "correct horse")
        assert collector.headers[0]["api-key"] == "a key"
        assert {span.service for span in collector.spans} == {"tasks"}
        # The same trace in the lines of the log.
        for line in ("event_consumed", "event_delivered", '"operation"'):
            (written,) = [found for found in server.log.splitlines() if line in found and TRACE in found]
            assert f'"trace_id": "{TRACE}"' in written
        for body in collector.bodies:
            for secret in secrets:
                assert secret.encode() not in body
    finally:
        await server.kill()


@pytest.mark.services
async def test_it_goes_on_in_other_processes(
    tmp_path: Path, collector: Collector, postgresql_url: str, kafka: Kafka
):
    common = {
        "DATABASE_URL": make_database(postgresql_url, f"t{uuid4().hex}"),
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap,
        "KAFKA_TOPIC": f"t{uuid4().hex}",
        "JWT_SECRET": "processes that know each other's tokens",
    }
    writes, shows, works = (
        exporting(collector, tmp_path / name, OTEL_SERVICE_NAME=name, ROLE=role, **common)
        for name, role in (("writes", "api"), ("shows", "api"), ("works", "worker"))
    )
    servers = [writes, shows, works]
    try:
        for server in servers:
            await server.start()
        async with Api(writes.url) as api:
            await api.sign_up()
            async with open_socket(shows.url, api.token) as socket:
                await socket.subscribe(EVENTS)
                await create_until_followed(socket, api)
                # What is first heard of by the poll is read from the log: then another one is made.
                delivered: list[Taken] = []
                while not delivered:
                    correlation_id = uuid4().hex
                    await create(api, traceparent=f"00-{correlation_id}-{SPAN}-01")
                    event = (await socket.next())["data"]["events"]
                    await until(
                        lambda trace=correlation_id: (
                            {(span.service, span.name.partition(" ")[0]) for span in collector.of(trace)}
                            >= {("works", "effect"), ("writes", "publish"), ("shows", "fan")}
                            and any(span.name[:6] in ("delive", "replay") for span in collector.of(trace))
                        )
                    )
                    delivered = [s for s in collector.of(correlation_id) if s.name == "deliver task.created"]
        spans = collector.of(correlation_id)
        # Each process that serves clients hears the whole bus.
        assert {s.service for s in spans if s.name == "fan out task.created"} == {"writes", "shows"}
        assert_tree(spans, event["id"])
        assert one(spans, "deliver task.created").service == "shows"
        assert one(spans, "consume task.created").service == "works"
        assert one(spans, "publish task.created").service == "writes"
        assert len({span.instance for span in spans}) == 3
    finally:
        for server in servers:
            await server.kill()


@pytest.fixture
async def server(tmp_path: Path, collector: Collector) -> AsyncIterator[Server]:
    server = exporting(collector, tmp_path)
    await server.start()
    yield server
    await server.kill()


async def test_a_correlation_id_of_the_clients_goes_before_its_trace_which_is_linked(
    server: Server, collector: Collector
):
    async with Api(server.url) as api:
        await api.sign_up()
        await create(api, X_Correlation_ID="mine", traceparent=PARENT)
    await until(lambda: [span for span in collector.spans if TRACE in span.links])
    (request,) = [span for span in collector.spans if TRACE in span.links]
    assert (request.name, request.parent_id) == ("POST /graphql", "")
    assert request.attributes["taskflow.correlation_id"] == "mine"
    assert collector.of(TRACE) == []


async def test_operations_on_sockets_have_traces_of_their_own(server: Server, collector: Collector):
    async with Api(server.url) as api:
        await api.sign_up()
        async with open_socket(server.url, api.token) as socket:
            await socket.subscribe(CREATE)
            await socket.receive()
    await until(lambda: [s for s in collector.spans if s.name == "record task.created"])
    recorded = one(collector.spans, "record task.created")
    mutation = one(collector.of(recorded.trace_id), "mutation createTask")
    assert (mutation.kind, mutation.parent_id) == (SERVER, "")
    assert recorded.parent_id == mutation.span_id


async def test_all_processes_keep_the_same_part_of_the_traces(tmp_path: Path, collector: Collector):
    server = exporting(collector, tmp_path, OTEL_TRACES_SAMPLER="traceidratio", OTEL_TRACES_SAMPLER_ARG="0.5")
    await server.start()
    low, high = "0" * 16 + "0" * 15 + "1", "f" * 32
    try:
        async with Api(server.url) as api:
            await api.sign_up()
            for trace in (high, low):
                # What the client says of it does not count.
                await create(api, traceparent=f"00-{trace}-{SPAN}-{'01' if trace == high else '00'}")
        wanted = {"POST /graphql", "record task.created", "publish task.created", "consume task.created"}
        await until(lambda: wanted <= {span.name for span in collector.of(low)})
        assert collector.of(high) == []
    finally:
        await server.kill()


async def test_a_collector_that_hangs_holds_up_nothing_and_the_stop_for_a_moment(
    server: Server, collector: Collector
):
    collector.hangs = threading.Event()
    async with Api(server.url) as api:
        await api.sign_up()
        await asyncio.to_thread(collector.asked.wait, 20)
        for _ in range(20):
            await create(api)
    began = time.monotonic()
    await server.stop()
    assert time.monotonic() - began < 8  # as long as a stop may take without it
    assert "traces_left_over" in server.log


async def test_a_collector_that_is_away_is_said_once(server: Server, collector: Collector):
    collector.answer = 400
    async with Api(server.url) as api:
        await api.sign_up()
        while (await figures(server.url)).of("taskflow_spans_total", outcome="lost") < 30:
            await create(api)
        assert server.log.count("traces_not_exported") == 1
        assert "Traceback" not in server.log
        collector.answer = 200
        await create(api, traceparent=PARENT)
        await until(lambda: collector.of(TRACE))
    assert server.log.count("traces_exported_again") == 1


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "no pair"),
        ("OTEL_TRACES_SAMPLER", "sometimes"),
        ("OTEL_TRACES_SAMPLER_ARG", "2"),
    ],
)
async def test_a_setting_that_can_not_be_used_is_named(tmp_path: Path, variable: str, value: str):
    server = Server(tmp_path, **{variable: value})
    with pytest.raises(AssertionError, match=f"{variable}: "):
        await server.start()
    await server.kill()


def test_without_a_collector_nothing_is_loaded_for_it():
    program = (
        "import asyncio, sys, tempfile, pathlib\n"
        "from graphql_api.settings import Settings\n"
        "from graphql_api.app import build_app\n"
        "from graphql_api.wiring import open_parts, migrate_database\n"
        "settings = Settings(data_dir=pathlib.Path(tempfile.mkdtemp()))\n"
        "async def main():\n"
        "    await migrate_database(settings)\n"
        "    parts = open_parts(settings)\n"
        "    build_app(parts)\n"
        "    await parts.start()\n"
        "    await parts.stop()\n"
        "asyncio.run(main())\n"
        # The API's package comes with FastAPI.
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]", done.stdout
