"""How to reach the brokers, in TaskFlow's words and in aiokafka's."""

import ssl
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jobs.bus.message import DEAD_TOPIC_SUFFIX


@dataclass(frozen=True)
class KafkaConfig:
    """servers: host:port of brokers to begin with; topic: that of events, beside which lies that of dead letters;
    partitions: of a topic that is made; retention_hours: of that of events, 0 as the brokers have it; session_seconds:
    after so long without a sign of life a consumer's partitions go to the others.
    """

    servers: tuple[str, ...]
    topic: str = "tasks.events"
    partitions: int = 6
    retention_hours: int = 0
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str = ""
    sasl_username: str = ""
    sasl_password: str = ""
    ssl_cafile: Path | None = None
    compression: str = "none"
    session_seconds: float = 6.0
    group_prefix: str = "taskflow"

    @property
    def dead_topic(self) -> str:
        return self.topic + DEAD_TOPIC_SUFFIX

    def of_a_new_topic(self, name: str) -> list[tuple[str, str]]:
        """Kafka's own settings of it, by their names."""
        if name != self.topic or not self.retention_hours:
            return []
        return [("retention.ms", str(self.retention_hours * 3_600_000))]

    @property
    def consumers_group(self) -> str:
        return f"{self.group_prefix}-consumers"

    @property
    def signs_in(self) -> bool:
        return self.security_protocol.startswith("SASL_")

    @property
    def uses_tls(self) -> bool:
        return self.security_protocol.endswith("SSL")

    @cached_property
    def connection(self) -> dict[str, Any]:
        """What each connection of aiokafka's is told. Reads the CA's file; raises OSError."""
        options: dict[str, Any] = {"client_id": "taskflow", "security_protocol": self.security_protocol}
        if self.uses_tls:
            options["ssl_context"] = ssl.create_default_context(
                cafile=str(self.ssl_cafile) if self.ssl_cafile else None
            )
        if self.signs_in:
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password
        return options
