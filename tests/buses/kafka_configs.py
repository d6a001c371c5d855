"""How a test's bus reaches its broker."""

from uuid import uuid4

from jobs.bus.kafka_bus import KafkaConfig
from tests.services.kafka import Kafka
from tests.services.kafka_properties import PASSWORD, USER


def kafka_config(broker: Kafka, **options: object) -> KafkaConfig:
    """A topic and groups of the test's own."""
    name = f"t{uuid4().hex}"
    own = {"servers": (broker.bootstrap,), "topic": name, "group_prefix": name, "partitions": 3}
    return KafkaConfig(**(own | options))  # type: ignore[arg-type]


def signing_in(broker: Kafka, protocol: str, mechanism: str) -> KafkaConfig:
    servers = {
        "SASL_PLAINTEXT": broker.sasl_bootstrap,
        "SASL_SSL": broker.sasl_tls_bootstrap,
        "SSL": broker.tls_bootstrap,
    }
    options: dict[str, object] = {"servers": (servers[protocol],), "security_protocol": protocol}
    if protocol != "SASL_PLAINTEXT":
        options["ssl_cafile"] = broker.ca
    if protocol != "SSL":
        options |= {"sasl_mechanism": mechanism, "sasl_username": USER, "sasl_password": PASSWORD}
    return kafka_config(broker, **options)
