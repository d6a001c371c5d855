"""Every bus passes the same tests. A new one is added here, and nowhere else."""

from collections.abc import AsyncIterator, Callable, Iterator
from uuid import uuid4

import pytest

from jobs.bus import Bus
from jobs.bus.kafka_bus import KafkaBus
from jobs.bus.memory_bus import MemoryBus
from tests.buses.dapr_fixture import DaprBusWithSidecar
from tests.buses.kafka_configs import kafka_config
from tests.services.kafka import Kafka

#: Another bus on the same topic and in the same groups: another process's.
type OpenBus = Callable[[], Bus]


def memory(request: pytest.FixtureRequest) -> OpenBus:
    return MemoryBus


def kafka(request: pytest.FixtureRequest, fanout_group: str | None = None) -> OpenBus:
    broker: Kafka = request.getfixturevalue("kafka")
    config = kafka_config(broker)
    return lambda: KafkaBus(config, fanout_group)


def kafka_and_redis(request: pytest.FixtureRequest) -> OpenBus:
    return kafka(request, fanout_group=f"fanout-{uuid4().hex}")


def dapr(request: pytest.FixtureRequest) -> OpenBus:
    config = kafka_config(request.getfixturevalue("kafka"))
    return lambda: DaprBusWithSidecar(config)


BETWEEN_PROCESSES = [
    pytest.param(opener, marks=pytest.mark.services) for opener in (kafka, kafka_and_redis, dapr)
]


@pytest.fixture(params=BETWEEN_PROCESSES)
async def open_bus(request: pytest.FixtureRequest) -> AsyncIterator[OpenBus]:
    """Buses beside each other. Only those that several processes can share."""
    opener: OpenBus = request.param(request)
    buses: list[Bus] = []

    def open_and_keep() -> Bus:
        buses.append(opener())
        return buses[-1]

    yield open_and_keep
    for bus in buses:
        await bus.stop()


@pytest.fixture(params=[memory, *BETWEEN_PROCESSES])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    bus: Bus = request.param(request)()
    yield bus
    await bus.stop()


@pytest.fixture(scope="session")
def secure_kafka() -> Iterator[Kafka]:
    """One broker with TLS and passwords, for all tests that do not stop it."""
    with Kafka(secure=True) as broker:
        yield broker
