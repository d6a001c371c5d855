"""What /metrics tells of what users do, and that it tells nothing of what they write."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from graphql_api.version import VERSION
from schema.payloads import AnswerRefusals
from schema.root import build_schema
from tests.live.inside import Process, process, until
from tests.support.client import EVENTS, Api, GraphQLFailed, open_socket
from tests.support.figures import Figures, figures
from tests.support.server import Server

CREATE = 'mutation { createTask(input: {title: "Buy milk"}) { task { id } cursor } }'


class Change:
    """What a figure grew by since."""

    def __init__(self, url: str, before: Figures) -> None:
        self._url = url
        self._before = before
        self._after = before

    async def look(self) -> None:
        self._after = await figures(self._url)

    def of(self, name: str, **labels: str) -> float:
        return self._after.of(name, **labels) - self._before.of(name, **labels)


async def since(server: Server) -> Change:
    return Change(server.url, await figures(server.url))


async def test_a_mutation_is_counted_and_timed_by_its_name_and_by_what_came_of_it(
    shared_server: Server, ana: Api
):
    change = await since(shared_server)
    await ana.run(CREATE)
    # Not even asked for its errors, nor called by its name.
    await ana.run('mutation { secret: updateTask(input: {id: "x"}) { errors: cursor } }')
    with pytest.raises(GraphQLFailed):
        await ana.run("mutation { createTask }")
    await change.look()
    assert change.of("taskflow_mutation_seconds_count", mutation="createTask", outcome="ok") == 1
    assert change.of("taskflow_mutation_seconds_count", mutation="updateTask", outcome="refused") == 1
    operations = "taskflow_operations_total"
    assert change.of(operations, kind="mutation", transport="http", code="OK") == 1
    assert change.of(operations, kind="mutation", transport="http", code="NOT_FOUND") == 1
    assert change.of(operations, kind="unread", transport="http", code="INVALID_INPUT") == 1
    assert change.of("taskflow_operation_seconds_count", kind="mutation") == 2


async def test_operations_of_sockets_are_counted_as_well(shared_server: Server, ana: Api):
    change = await since(shared_server)
    async with open_socket(shared_server.url, ana.token) as socket:
        for id_, operation in enumerate(("{ viewer { id } }", CREATE, "{ nonsense }")):
            await socket.subscribe(operation, id_=str(id_))
            while (await socket.receive())["type"] == "next":
                pass
    await change.look()
    operations = "taskflow_operations_total"
    assert change.of(operations, transport="socket", kind="query", code="OK") == 1
    assert change.of(operations, transport="socket", kind="mutation", code="OK") == 1
    assert change.of(operations, transport="socket", kind="unread", code="INVALID_INPUT") == 1
    assert change.of("taskflow_mutation_seconds_count", mutation="createTask", outcome="ok") == 1
    assert change.of("taskflow_socket_leaves_total", code="1000") == 1


async def test_what_is_delivered_and_what_is_read_anew_are_told_apart(shared_server: Server, ana: Api):
    cursor = (await ana.run("{ cursor }"))["cursor"]
    for _ in range(3):
        await ana.run(CREATE)
    change = await since(shared_server)
    async with open_socket(shared_server.url, ana.token) as socket:
        await socket.subscribe(EVENTS, after=cursor)
        for _ in range(3):
            await socket.next()
        await ana.run(CREATE)
        await socket.next()
    await change.look()
    assert change.of("taskflow_live_replays_total") >= 1
    assert change.of("taskflow_live_replayed_events_total") >= 3
    # The fourth came as it happened, unless the device had not caught up by then.
    delivered = change.of("taskflow_live_delivered_total")
    assert delivered + change.of("taskflow_live_replayed_events_total") == 4
    assert change.of("taskflow_live_delivery_seconds_count") == delivered


async def test_how_long_an_event_took_to_the_sockets(shared_server: Server, ana: Api):
    change = await since(shared_server)
    async with (
        open_socket(shared_server.url, ana.token) as one,
        open_socket(shared_server.url, ana.token) as two,
    ):
        for socket in (one, two):
            await socket.subscribe(EVENTS)
        while change.of("taskflow_live_delivered_total") < 2:
            # Until both follow closely.
            await ana.run(CREATE)
            await asyncio.gather(one.next(), two.next())
            await change.look()
    groups = change.of("taskflow_live_delivery_seconds_count")
    assert 0 < groups <= change.of("taskflow_live_delivered_total")
    assert 0 < change.of("taskflow_live_delivery_seconds_sum") < 20


async def test_a_resync_is_counted_however_it_is_told(tmp_path: Path):
    async with process(tmp_path) as running, Api(running.url) as api:
        await api.sign_up()
        cursor = (await api.run("{ cursor }"))["cursor"]
        async with open_socket(running.url, api.token) as socket:
            before = await figures(running.url)
            await socket.subscribe(EVENTS, id_="1", after=cursor)
            await api.run(CREATE)
            await socket.next()  # it watches
            async with running.parts.database.transaction() as session:
                await session.execute(sa.text("UPDATE user_stream SET epoch = epoch + 1"))
            await running.parts.hub.poll()
            assert (await socket.next())["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
            await socket.receive()  # complete
            await socket.subscribe(EVENTS, id_="2", after=cursor)
            await socket.next()
        with pytest.raises(GraphQLFailed):
            await api.run("query ($after: Cursor!) { events(after: $after) { nodes { id } } }", after=cursor)
        after = await figures(running.url)
    assert after.of("taskflow_resyncs_total") - before.of("taskflow_resyncs_total") == 3


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Process]:
    async with process(tmp_path) as running:
        yield running


async def test_the_process_tells_of_itself(running: Process):
    async with Api(running.url) as api:
        before = await figures(running.url)
        await api.sign_up()
        change = Change(running.url, before)
        await change.look()
        assert change.of("taskflow_password_hash_seconds_count", part="wait") == 1
        assert change.of("taskflow_password_hash_seconds_sum", part="work") > 0
        told = await figures(running.url)
        assert told.labels("taskflow_build_info", "version") == {VERSION}
        assert told.of("taskflow_database_connections_max", pool="writer") == 1
        assert told.of("taskflow_password_hashes_waiting") == 0
        async with running.parts.database.transaction() as session:
            await session.execute(sa.text("SELECT 1"))
            held = await figures(running.url)
            assert held.of("taskflow_database_connections_in_use", pool="writer") == 1
    assert told.of("taskflow_database_connections_in_use", pool="writer") == 0


async def test_how_many_wait_to_have_a_password_hashed(running: Process):
    async with Api(running.url) as api:
        signing_up = [asyncio.create_task(api.sign_up()) for _ in range(8)]
        seen = 0.0
        while not seen:
            seen = (await figures(running.url)).of("taskflow_password_hashes_waiting")
            assert seen or not all(task.done() for task in signing_up), "nobody was seen to wait"
        await asyncio.gather(*signing_up)


async def test_a_loop_that_is_held_up_is_seen(running: Process):
    def held_up() -> float:
        from graphql_api.telemetry.process import loop_lag

        (family,) = loop_lag.collect()
        return sum(sample.value for sample in family.samples if sample.name.endswith("_sum"))

    before = held_up()
    await until(lambda: held_up() > before)  # it looks
    before = held_up()
    loop = asyncio.get_running_loop()
    until_then = loop.time() + 0.8
    while loop.time() < until_then:
        pass
    await until(lambda: held_up() - before > 0.3)


async def test_how_much_is_stored(shared_server: Server, ana: Api):
    await ana.run(CREATE)
    told = await figures(shared_server.url)
    assert told.of("taskflow_stored_bytes", what="database") > 4096
    assert "taskflow_stored_events" in told.names()
    if shared_server.database_url.startswith("postgresql"):
        assert told.of("taskflow_stored_bytes", what="event log") > 0


def test_every_mutation_is_timed():
    unseen = [
        name
        for definition in build_schema().get_type_by_name("Mutation").fields  # type: ignore[union-attr]
        for name in [definition.python_name]
        if not any(isinstance(extension, AnswerRefusals) for extension in definition.extensions)
    ]
    assert unseen == []


async def test_no_label_holds_what_a_client_wrote(shared_server: Server, ana: Api):
    mark = f"x{uuid4().hex}"
    for text in (
        f"query {mark} {{ viewer {{ id }} }}",
        f'mutation {mark} {{ {mark}: createTask(input: {{title: "{mark}"}}) {{ errors: cursor }} }}',
        f"mutation {{ {mark} }}",
        f"query {{ {mark}: viewer {{ id }} }}",
    ):
        await ana.post(text)
    await ana.http.post("/graphql", content=mark, headers={"X-Correlation-ID": mark})
    async with open_socket(shared_server.url, ana.token) as socket:
        await socket.subscribe(f"query {mark} {{ viewer {{ id }} }}", id_=mark)
        await socket.receive()
        await socket.connection.close(4242, mark)
    told = await figures(shared_server.url)
    assert mark not in str(told.samples)
    assert told.of("taskflow_socket_leaves_total", code="other") >= 1
    assert "4242" not in told.labels("taskflow_socket_leaves_total", "code")
