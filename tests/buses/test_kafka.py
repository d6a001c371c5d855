"""What others see of the bus on Kafka, and what only Kafka has: sizes and groups."""

import asyncio
import shutil
import subprocess

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import MessageSizeTooLargeError

from jobs.bus import Message, kafka_progress, kafka_reader
from jobs.bus.kafka_bus import KafkaBus
from tests.buses.hearing import DEADLINE_SECONDS, Heard, messages
from tests.buses.kafka_configs import kafka_config
from tests.services.kafka import Kafka

pytestmark = pytest.mark.services

#: A message below the broker's limit on a batch alone, and beyond it.
LIMIT_BYTES = 20_000
#: As the protocol numbers where a value comes from.
SET_FOR_THE_TOPIC = 1


async def test_a_plain_consumer_sees_key_header_and_body(kafka: Kafka):
    config = kafka_config(kafka)
    bus = KafkaBus(config)
    await bus.start()
    await bus.publish([Message("ana", b'{"specversion":"1.0"}')])
    await bus.publish_dead([Message("ben", b"poison")])
    await bus.stop()
    for topic, key, body in (
        (config.topic, b"ana", b'{"specversion":"1.0"}'),
        (f"{config.topic}.dlq", b"ben", b"poison"),
    ):
        consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest")
        await consumer.start()
        async with asyncio.timeout(DEADLINE_SECONDS):
            record = await consumer.getone()
        assert (record.key, record.value) == (key, body)
        assert record.headers == (("content-type", b"application/cloudevents+json"),)
        assert len(consumer.partitions_for_topic(topic)) == config.partitions
        await consumer.stop()


@pytest.mark.parametrize(("hours", "expected"), [(24, "86400000"), (0, None)])
async def test_a_topic_of_events_that_is_made_keeps_them_for_so_long(
    kafka: Kafka, hours: int, expected: str | None
):
    config = kafka_config(kafka, retention_hours=hours)
    bus = KafkaBus(config)
    await bus.start()
    await bus.stop()
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        for topic, own in ((config.topic, expected), (config.dead_topic, None)):
            resource = ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": None})
            [answer] = await admin.describe_configs([resource])
            [(_, value, _, source, *_)] = answer.resources[0][4]
            assert (value if source == SET_FOR_THE_TOPIC else None) == own
    finally:
        await admin.close()


@pytest.mark.skipif(shutil.which("kcat") is None, reason="kcat is not on PATH")
async def test_kcat_shows_the_cloudevent(kafka: Kafka):
    config = kafka_config(kafka)
    bus = KafkaBus(config)
    await bus.start()
    await bus.publish([Message("ana", b'{"specversion":"1.0"}')])
    await bus.stop()
    seen = await asyncio.to_thread(
        subprocess.run,
        ["kcat", "-b", kafka.bootstrap, "-C", "-t", config.topic, "-e", "-q", "-f", "%k %h %s"],
        capture_output=True,
        check=True,
        timeout=DEADLINE_SECONDS,
    )
    assert seen.stdout == b'ana content-type=application/cloudevents+json {"specversion":"1.0"}'


async def test_a_compressed_bus_is_read_like_any_other(kafka: Kafka):
    bus = KafkaBus(kafka_config(kafka, compression="gzip"))
    heard = Heard()
    bus.listen(heard)
    await bus.start()
    await bus.publish(messages("ana", 50))
    assert await heard.wait_for(50) == messages("ana", 50)
    await bus.stop()


async def test_a_key_that_is_published_from_several_sides_keeps_the_order_of_the_calls(kafka: Kafka):
    bus = KafkaBus(kafka_config(kafka))
    heard = Heard()
    bus.listen(heard)
    await bus.start()
    # Large ones, which wait for room, and small ones, which would not have to.
    sent = [Message("ana", f"{number:4}".encode() * size) for number, size in enumerate([10_000, 1] * 20)]
    async with asyncio.TaskGroup() as group:
        for message in sent:
            group.create_task(bus.publish([message]))
    assert await heard.wait_for(len(sent)) == sent
    await bus.stop()


async def test_each_event_reaches_one_process_of_the_shared_fan_out(kafka: Kafka):
    config = kafka_config(kafka)
    buses = [KafkaBus(config, "fanout"), KafkaBus(config, "fanout")]
    heard = Heard()
    for bus in buses:
        bus.listen(heard)
        await bus.start()
    sent = [message for number in range(30) for message in messages(f"user {number}", 1)]
    await buses[0].publish(sent)
    assert sorted(await heard.wait_for(30), key=repr) == sorted(sent, key=repr)
    for bus in buses:
        await bus.stop()


async def test_each_process_hears_every_event_without_a_shared_fan_out(kafka: Kafka):
    config = kafka_config(kafka)
    buses = [KafkaBus(config), KafkaBus(config)]
    heard = [Heard(), Heard()]
    for bus, listener in zip(buses, heard, strict=True):
        bus.listen(listener)
        await bus.start()
    await buses[0].publish(messages("ana", 5))
    for listener in heard:
        assert await listener.wait_for(5) == messages("ana", 5)
    for bus in buses:
        await bus.stop()


@pytest.mark.parametrize("large", [LIMIT_BYTES, 2_000_000], ids=["for the broker", "for any"])
async def test_a_message_that_is_too_large_is_no_outage_and_the_next_is_taken(large: int):
    with Kafka(message_max_bytes=str(LIMIT_BYTES)) as broker:
        bus = KafkaBus(kafka_config(broker, partitions=1))
        heard = Heard()
        bus.listen(heard)
        await bus.start()
        await bus.publish(messages("ana", 1))
        with pytest.raises(MessageSizeTooLargeError):
            await bus.publish([Message("ana", b"x" * large)])
        # At once: whoever halves a batch to find the culprit must not meet an outage.
        await bus.publish(messages("ana", 2)[1:])
        assert await heard.wait_for(2) == messages("ana", 2)
        assert bus.trouble is None
        await bus.stop()


async def test_a_consumer_that_is_stuck_begins_anew(kafka: Kafka, monkeypatch: pytest.MonkeyPatch):
    for module in (kafka_progress, kafka_reader):
        monkeypatch.setattr(module, "STUCK_SECONDS", 2.0)
    made: list[AIOKafkaConsumer] = []

    class Recorded(AIOKafkaConsumer):
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)
            made.append(self)

    monkeypatch.setattr(kafka_reader, "AIOKafkaConsumer", Recorded)
    config = kafka_config(kafka, partitions=1)
    bus = KafkaBus(config)
    taken = Heard()
    bus.consume(taken.handle)
    await bus.start()
    made[0].pause(TopicPartition(config.topic, 0))
    await bus.publish(messages("ana", 1))
    assert await taken.wait_for(1) == messages("ana", 1)
    assert len(made) == 2
    await bus.stop()
