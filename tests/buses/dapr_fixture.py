"""A DaprBus as it is in TaskFlow: its app, and its sidecar beside that."""

import asyncio
import contextlib
from collections.abc import Collection, Sequence
from types import SimpleNamespace
from typing import Any, cast

import uvicorn
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from fastapi import FastAPI
from pydantic import SecretStr

from graphql_api.doors.dapr import add_dapr_routes
from graphql_api.wiring import Parts
from jobs.bus import Message
from jobs.bus.dapr_bus import DaprBus, DaprConfig
from jobs.bus.kafka_bus import KafkaBus, KafkaConfig
from tests.services.daprd import APP_API_TOKEN, Daprd
from tests.services.ports import free_port

DEADLINE_SECONDS = 20
PARTITIONS = 3
#: Published into each partition until it is heard, since a new group hears nothing of what was before.
MARK = "mark"
MARK_EVERY_SECONDS = 0.1


class Due:
    """In the place of the jobs that are due."""

    def __init__(self) -> None:
        self.worked = asyncio.Event()

    async def work(self) -> float:
        self.worked.set()
        return 60.0


class App:
    """What the sidecar knows of TaskFlow, on a port that it keeps."""

    def __init__(self) -> None:
        self.due = Due()
        self.port = free_port()
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self, bus: DaprBus, *, does_the_work: bool = True, serves_clients: bool = True) -> None:
        settings = SimpleNamespace(
            app_api_token=SecretStr(APP_API_TOKEN),
            does_the_work=does_the_work,
            serves_clients=serves_clients,
        )
        app = FastAPI()
        add_dapr_routes(app, cast(Parts, SimpleNamespace(bus=bus, due=self.due, settings=settings)))
        config = uvicorn.Config(
            app, port=self.port, log_config=None, access_log=False, timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not self._server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._server = self._serving = None


class DaprBusWithSidecar(DaprBus):
    """Starts when its sidecar brings it what is published. It takes part in what somebody wants of it."""

    def __init__(
        self,
        kafka: KafkaConfig,
        direct: KafkaBus | None = None,
        optional: Collection[str] = (),
        rewritten: dict[str, str] | None = None,
    ) -> None:
        self.app = App()
        self._kafka = kafka
        self._heard: set[bytes] = set()
        self._heard_more = asyncio.Event()
        self.daprd = Daprd(
            self.app.port,
            kafka.servers[0],
            topic=kafka.topic,
            group=kafka.consumers_group,
            optional=optional,
            rewritten=rewritten,
        )
        config = DaprConfig(self.daprd.http_port, self.daprd.grpc_port, topic=kafka.topic)
        super().__init__(config, direct)

    async def start(self) -> None:
        await make_topics(self._kafka)
        await super().start()
        listens = bool(self._listeners)
        await self.app.start(self, does_the_work=self._handler is not None, serves_clients=listens)
        await self.daprd.start()
        if listens:
            await self.hears()
        await self.reaches_sidecar()

    async def stop(self) -> None:
        await self.daprd.stop()
        await super().stop()
        await self.app.stop()

    async def hears(self) -> None:
        """Returns when all that is published from now on will come."""
        self._heard.clear()
        producer = AIOKafkaProducer(bootstrap_servers=list(self._kafka.servers))
        await producer.start()
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                while len(self._heard) < PARTITIONS:
                    for partition in range(PARTITIONS):
                        await producer.send_and_wait(
                            self._kafka.topic, b"%d" % partition, MARK.encode(), partition
                        )
                    self._heard_more.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._heard_more.wait(), MARK_EVERY_SECONDS)
        finally:
            await producer.stop()

    async def reaches_sidecar(self) -> None:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while self.trouble is not None:  # noqa: ASYNC110 - the probe looks once a second by itself
                await asyncio.sleep(0.02)

    def deliver(self, message: Message) -> None:
        if message.key == MARK:
            self._heard.add(message.body)
            self._heard_more.set()
        else:
            super().deliver(message)

    async def deliver_once(self, messages: Sequence[Message]) -> None:
        if messages[0].key != MARK:
            await super().deliver_once(messages)


async def make_topics(kafka: KafkaConfig) -> None:
    """Those that are there stay."""
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=list(kafka.servers))
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in (kafka.topic, kafka.dead_topic)])
    finally:
        await admin.close()
