"""Compose's sidecars get at the brokers that TaskFlow is told of, by the same variables."""

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy.brokers import WAYS, address, assert_a_sidecar_publishes
from tests.deploy.compose_file import read
from tests.deploy.topology import write_resources
from tests.services.kafka import Kafka
from tests.services.kafka_properties import PASSWORD, USER

pytestmark = pytest.mark.deploy

USERS = {"KAFKA_SASL_USERNAME": USER, "KAFKA_SASL_PASSWORD": PASSWORD}


@pytest.mark.parametrize(("protocol", "mechanism"), WAYS)
async def test_a_sidecar_gets_at_them(
    secure_kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: str, mechanism: str
):
    signing_in = USERS | {"KAFKA_SASL_MECHANISM": mechanism} if mechanism else {}
    chosen = {"KAFKA_BOOTSTRAP_SERVERS": address(secure_kafka, protocol), "KAFKA_SECURITY_PROTOCOL": protocol}
    if protocol.endswith("SSL"):
        chosen["KAFKA_SSL_CAFILE"] = str(secure_kafka.ca)
    services = read("compose.yaml", USE_DAPR="true", **chosen, **signing_in)
    told = {name: str(value or "") for name, value in services["dapr-resources"]["environment"].items()}
    assert (
        told.items()
        <= {name: str(value or "") for name, value in services["worker"]["environment"].items()}.items()
    )
    write_resources(tmp_path / "resources", told)
    texts = {file.name: file.read_text("utf-8") for file in (tmp_path / "resources").iterdir()}
    assert PASSWORD not in "".join(texts.values())
    both = [
        yaml.safe_load(texts[name])["spec"]["metadata"] for name in ("kafka-pubsub.yaml", "kafka-fanout.yaml")
    ]
    assert both[0][: _count(both[0])] == both[1][: _count(both[1])]
    own = services["worker-dapr"]["environment"]
    environment = {name: own[name] for name in USERS if own[name]}
    await assert_a_sidecar_publishes(secure_kafka, tmp_path, monkeypatch, **environment)


@pytest.mark.parametrize(
    ("protocol", "ca", "said"),
    [
        ("SASL_SSL", "/nowhere/ca.crt", "KAFKA_SSL_CAFILE: /nowhere/ca.crt is not in the container of dapr-"),
        ("SSL", "", "KAFKA_SSL_CAFILE: Dapr needs it with KAFKA_SECURITY_PROTOCOL=SSL"),
    ],
)
def test_what_a_sidecar_can_not_do_is_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], protocol: str, ca: str, said: str
):
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": "kafka.example.com:9093",
        "KAFKA_SECURITY_PROTOCOL": protocol,
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_SSL_CAFILE": ca,
    }
    with pytest.raises(subprocess.CalledProcessError):
        write_resources(tmp_path / "resources", environment | USERS)
    assert said in capfd.readouterr().err


def _count(metadata: list[dict[str, str]]) -> int:
    """How many entries there are up to the last that is about the brokers themselves."""
    about = ("brokers", "authType", "sasl", "disableTls", "caCert")
    return max(index for index, item in enumerate(metadata) if item["name"].startswith(about)) + 1
