"""Ways to get at a broker that asks for TLS, a user or both, and a sidecar that publishes by them."""

import asyncio
import shutil
import urllib.request
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from tests.buses.dapr_fixture import make_topics
from tests.buses.kafka_configs import kafka_config
from tests.services import daprd
from tests.services.kafka import Kafka
from tests.services.ports import free_port

SECONDS = 20
#: Security protocol and SASL mechanism.
WAYS = [
    ("SASL_SSL", "SCRAM-SHA-256"),
    ("SASL_SSL", "SCRAM-SHA-512"),
    ("SASL_PLAINTEXT", "PLAIN"),
    ("SSL", ""),
    ("PLAINTEXT", ""),
]


def address(broker: Kafka, protocol: str) -> str:
    return {
        "SASL_SSL": broker.sasl_tls_bootstrap,
        "SASL_PLAINTEXT": broker.sasl_bootstrap,
        "SSL": broker.tls_bootstrap,
        "PLAINTEXT": broker.bootstrap,
    }[protocol]


async def assert_a_sidecar_publishes(
    broker: Kafka, folder: Path, monkeypatch: pytest.MonkeyPatch, **environment: str
) -> None:
    """`folder`: whose `resources/` has the component. environment: what the sidecar has beside its own."""
    config = kafka_config(broker)
    await make_topics(config)
    shutil.copy(daprd.FILES / "config.yaml", folder)
    monkeypatch.setattr(daprd, "FILES", folder)
    with daprd.Daprd(free_port(), broker.bootstrap, environment=environment) as sidecar:
        url = f"http://127.0.0.1:{sidecar.http_port}/v1.0/publish/kafka-pubsub/{config.topic}"
        asked = urllib.request.Request(url + "?metadata.rawPayload=true", data=b'"here"')
        assert await asyncio.to_thread(_status, asked) == 204
    consumer = AIOKafkaConsumer(
        config.topic, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        assert (await consumer.getone()).value == b'"here"'
    finally:
        await consumer.stop()


def _status(asked: urllib.request.Request) -> int:
    with urllib.request.urlopen(asked, timeout=SECONDS) as answer:
        status: int = answer.status
        return status
