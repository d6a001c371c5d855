"""What a broker of the suite's is told."""

from pathlib import Path

USER, PASSWORD = "app", "app-secret"
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")

#: One node, no waiting for others, and a broker that was killed may come back at once.
ONE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "initial.broker.registration.timeout.ms": "60000",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
    "log.cleaner.threads": "1",
    "log.cleaner.dedupe.buffer.size": "4194304",
}


def secured(server_pem: Path) -> dict[str, str]:
    security = "org.apache.kafka.common.security"
    scram = f"{security}.scram.ScramLoginModule required;"
    plain = f'{security}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
    written: dict[str, str] = {}
    for listener in ("sasl_plaintext", "sasl_ssl"):
        name = f"listener.name.{listener}"
        written[f"{name}.sasl.enabled.mechanisms"] = ",".join(MECHANISMS)
        written[f"{name}.plain.sasl.jaas.config"] = plain
        for mechanism in ("scram-sha-256", "scram-sha-512"):
            written[f"{name}.{mechanism}.sasl.jaas.config"] = scram
    for listener in ("ssl", "sasl_ssl"):
        written[f"listener.name.{listener}.ssl.keystore.type"] = "PEM"
        written[f"listener.name.{listener}.ssl.keystore.location"] = str(server_pem)
    return written
