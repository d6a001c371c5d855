"""Brokers that ask who it is, and do not let everybody do everything."""

import asyncio
from itertools import product

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.admin import CreateAclsRequest

from jobs.bus import BusUnavailable, Message
from jobs.bus.kafka_bus import KafkaBus, KafkaConfig
from tests.buses.hearing import DEADLINE_SECONDS, Heard, messages
from tests.buses.kafka_configs import signing_in
from tests.services.kafka import Kafka
from tests.services.kafka_properties import MECHANISMS, USER

pytestmark = pytest.mark.services

#: As the protocol numbers them.
TOPIC, GROUP, READ, WRITE, _LITERAL, _ALLOW = 2, 3, 3, 4, 3, 3


@pytest.mark.parametrize(
    ("protocol", "mechanism"), [*product(["SASL_PLAINTEXT", "SASL_SSL"], MECHANISMS), ("SSL", "")]
)
async def test_it_signs_in(secure_kafka: Kafka, protocol: str, mechanism: str):
    bus = KafkaBus(signing_in(secure_kafka, protocol, mechanism))
    heard, taken = Heard(), Heard()
    bus.listen(heard)
    bus.consume(taken.handle)
    await bus.start()
    await bus.publish(messages("ana", 1))
    assert await heard.wait_for(1) == await taken.wait_for(1) == messages("ana", 1)
    assert bus.trouble is None
    await bus.stop()


async def test_who_may_not_make_topics_uses_those_that_are_there():
    rights = {"authorizer_class_name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer"}
    with Kafka(secure=True, super_users="User:ANONYMOUS", **rights) as broker:
        allowed = signing_in(broker, "SASL_PLAINTEXT", "PLAIN")
        anonymous = KafkaBus(KafkaConfig(servers=(broker.bootstrap,), topic=allowed.topic, partitions=2))
        for operation in (READ, WRITE):
            await allow(broker, TOPIC, allowed.topic, operation)
        await allow(broker, GROUP, allowed.consumers_group, READ)
        bus = KafkaBus(allowed)
        taken = Heard()
        bus.consume(taken.handle)
        await bus.start()
        assert bus.trouble is not None
        assert bus.trouble.startswith("KAFKA_TOPIC: ")
        assert f"there is no topic {allowed.topic}, and it can't be made" in bus.trouble
        with pytest.raises(BusUnavailable):
            await bus.publish(messages("ana", 1))
        await anonymous.start()
        await anonymous.stop()
        await until_taken(bus, messages("ana", 1))
        await taken.wait_for(1)
        # The one for dead letters may not be used, which keeps nothing else from its way.
        with pytest.raises(BusUnavailable):
            await bus.publish_dead(messages("ana", 1))
        await bus.publish(messages("ben", 1))
        await taken.wait_for(2)
        await bus.stop()


async def allow(broker: Kafka, type_: int, name: str, operation: int) -> None:
    client = AIOKafkaClient(bootstrap_servers=broker.bootstrap)
    await client.bootstrap()
    request = CreateAclsRequest(type_, name, _LITERAL, f"User:{USER}", "*", operation, _ALLOW)
    answer = await client.send(client.get_random_node(), request)
    assert [code for code, _ in answer.creation_responses] == [0]
    await client.close()


async def until_taken(bus: KafkaBus, sent: list[Message]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            try:
                return await bus.publish(sent)
            except BusUnavailable:
                await asyncio.sleep(0.1)
