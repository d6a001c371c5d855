"""What is wrong is told apart, with the variable to look at, once, and never with the password."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from jobs.bus import BusUnavailable, kafka_bus
from jobs.bus.kafka_bus import KafkaBus, KafkaConfig
from tests.buses.hearing import Heard, messages, until
from tests.buses.kafka_configs import kafka_config, signing_in
from tests.services.certificates import make_ca
from tests.services.kafka import Kafka
from tests.services.ports import free_port

pytestmark = pytest.mark.services

WRONG_PASSWORD = "hunter2-hunter2"

type Wrong = Callable[[Kafka, Path], KafkaConfig]


def tls(broker: Kafka) -> KafkaConfig:
    return signing_in(broker, "SSL", "")


def scram(broker: Kafka) -> KafkaConfig:
    return signing_in(broker, "SASL_SSL", "SCRAM-SHA-256")


def at(config: KafkaConfig, server: str) -> KafkaConfig:
    return replace(config, servers=(server,))


def without_sign_in(config: KafkaConfig) -> KafkaConfig:
    return replace(config, security_protocol="SSL", sasl_mechanism="", sasl_username="", sasl_password="")


CASES: dict[str, tuple[Wrong, str]] = {
    "password": (
        lambda broker, _: replace(scram(broker), sasl_password=WRONG_PASSWORD),
        "KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD: {server} refuses them",
    ),
    "password, plain": (
        lambda broker, _: replace(signing_in(broker, "SASL_SSL", "PLAIN"), sasl_password=WRONG_PASSWORD),
        "KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD: {server} refuses them",
    ),
    "user": (
        lambda broker, _: replace(scram(broker), sasl_username="nobody"),
        "KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD: {server} refuses them",
    ),
    "CA": (
        lambda broker, folder: replace(tls(broker), ssl_cafile=make_ca(folder)),
        "KAFKA_SSL_CAFILE: the certificate at {server} is of no CA of that file",
    ),
    "no CA": (
        lambda broker, _: replace(tls(broker), ssl_cafile=None),
        "KAFKA_SSL_CAFILE: the certificate at {server} is of no CA that this system trusts",
    ),
    "plaintext at a TLS port": (
        lambda broker, _: kafka_config(broker, servers=(broker.tls_bootstrap,)),
        "KAFKA_SECURITY_PROTOCOL: {server} wants TLS",
    ),
    "TLS at a plaintext port": (
        lambda broker, _: at(tls(broker), broker.bootstrap),
        "KAFKA_SECURITY_PROTOCOL: {server} does not speak TLS",
    ),
    "no sign-in where one is asked for": (
        lambda broker, _: kafka_config(broker, servers=(broker.sasl_bootstrap,)),
        "KAFKA_SECURITY_PROTOCOL: {server} ends such connections: it may be SASL_PLAINTEXT",
    ),
    "TLS without a sign-in where one is asked for": (
        lambda broker, _: without_sign_in(scram(broker)),
        "KAFKA_SECURITY_PROTOCOL: {server} ends such connections: it may be SASL_SSL there",
    ),
    "a sign-in where none is asked for": (
        lambda broker, _: at(scram(broker), broker.tls_bootstrap),
        "KAFKA_SECURITY_PROTOCOL: {server} wants no sign-in: it is SSL there",
    ),
    "nobody listens": (
        lambda broker, _: kafka_config(broker, servers=(f"127.0.0.1:{free_port()}",)),
        "KAFKA_BOOTSTRAP_SERVERS: nobody listens at {server}",
    ),
    "an unknown name": (
        lambda broker, _: kafka_config(broker, servers=("broker.invalid:9092",)),
        "KAFKA_BOOTSTRAP_SERVERS: the name of {server} is not known",
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_what_is_wrong_is_told_once_and_stops_nothing(
    secure_kafka: Kafka,
    tmp_path: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    # Long enough for several tries.
    monkeypatch.setattr(kafka_bus, "START_SECONDS", 1.5)
    wrong, said = CASES[name]
    config = wrong(secure_kafka, tmp_path)
    bus = KafkaBus(config)
    bus.listen(Heard())
    bus.consume(Heard().handle)
    before = time.monotonic()
    with capture_logs() as logs:
        await bus.start()
        assert time.monotonic() - before < 2
        assert bus.trouble is not None
        assert bus.trouble.startswith(said.format(server=config.servers[0]))
        with pytest.raises(BusUnavailable) as refused:
            await bus.publish(messages("ana", 1))
        assert str(refused.value) == bus.trouble
        before = time.monotonic()
        await bus.stop()
        assert time.monotonic() - before < 3
    assert [line["event"] for line in logs if line["log_level"] != "debug"] == ["kafka_trouble"]
    printed = capsys.readouterr()
    assert WRONG_PASSWORD not in f"{logs} {printed.out} {printed.err}"


async def test_one_server_that_answers_is_enough(kafka: Kafka):
    bus = KafkaBus(kafka_config(kafka, servers=(f"127.0.0.1:{free_port()}", kafka.bootstrap)))
    await bus.start()
    await bus.publish(messages("ana", 1))
    assert bus.trouble is None
    await bus.stop()


async def test_what_was_wrong_is_forgotten_when_it_is_right_again():
    with Kafka() as broker:
        await broker.stop()
        bus = KafkaBus(kafka_config(broker))
        heard = Heard()
        bus.listen(heard)
        with capture_logs() as logs:
            await bus.start()
            assert bus.trouble == f"KAFKA_BOOTSTRAP_SERVERS: nobody listens at {broker.bootstrap}"
            await broker.start()
            await until(lambda: bus.trouble is None)
        assert [line["event"] for line in logs if line["log_level"] != "debug"] == [
            "kafka_trouble",
            "kafka_well_again",
        ]
        await bus.stop()
