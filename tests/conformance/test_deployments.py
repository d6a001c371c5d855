"""The promise, on each real deployment: the same tests, whatever is beneath."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from graphql_api.settings import Settings
from jobs.bus.message import decode
from resolvers.database import Database
from resolvers.log.event_log import read_after
from resolvers.log.events import Event
from tests.support.client import DEADLINE_SECONDS, Api, watch
from tests.support.deployment import SHAPES, SQLITE, Deployment, standing
from tests.support.load import load
from tests.support.server import Server

TOPIC = "tasks.events"
CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { cursor errors { code } } }"
CHANGES = 10


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(shape, id=shape.name, marks=[] if shape is SQLITE else pytest.mark.services)
        for shape in SHAPES
    ],
)
def deployed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with standing(request.param, tmp_path_factory.mktemp("deployment")) as deployment:
        yield deployment


async def create(server: Server, api: Api) -> str:
    """A task, through one server; its cursor."""
    async with Api(server.url, api.token) as device:
        payload = (await device.run(CREATE, input={"id": str(uuid4()), "title": "shown"}))["createTask"]
        assert payload["errors"] == []
        return str(payload["cursor"])


async def hear(server: Server, api: Api, after: str, count: int) -> list[str]:
    """The cursors of the user's next events, as a subscriber at that server hears them."""
    events = watch(server.url, api.token or "", after)
    async with contextlib.aclosing(events), asyncio.timeout(DEADLINE_SECONDS):
        return [(await anext(events))["cursor"] for _ in range(count)]


async def test_a_change_through_any_process_shows_at_every_process_in_order(deployed: Deployment):
    async with Api(deployed.apis[0].url) as api:
        await api.sign_up()
        start = (await api.run("{ cursor }"))["cursor"]
        hearing = [
            asyncio.create_task(hear(server, api, start, CHANGES * len(deployed.apis)))
            for server in deployed.apis
        ]
        written = [
            await create(deployed.apis[number % len(deployed.apis)], api)
            for number in range(CHANGES * len(deployed.apis))
        ]
        for heard in await asyncio.gather(*hearing):
            assert heard == written


async def test_a_subscriber_goes_on_from_its_cursor_at_any_other_process(deployed: Deployment):
    async with Api(deployed.apis[0].url) as api:
        await api.sign_up()
        cursor = (await api.run("{ cursor }"))["cursor"]
        written = [await create(deployed.apis[0], api) for _ in range(3 * len(deployed.apis))]
        heard: list[str] = []
        for server in deployed.apis:
            heard += await hear(server, api, cursor, 3)
            cursor = heard[-1]
        assert heard == written


async def test_under_load_everything_happens_once(deployed: Deployment):
    """Changes, what falls due, what acts on events, what each device shows."""
    async with load(deployed, due_seconds=5) as load_:
        await load_.until_acked(60)
        stored = await load_.settle_and_check()
    rung = [row for row in stored.log if row.type == "reminder.triggered"]
    spawned = [row for row in stored.log if row.type == "recurring.spawned"]
    assert rung
    assert len(spawned) == len(stored.spawned) == len(set(stored.spawned)) > 0


async def test_a_process_that_is_stopped_and_started_under_load_loses_nothing(deployed: Deployment):
    async with load(deployed, due_seconds=5) as load_:
        for server in (deployed.apis[0], *deployed.workers[:1]):
            await server.stop()
            await server.start()
            await load_.until_acked(20)
        await load_.settle_and_check()
        # Nobody is told anything but to come back.
        codes = {code for subscriber in load_.subscribers for code in subscriber.closes}
        assert codes <= {1012, None}, codes


async def test_a_worker_is_there_for_whoever_watches_it_and_not_for_clients(deployed: Deployment):
    for server in deployed.servers:
        async with Api(server.url) as api:
            for path in ("/livez", "/readyz", "/metrics"):
                assert (await api.http.get(path)).status_code == 200, path
            answer = await api.http.post("/graphql", json={"query": "{ __typename }"})
            assert (answer.status_code == 404) == (server in deployed.workers)


async def test_what_is_on_the_topic_is_what_is_in_the_log(deployed: Deployment):
    if deployed.kafka is None:
        return  # the memory bus keeps nothing that could be looked at
    async with Api(deployed.apis[0].url) as api:
        await api.sign_up()
        for number in range(CHANGES):
            await create(deployed.apis[number % len(deployed.apis)], api)
        logged = await log_of(deployed, UUID(api.user_id))
        found = await on_topic(deployed.kafka.bootstrap, {event.event_id for event in logged})
    assert [found[event.event_id] for event in logged] == logged


async def log_of(deployed: Deployment, user_id: UUID) -> list[Event]:
    database = Database(Settings(database_url=deployed.database_url).database)
    try:
        async with database.read() as session:
            return await read_after(session, user_id, 0, 1000)
    finally:
        await database.close()


async def on_topic(bootstrap: str, wanted: set[UUID]) -> dict[UUID, Event]:
    """What somebody else's consumer finds there, until it has found all that is wanted."""
    consumer: Any = AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            found: dict[UUID, Event] = {}
            async for record in consumer:
                event = decode(record.value)
                assert record.key.decode() == str(event.user_id)
                found[event.event_id] = event
                if wanted <= found.keys():
                    return found
    finally:
        await consumer.stop()
    raise AssertionError("the topic ended")
