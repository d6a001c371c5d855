"""The chart's component before brokers that ask for TLS, a user or both: Dapr's own sidecar publishes by it."""

from pathlib import Path

import pytest
import yaml

from tests.deploy.brokers import WAYS, address, assert_a_sidecar_publishes
from tests.deploy.kubernetes.helm import Helm
from tests.services.kafka import Kafka
from tests.services.kafka_properties import PASSWORD, USER

pytestmark = pytest.mark.deploy


@pytest.mark.parametrize(("protocol", "mechanism"), WAYS)
async def test_a_sidecar_gets_at_them_as_the_chart_says(
    helm: Helm,
    secure_kafka: Kafka,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    protocol: str,
    mechanism: str,
):
    brokers = address(secure_kafka, protocol)
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
    await assert_a_sidecar_publishes(secure_kafka, tmp_path, monkeypatch)
