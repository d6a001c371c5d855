"""What the tests of Dapr have in common: a bus that runs, and a look at the topic from outside."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from jobs.bus import Bus
from jobs.bus.kafka_bus import KafkaConfig
from tests.buses.dapr_fixture import MARK
from tests.buses.hearing import DEADLINE_SECONDS


@asynccontextmanager
async def running[T: Bus](bus: T) -> AsyncIterator[T]:
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop()


async def read(config: KafkaConfig, topic: str, count: int) -> list[Any]:
    """The first records of a topic, as anybody finds them there."""
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=list(config.servers), auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, partition) for partition in range(config.partitions)])
        found: list[Any] = []
        async with asyncio.timeout(DEADLINE_SECONDS):
            while len(found) < count:
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    found += [record for record in batch if record.key != MARK.encode()]
        return found
    finally:
        await consumer.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():  # noqa: ASYNC110 - what it waits for is another program's doing
            await asyncio.sleep(0.02)


async def bodies(config: KafkaConfig, count: int) -> list[bytes]:
    return [record.value for record in await read(config, config.topic, count)]
