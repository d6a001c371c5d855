"""A sidecar that is away, dies, hangs or comes back, and what stands before and behind it."""

import asyncio
import time

import pytest

from jobs.bus import BusUnavailable
from jobs.bus.dapr_bus import DaprBus, DaprConfig
from jobs.bus.kafka_bus import KafkaBus
from tests.buses.dapr_fixture import DaprBusWithSidecar
from tests.buses.hearing import DEADLINE_SECONDS, Heard, messages
from tests.buses.kafka_configs import kafka_config
from tests.buses.stalls import watched
from tests.buses.topics import bodies, read, running, until
from tests.services.kafka import Kafka
from tests.services.ports import free_ports

pytestmark = pytest.mark.services

STALL_SECONDS = 0.1
#: Of a start, and of a refusal where nobody can take anything.
AT_ONCE_SECONDS = 1.5
PATIENCE_SECONDS = 5.0


async def test_a_sidecar_that_was_never_there_holds_up_nothing_and_kafka_takes_what_it_would(kafka: Kafka):
    config = kafka_config(kafka)
    http_port, grpc_port = free_ports(2)
    bus = DaprBus(DaprConfig(http_port, grpc_port, topic=config.topic), KafkaBus(config))
    with watched() as stalls:
        began = time.monotonic()
        await bus.start()
        assert time.monotonic() - began < AT_ONCE_SECONDS
        await bus.publish(messages("ana", 3))
        await bus.publish(messages("ana", 3)[:1])
        assert bus.trouble == (
            f"the sidecar does not answer (DAPR_HTTP_PORT {http_port}, DAPR_GRPC_PORT {grpc_port})"
        )
        await bus.stop()
    assert stalls.seconds < STALL_SECONDS
    sent = [message.body for message in messages("ana", 3)]
    assert await bodies(config, 4) == [*sent, sent[0]]


async def test_without_a_sidecar_and_without_kafka_publishing_is_refused_at_once():
    async with running(DaprBus(DaprConfig(*free_ports(2)))) as bus:
        began = time.monotonic()
        with pytest.raises(BusUnavailable, match="DAPR_HTTP_PORT"):
            await bus.publish(messages("ana", 1))
        assert time.monotonic() - began < AT_ONCE_SECONDS


async def test_while_the_sidecar_is_dead_events_go_straight_and_then_through_it_again(kafka: Kafka):
    config = kafka_config(kafka)
    heard = Heard()
    bus = DaprBusWithSidecar(config, KafkaBus(config))
    bus.listen(heard)
    with watched() as stalls:
        async with running(bus):
            await bus.daprd.kill()
            await bus.publish(messages("ana", 1))
            assert "the sidecar does not answer" in (bus.trouble or "")
            await bus.daprd.start()
            await until(lambda: bus.trouble is None)
            await bus.hears()
            await bus.publish(messages("ben", 1))
            assert (await heard.wait_for(1))[-1] == messages("ben", 1)[0]
    assert stalls.seconds < STALL_SECONDS
    assert sorted(await bodies(config, 2)) == [b"ana 0", b"ben 0"]


async def test_a_sidecar_that_hangs_holds_up_nobody_for_long(kafka: Kafka):
    config = kafka_config(kafka)
    bus = DaprBusWithSidecar(config, KafkaBus(config))
    async with running(bus):
        await bus.publish(messages("warm", 1))
        bus.daprd.pause()
        with watched() as stalls:
            began = time.monotonic()
            await asyncio.gather(*(bus.publish([message]) for message in messages("ana", 20)))
            assert time.monotonic() - began < PATIENCE_SECONDS
            assert "the sidecar does not answer" in (bus.trouble or "")
            async with running(DaprBus(bus.config, KafkaBus(config))) as started_meanwhile:
                await started_meanwhile.publish(messages("carl", 1))
            bus.daprd.resume()
            await until(lambda: bus.trouble is None)
        assert stalls.seconds < STALL_SECONDS
        await bus.publish(messages("ben", 1))
    # What was sent to the sidecar before it hung may come late, and then twice.
    expected = {b"warm 0", b"ben 0", b"carl 0", *(message.body for message in messages("ana", 20))}
    assert set(await bodies(config, 23)) == expected


async def test_a_broker_that_is_away_is_not_taken_for_a_sidecar_that_is():
    with Kafka() as broker:
        config = kafka_config(broker)
        taken = Heard()
        bus = DaprBusWithSidecar(config)
        bus.consume(taken.handle)
        async with running(bus):
            await bus.publish(messages("ana", 2))
            await taken.wait_for(2)
            await broker.kill()
            for some in (messages("ana", 1), messages("ana", 5)):
                began = time.monotonic()
                with pytest.raises(BusUnavailable, match="could not hand it on"):
                    await bus.publish(some)
                assert time.monotonic() - began < PATIENCE_SECONDS
                assert "could not hand it on" in (bus.trouble or "")
            await broker.start()
            async with asyncio.timeout(DEADLINE_SECONDS):
                while bus.trouble is not None:
                    try:
                        await bus.publish(messages("ben", 1))
                    except BusUnavailable:
                        await asyncio.sleep(0.2)
                while messages("ben", 1)[0] not in taken.messages:
                    await taken.wait_for(len(taken.messages) + 1)


async def test_the_sidecar_keeps_what_comes_while_the_app_is_down(kafka: Kafka):
    config = kafka_config(kafka)
    taken = Heard()
    bus = DaprBusWithSidecar(config, KafkaBus(config))
    bus.consume(taken.handle)
    async with running(bus):
        await bus.publish(messages("ana", 1))
        await taken.wait_for(1)
        await bus.app.stop()
        await bus.publish(messages("ben", 5))
        await until(lambda: "retriable error" in bus.daprd.log)
        await bus.app.start(bus)
        assert (await taken.wait_for(6))[1:] == messages("ben", 5)
        await bus.publish_dead(messages("last", 1))
        assert [record.value for record in await read(config, config.dead_topic, 1)] == [b"last 0"]
