"""What is Dapr's own: one event whichever way it goes, and what the sidecar makes of odd messages."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer

from jobs.bus import Message
from jobs.bus.dapr_sidecar import MessageRefused
from jobs.bus.kafka_bus import KafkaBus
from jobs.bus.message import encode
from tests.buses.dapr_fixture import DaprBusWithSidecar
from tests.buses.hearing import DEADLINE_SECONDS, Heard, messages
from tests.buses.kafka_configs import kafka_config
from tests.buses.test_message import EVENT
from tests.buses.topics import read, running
from tests.services.kafka import Kafka

pytestmark = pytest.mark.services


@pytest.mark.parametrize("count", [1, 5], ids=["alone", "in bulk"])
async def test_an_event_is_the_same_whether_it_went_through_dapr_or_straight(kafka: Kafka, count: int):
    through, straight = kafka_config(kafka), kafka_config(kafka)
    sent = [encode(EVENT)] * count
    async with running(DaprBusWithSidecar(through)) as bus:
        await bus.publish(sent)
        await bus.publish_dead(sent)
    async with running(KafkaBus(straight)) as bus:
        await bus.publish(sent)
        await bus.publish_dead(sent)
    for topic in ("topic", "dead_topic"):
        found = [await read(config, getattr(config, topic), count) for config in (through, straight)]
        one, other = [[(record.key, record.value, record.headers) for record in side] for side in found]
        assert one == other
        assert [record.value for record in found[0]] == [encode(EVENT).body] * count


async def test_a_message_that_is_too_large_is_told_from_a_bus_that_is_away(kafka: Kafka):
    config = kafka_config(kafka)
    large = Message("ana", b"x" * 1_100_000)
    async with running(DaprBusWithSidecar(config)) as bus:
        for some in ([large], [*messages("ana", 3), large]):
            with pytest.raises(MessageRefused):
                await bus.publish(some)
        assert bus.trouble is None
        # Many calls' worth of what is not too large goes through.
        await bus.publish([Message("ben", b"x" * 900_000)] * 6)


async def test_what_nobody_can_read_reaches_the_consumer_as_it_is_and_nothing_waits_behind_it(kafka: Kafka):
    config = kafka_config(kafka)
    taken = Heard()
    bus = DaprBusWithSidecar(config)
    bus.consume(taken.handle)
    poison: list[tuple[bytes | None, bytes, list[tuple[str, bytes]]]] = [
        (None, b"", []),
        (b"k", b"\x00\xff not JSON", []),
        (b"line\nbreak \xc3\xa4+%", b'{"specversion": "1.0", "traceparent": 7}', [("content-type", b"\n")]),
        (b"k", b"[]", [("not a name\n", b"x"), ("content-length", b"1"), ("", b"x"), ("ce_id", b"x")]),
        (b"k", b'{"data_base64": "eA==", "expiration": "2001-01-01T00:00:00Z"}', []),
    ]
    async with running(bus):
        producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap)
        await producer.start()
        for key, body, headers in poison:
            await producer.send_and_wait(config.topic, body, key, partition=0, headers=headers)
        await producer.send_and_wait(config.topic, b"last", b"k", partition=0)
        await producer.stop()
        seen = await taken.wait_for(len(poison) + 1)
    expected = [Message((key or b"").decode(), body) for key, body, _ in poison]
    assert seen == [*expected, Message("k", b"last")]


async def test_a_subscription_in_a_file_beside_the_apps_own_brings_nothing_twice(kafka: Kafka):
    config = kafka_config(kafka)
    heard, taken = Heard(), Heard()
    bus = DaprBusWithSidecar(config, optional=["subscriptions.yaml"])
    bus.listen(heard)
    bus.consume(taken.handle)
    async with running(bus):
        for start in range(0, 100, 10):
            await bus.publish(messages("ana", 100)[start : start + 10])
        await taken.wait_for(100)
        await heard.wait_for(100)
        await bus.publish(messages("ana", 1))  # comes behind whatever came twice
        assert await taken.wait_for(101) == [*messages("ana", 100), *messages("ana", 1)]
        assert await heard.wait_for(101) == taken.messages


async def test_the_sidecars_cron_has_the_jobs_do_what_is_due(kafka: Kafka):
    bus = DaprBusWithSidecar(kafka_config(kafka), rewritten={"@every 1m": "@every 1s"})
    bus.consume(Heard().handle)
    async with running(bus):
        async with asyncio.timeout(DEADLINE_SECONDS):
            await bus.app.due.worked.wait()
