"""aiokafka's clients with an end to every wait: what becomes of what was not waited for."""

import asyncio
import gc
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient

from jobs.bus.kafka_client import Client

WAITED_SECONDS, FAILS_AFTER_SECONDS = 0.01, 0.05


async def test_what_goes_on_after_its_time_and_fails_is_no_error_of_nobody():
    """As a commit of offsets does, which aiokafka shields."""
    complaints: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    client = Client(AIOKafkaClient())
    failing: list[asyncio.Task[None]] = []

    async def fail() -> None:
        await asyncio.sleep(FAILS_AFTER_SECONDS)
        raise ConnectionError

    async def shielding() -> None:
        failing.append(asyncio.create_task(fail()))
        await asyncio.shield(failing[0])

    with pytest.raises(TimeoutError):
        await client.call(shielding(), WAITED_SECONDS)
    await asyncio.wait(failing)
    failing.clear()
    gc.collect()
    assert complaints == []
