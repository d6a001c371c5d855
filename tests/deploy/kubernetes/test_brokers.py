"""The chart's component before brokers that ask for TLS, a user or both: Dapr's own sidecar publishes by it."""

import asyncio
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from aiokafka import AIOKafkaConsumer

from tests.buses.dapr_fixture import make_topics
from tests.buses.kafka_configs import kafka_config
from tests.deploy.kubernetes.helm import Helm
from tests.services import daprd
from tests.services.kafka import Kafka
from tests.services.kafka_properties import PASSWORD, USER
from tests.services.ports import free_port

pytestmark = pytest.mark.deploy

SECONDS = 20


@pytest.fixture(scope="module")
def secure_kafka() -> Iterator[Kafka]:
    with Kafka(secure=True) as broker:
        yield broker


@pytest.mark.parametrize(
    ("protocol", "mechanism"),
    [
        ("SASL_SSL", "SCRAM-SHA-256"),
        ("SASL_SSL", "SCRAM-SHA-512"),
        ("SASL_PLAINTEXT", "PLAIN"),
        ("SSL", ""),
        ("PLAINTEXT", ""),
    ],
)
async def test_a_sidecar_gets_at_them_as_the_chart_says(
    helm: Helm,
    secure_kafka: Kafka,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    protocol: str,
    mechanism: str,
):
    config = kafka_config(secure_kafka)
    await make_topics(config)
    brokers = {
        "SASL_SSL": secure_kafka.sasl_tls_bootstrap,
        "SASL_PLAINTEXT": secure_kafka.sasl_bootstrap,
        "SSL": secure_kafka.tls_bootstrap,
        "PLAINTEXT": secure_kafka.bootstrap,
    }[protocol]
    kafka = f"securityProtocol={protocol},kafka.saslMechanism={mechanism},kafka.bootstrapServers={brokers}"
    ca = "brokers" if protocol.endswith("SSL") else ""
    documents = helm.render("prod with dapr", f"--set=kafka.{kafka},kafka.caSecret={ca}")
    (component,) = (each for each in documents if each["metadata"]["name"] == "kafka-pubsub")
    keys = {
        "KAFKA_SASL_USERNAME": USER,
        "KAFKA_SASL_PASSWORD": PASSWORD,
        "ca.crt": secure_kafka.ca.read_text("utf-8"),
    }
    for item in component["spec"]["metadata"]:
        # Dapr's operator puts in what a Secret holds.
        if "secretKeyRef" in item:
            item["value"] = keys[item.pop("secretKeyRef")["key"]]
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "kafka-pubsub.yaml").write_text(yaml.safe_dump(component), encoding="utf-8")
    shutil.copy(daprd.FILES / "config.yaml", tmp_path)
    monkeypatch.setattr(daprd, "FILES", tmp_path)

    with daprd.Daprd(free_port(), brokers) as sidecar:
        url = f"http://127.0.0.1:{sidecar.http_port}/v1.0/publish/kafka-pubsub/{config.topic}"
        asked = urllib.request.Request(url + "?metadata.rawPayload=true", data=b'"here"')
        assert await asyncio.to_thread(_status, asked) == 204
    consumer = AIOKafkaConsumer(
        config.topic, bootstrap_servers=secure_kafka.bootstrap, auto_offset_reset="earliest"
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
