"""When a change is on the topic, as anybody else who reads it would find."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import orjson
from aiokafka import AIOKafkaConsumer

from tests.bench.device import MARK
from tests.bench.load import POLL_SECONDS, under_load
from tests.bench.post import BenchFailed
from tests.bench.scenarios import on_schedule
from tests.bench.target import Target

TOPIC = "tasks.events"
START_SECONDS = 10.0
#: From the last answer to the last event.
ARRIVAL_SECONDS = 20.0


async def to_topic(target: Target, bootstrap: str, rate: float, users: int, count: int) -> list[float]:
    """From each change's answer to the moment that a plain consumer has its CloudEvent; below 0, it came before."""
    came_at: dict[int, float] = {}
    async with _reading(bootstrap, came_at), under_load(target) as load:
        await on_schedule(load, rate, count, users)
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while missing := load.answered_at.keys() - came_at.keys():
            load.check_failure()
            if time.monotonic() > deadline:
                raise BenchFailed(f"{len(missing)} of {count} changes never came on the topic")
            await asyncio.sleep(POLL_SECONDS)
        return [came_at[number] - at for number, at in load.answered_at.items()]


@asynccontextmanager
async def _reading(bootstrap: str, came_at: dict[int, float]) -> AsyncIterator[None]:
    """By number, when a change came for the first time: a topic promises at least once."""
    async with _consumer(bootstrap) as consumer:
        reading = asyncio.create_task(_read(consumer, came_at))
        try:
            yield
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading


async def _read(consumer: AIOKafkaConsumer, came_at: dict[int, float]) -> None:
    async for record in consumer:
        now = time.monotonic()
        event = orjson.loads(record.value)
        if event["specversion"] != "1.0" or event["partitionkey"] != record.key.decode():
            raise BenchFailed(f"what came on the topic is no event: {record.value[:300]!r}")
        came_at.setdefault(int(event["data"]["title"].removeprefix(MARK.decode())), now)


@asynccontextmanager
async def _consumer(bootstrap: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Of what is published from now on, and of no group."""
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap)
    try:
        async with asyncio.timeout(START_SECONDS):
            await consumer.start()
            # "From now on" is decided with the first request, unless it is asked for.
            for partition in consumer.assignment():
                await consumer.position(partition)
        yield consumer
    finally:
        await asyncio.wait_for(consumer.stop(), START_SECONDS)
