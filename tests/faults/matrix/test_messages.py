"""Messages come doubled, mixed up or not at all, and some can't be dealt with by anybody."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.faults.program import POISON
from tests.support.client import DEADLINE_SECONDS, Api
from tests.support.deployment import KAFKA, Deployment, deployment
from tests.support.load import load

pytestmark = pytest.mark.services

CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { errors { code } } }"
POISONED = """
SELECT event_id FROM event_log WHERE type = 'task.created' AND CAST(data AS TEXT) LIKE '%poison%'
"""
LETTERS = "SELECT event_id, attempts FROM dead_letters"
#: Two that are no events, and one that an effect fails at.
DEAD = 3
QUIET_USERS = 20


async def test_f13_doubled_mixed_up_and_left_out(tmp_path: Path):
    async with deployment(KAFKA, tmp_path, SHAKEN="1") as d, load(d) as load_:
        # Of each of these there is one message, and none that would tell later of what was left out.
        for number in range(QUIET_USERS):
            async with Api(d.apis[number % 2].url) as quiet:
                await quiet.sign_up()
                await quiet.run(CREATE, input={"title": "heard of once, or never"})
        await load_.until_acked(100)
        await load_.settle_and_check()
        assert load_.journal.answers.keys() == {"answered"}


async def test_f14_what_nobody_can_deal_with_holds_nobody_up(tmp_path: Path):
    async with deployment(KAFKA, tmp_path) as d, load(d) as load_:
        assert d.kafka
        api = load_.users[0]
        await produce(d, api.user_id, [b"{", orjson.dumps(a_later_version(api.user_id))])
        async with Api(d.apis[0].url, api.token) as device:
            await device.run(CREATE, input={"id": str(uuid4()), "title": f"{POISON} for an effect"})
        letters = await d.until(LETTERS, lambda found: len(found) >= DEAD, 3 * DEADLINE_SECONDS)
        await load_.until_acked(20)
        dead = {UUID(str(id_)) for (id_,) in await d.rows(POISONED)}
        assert len(dead) == 1
        assert sorted(tries for _, tries in letters) == [1, 1, 5]
        await load_.settle_and_check(dead)
        assert len(await dead_topic(d)) == DEAD


def a_later_version(user_id: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "taskflow",
        "type": "task.created",
        "subject": str(uuid4()),
        "time": "2026-03-01T12:30:00.250000Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:taskflow:event:task.created:99",
        "partitionkey": user_id,
        "sequence": "1",
        "correlationid": "from-a-test",
        "data": {},
    }


async def produce(d: Deployment, key: str, bodies: list[bytes]) -> None:
    assert d.kafka
    producer: Any = AIOKafkaProducer(bootstrap_servers=d.kafka.bootstrap)
    await producer.start()
    try:
        for body in bodies:
            await producer.send_and_wait("tasks.events", body, key.encode())
    finally:
        await producer.stop()


async def dead_topic(d: Deployment) -> list[bytes]:
    assert d.kafka
    consumer: Any = AIOKafkaConsumer(
        "tasks.events.dlq", bootstrap_servers=d.kafka.bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return [(await anext(consumer)).value for _ in range(DEAD)]
    finally:
        await consumer.stop()
