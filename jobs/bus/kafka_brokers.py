"""Whether the brokers answer, what keeps them from it, and that the topics are there."""

import asyncio
import contextlib
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    InvalidReplicationFactorError,
    KafkaConnectionError,
    KafkaError,
    NoError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.protocol.admin import CreateTopicsRequest
from aiokafka.protocol.metadata import MetadataRequest
from prometheus_client import Gauge

from jobs.bus.kafka_client import REQUEST_SECONDS, Client, milliseconds
from jobs.bus.kafka_config import KafkaConfig
from jobs.bus.kafka_trouble import BROKERS, TOPICS, Troubles, diagnose
from jobs.pauses import Pauses

#: How often they are asked, with one small request.
LOOK_EVERY_SECONDS = 5.0
LOOK_SECONDS = 5.0
#: A topic that was made has no leaders for a moment.
MADE_SECONDS = 0.05
#: The cluster's own choice; and as many as are usual, where it is asked for a number.
DEFAULT_REPLICAS, USUAL_REPLICAS = -1, 3

connected_gauge = Gauge("taskflow_kafka_connected", "1 while the Kafka brokers answer, else 0.")


class Brokers:
    """`answering` is set while they do, for our topic; `topics` are those of ours that can be used."""

    def __init__(self, config: KafkaConfig, troubles: Troubles) -> None:
        self.answering = asyncio.Event()
        self.topics: set[str] = set()
        #: Counts up where that of events is not the one of before: what was read of that says nothing of this.
        self.topic_era = 0
        self._config = config
        self._troubles = troubles
        self._suspected = asyncio.Event()
        self._cluster_id: str | None = None

    def suspect(self) -> None:
        """Something took too long: until they were looked at again, they count as away."""
        self._doubt()
        self._suspected.set()

    async def run(self) -> None:
        """Runs until cancelled."""
        pauses = Pauses()
        while True:
            try:
                await self._watch(pauses)
            except Exception as error:
                self._doubt()
                # Where they answer after all, they are only slow to do so.
                slow = f"KAFKA_BOOTSTRAP_SERVERS: the brokers do not answer in time ({type(error).__name__})"
                self._troubles.note(BROKERS, await diagnose(self._config) or slow)
            await pauses.pause()

    async def _watch(self, pauses: Pauses) -> None:
        """Returns never. Raises whatever goes wrong."""
        client = Client(
            AIOKafkaClient(
                bootstrap_servers=list(self._config.servers),
                request_timeout_ms=milliseconds(REQUEST_SECONDS),
                **self._config.connection,
            )
        )
        try:
            await client.start()
            while True:
                self._suspected.clear()
                await client.call(self._look(client.inner), LOOK_SECONDS)
                self._troubles.clear(BROKERS)
                if self._config.topic in self.topics:
                    self.answering.set()
                    connected_gauge.set(1)
                else:
                    self._doubt()
                pauses.succeeded()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._suspected.wait(), LOOK_EVERY_SECONDS)
        finally:
            self._doubt()
            await client.close()

    def _doubt(self) -> None:
        self.answering.clear()
        connected_gauge.set(0)

    async def _look(self, network: AIOKafkaClient) -> None:
        """Make sure of the topics, which are gone where a broker came back without its data."""
        found = await self._find(network)
        missing = {name for name, error in found.items() if error is UnknownTopicOrPartitionError}
        refused = {
            name: f"the user may not use {name}"
            for name, error in found.items()
            if error is TopicAuthorizationFailedError
        }
        if self._config.topic in missing:
            # Before there is anything to read in the new one.
            self.topic_era += 1
        if missing:
            refused |= await self._make(network, missing)
            await self._wait_for(network, missing - refused.keys())
        if refused:
            self._troubles.note(TOPICS, f"KAFKA_TOPIC: {'; '.join(refused.values())}")
        else:
            self._troubles.clear(TOPICS)
        self.topics = found.keys() - refused.keys()

    async def _find(self, network: AIOKafkaClient) -> dict[str, type[KafkaError]]:
        names = [self._config.topic, self._config.dead_topic]
        found = await _ask_any(network, MetadataRequest(names, allow_auto_topic_creation=False))
        if found.cluster_id != self._cluster_id:
            self._cluster_id = found.cluster_id
            self.topic_era += 1
        return {name: for_code(code) for code, name, *_ in found.topics}

    async def _wait_for(self, network: AIOKafkaClient, made: set[str]) -> None:
        while True:
            found = await self._find(network)
            if all(found[name] is not UnknownTopicOrPartitionError for name in made):
                return
            await asyncio.sleep(MADE_SECONDS)

    async def _make(self, network: AIOKafkaClient, names: set[str]) -> dict[str, str]:
        """Those that can't be made, and why."""
        refused = await self._ask_for(network, names, DEFAULT_REPLICAS)
        if InvalidReplicationFactorError in (error for error, _ in refused.values()):
            replicas = min(USUAL_REPLICAS, len(network.cluster.brokers()))
            refused = await self._ask_for(network, set(refused), replicas)
        return {
            name: f"there is no topic {name}, and it can't be made ({why})"
            for name, (_, why) in refused.items()
        }

    async def _ask_for(
        self, network: AIOKafkaClient, names: set[str], replicas: int
    ) -> dict[str, tuple[type[KafkaError], str]]:
        partitions = self._config.partitions
        wanted: list[tuple[Any, ...]] = [
            (name, partitions, replicas, [], self._config.of_a_new_topic(name)) for name in names
        ]
        request = CreateTopicsRequest(wanted, milliseconds(REQUEST_SECONDS), validate_only=False)
        controller = network.cluster.controller
        if controller is None:
            raise KafkaConnectionError("the cluster has no controller just now")
        made = await network.send(controller.nodeId, request)
        answers = {name: (for_code(code), why) for name, code, why in made.topic_errors}
        fine = (NoError, TopicAlreadyExistsError)
        return {
            name: (error, why or error.__name__)
            for name, (error, why) in answers.items()
            if error not in fine
        }


async def _ask_any(network: AIOKafkaClient, request: Any) -> Any:
    """Whichever broker answers."""
    for broker in network.cluster.brokers():
        try:
            return await network.send(broker.nodeId, request)
        except KafkaError:
            continue
    raise KafkaConnectionError("no broker answers")
