"""The settings' choice of a bus. What is not chosen is not even loaded: the SDK of Dapr alone takes half a second."""

from graphql_api.settings import Settings
from jobs.bus import Bus
from jobs.bus.memory_bus import MemoryBus

#: Those that read the bus for Redis.
FANOUT_GROUP = "taskflow-fanout"


def open_bus(settings: Settings) -> Bus:
    match settings.bus:
        case "memory":
            return MemoryBus()
        case "kafka":
            return _kafka(settings)
        case "dapr":
            return _dapr(settings)


def _kafka(settings: Settings) -> Bus:
    from jobs.bus.kafka_bus import KafkaBus, KafkaConfig

    config = KafkaConfig(
        servers=settings.kafka_bootstrap_servers,
        topic=settings.kafka_topic,
        partitions=settings.kafka_partitions,
        retention_hours=settings.kafka_retention_hours,
        security_protocol=settings.kafka_security_protocol,
        sasl_mechanism=settings.kafka_sasl_mechanism,
        sasl_username=settings.kafka_sasl_username,
        sasl_password=settings.kafka_sasl_password.get_secret_value(),
        ssl_cafile=settings.kafka_ssl_cafile,
        compression=settings.kafka_compression,
        session_seconds=settings.kafka_session_seconds,
    )
    # Redis spreads what one process of the group has read; without it every process reads everything.
    return KafkaBus(config, fanout_group=None if settings.broadcast == "memory://" else FANOUT_GROUP)


def _dapr(settings: Settings) -> Bus:
    from jobs.bus.dapr_bus import DaprBus, DaprConfig

    config = DaprConfig(
        http_port=settings.dapr_http_port,
        grpc_port=settings.dapr_grpc_port,
        api_token=settings.dapr_api_token.get_secret_value(),
        topic=settings.kafka_topic,
    )
    return DaprBus(config, _kafka(settings) if settings.kafka_bootstrap_servers else None)
