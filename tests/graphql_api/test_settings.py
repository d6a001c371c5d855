"""What can't keep the promise does not start, and the variable to look at is named."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from graphql_api.channels import open_courier
from graphql_api.settings import SAMPLE_SECRET, Settings, SettingsError, read_settings
from jobs.channels.vapid import new_private_key
from tests.support.keys import new_key, pem, public_pem

POSTGRESQL = {"DATABASE_URL": "postgresql://app@db.example.com/taskflow"}
KAFKA = POSTGRESQL | {"KAFKA_BOOTSTRAP_SERVERS": "kafka.example.com:9092"}
SECRET = {"JWT_SECRET": "0123456789abcdef0123456789abcdef"}
MAIL = {"SMTP_URL": "smtp://app:secret@mail.example.com", "MAIL_FROM": "TaskFlow <t@example.com>"}
PROVIDER = {
    "JWT_JWKS_URL": "https://id.example.com/keys",
    "JWT_JWKS_ISSUER": "https://id.example.com/",
    "JWT_JWKS_AUDIENCE": "taskflow",
}
DAPR = POSTGRESQL | {"USE_DAPR": "true", "APP_API_TOKEN": "a token of the sidecar"}
SIGNED_IN = {
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "KAFKA_SASL_MECHANISM": "SCRAM-SHA-256",
    "KAFKA_SASL_USERNAME": "app",
    "KAFKA_SASL_PASSWORD": "secret",
}
WRONG_KEYS = (
    "secret",
    pem(new_key()) + "secret",
    pem(new_key()).replace("M", "N"),
    public_pem(new_key()).decode(),
    pem(generate_private_key(SECP384R1())),
    pem(Ed25519PrivateKey.generate()),
    new_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode(),
)


@pytest.fixture(autouse=True)
def nothing_else_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)  # whose .env is none


def settings(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return read_settings()


@pytest.mark.parametrize(
    ("environment", "variable"),
    [
        ({"WORKERS": "2"}, "WORKERS"),
        ({"ROLE": "api"}, "ROLE"),
        ({"ROLE": "worker"}, "ROLE"),
        (POSTGRESQL | {"WORKERS": "2"}, "WORKERS"),
        (POSTGRESQL | {"ROLE": "worker"}, "ROLE"),
        ({"KAFKA_BOOTSTRAP_SERVERS": "k:9092", "WORKERS": "2"}, "WORKERS"),
        ({"KAFKA_BOOTSTRAP_SERVERS": "k:9092", "ROLE": "worker"}, "ROLE"),
        (DAPR | {"WORKERS": "2"}, "WORKERS"),
        (KAFKA | {"ROLE": "api"}, "JWT_SECRET"),
        (KAFKA | {"WORKERS": "0"}, "WORKERS"),
        (KAFKA | {"ROLE": "boss"}, "ROLE"),
        ({"EVENT_BUS": "kafka"}, "KAFKA_BOOTSTRAP_SERVERS"),
        ({"EVENT_BUS": "memory", "KAFKA_BOOTSTRAP_SERVERS": "k:9092"}, "KAFKA_BOOTSTRAP_SERVERS"),
        ({"EVENT_BUS": "kafka", "KAFKA_BOOTSTRAP_SERVERS": "k:9092", "USE_DAPR": "true"}, "USE_DAPR"),
        ({"EVENT_BUS": "memory", "USE_DAPR": "true"}, "USE_DAPR"),
        ({"EVENT_BUS": "pigeon"}, "EVENT_BUS"),
        ({"USE_DAPR": "true"}, "APP_API_TOKEN"),
        ({"EVENT_BUS": "dapr", "APP_API_TOKEN": "short"}, "APP_API_TOKEN"),
        *(
            ({"KAFKA_BOOTSTRAP_SERVERS": wrong}, "KAFKA_BOOTSTRAP_SERVERS")
            for wrong in ("k", "k:0", "http://k:1")
        ),
        (KAFKA | SIGNED_IN | {"KAFKA_SASL_MECHANISM": ""}, "KAFKA_SASL_MECHANISM"),
        (KAFKA | SIGNED_IN | {"KAFKA_SASL_USERNAME": ""}, "KAFKA_SASL_USERNAME"),
        (KAFKA | SIGNED_IN | {"KAFKA_SASL_PASSWORD": ""}, "KAFKA_SASL_PASSWORD"),
        (KAFKA | SIGNED_IN | {"KAFKA_SECURITY_PROTOCOL": "SSL"}, "KAFKA_SECURITY_PROTOCOL"),
        (KAFKA | {"KAFKA_SSL_CAFILE": "/no/such/file"}, "KAFKA_SSL_CAFILE"),
        (KAFKA | {"KAFKA_TOPIC": "no topic"}, "KAFKA_TOPIC"),
        (KAFKA | {"BROADCAST_URL": "nats://n"}, "BROADCAST_URL"),
        (KAFKA | {"BROADCAST_URL": "redis://r:port"}, "BROADCAST_URL"),
        (KAFKA | {"REDIS_URL": "memory://"}, "REDIS_URL"),
        (KAFKA | {"LEASE_SECONDS": "0"}, "LEASE_SECONDS"),
        *(
            (MAIL | {"SMTP_URL": wrong}, "SMTP_URL")
            for wrong in ("mail.example.com", "http://m", "smtp://", "smtp://m:port", "smtp://m/path")
        ),
        (MAIL | {"MAIL_FROM": ""}, "MAIL_FROM"),
        (MAIL | {"MAIL_FROM": "nobody"}, "MAIL_FROM"),
        (MAIL | {"MAIL_FROM": "a@b.example\r\nBcc: c@d.example"}, "MAIL_FROM"),
        (MAIL | {"MAIL_FROM": "J\u00fcrg <j\u00fcrg@example.com>"}, "MAIL_FROM"),
        ({"ENV": "production"}, "JWT_SECRET"),
        ({"ENV": "production", "JWT_SECRET": SAMPLE_SECRET}, "JWT_SECRET"),
        ({"ENV": "production", "JWT_SECRET": "too short"}, "JWT_SECRET"),
        (SECRET | {"JWT_OTHER_SECRETS": f"{'x' * 32},too short"}, "JWT_OTHER_SECRETS"),
        (SECRET | {"ENV": "production", "JWT_OTHER_SECRETS": SAMPLE_SECRET}, "JWT_OTHER_SECRETS"),
        *(({"JWT_PRIVATE_KEYS": wrong}, "JWT_PRIVATE_KEYS") for wrong in WRONG_KEYS),
        (PROVIDER | {"JWT_JWKS_ISSUER": ""}, "JWT_JWKS_ISSUER"),
        (PROVIDER | {"JWT_JWKS_ISSUER": "taskflow"}, "JWT_JWKS_ISSUER"),
        (PROVIDER | {"JWT_JWKS_AUDIENCE": ""}, "JWT_JWKS_AUDIENCE"),
        (PROVIDER | {"JWT_JWKS_URL": ""}, "JWT_JWKS_URL"),
        *(
            (PROVIDER | {"JWT_JWKS_URL": wrong}, "JWT_JWKS_URL")
            for wrong in (
                "id.example.com",
                "file:///etc/passwd",
                "https://",
                "https://me:secret@id/",
                "https://id:port",
            )
        ),
        (PROVIDER | SECRET | {"ENV": "production", "JWT_JWKS_URL": "http://id.example.com"}, "JWT_JWKS_URL"),
        (MAIL | SECRET | {"ENV": "production"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "tasks.example.com"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://tasks.example.com/app"}, "PUBLIC_URL"),
        ({"VAPID_PRIVATE_KEY": "secret"}, "VAPID_PRIVATE_KEY"),
        ({"CHANNELS_PRIVATE_ADDRESSES": "yes"}, "CHANNELS_PRIVATE_ADDRESSES"),
        (SECRET | {"ENV": "production", "CHANNELS_PRIVATE_ADDRESSES": "on"}, "CHANNELS_PRIVATE_ADDRESSES"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else None,
)
def test_it_is_refused_with_the_name_of_the_variable(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], variable: str
):
    with pytest.raises(SettingsError) as refused:
        settings(monkeypatch, environment)
    assert str(refused.value).startswith(f"{variable}: ")
    assert "secret" not in str(refused.value)
    assert "too short" not in str(refused.value)


@pytest.mark.parametrize(
    ("environment", "bus", "broadcast"),
    [
        ({}, "memory", "memory://"),
        (POSTGRESQL, "memory", "memory://"),
        ({"KAFKA_BOOTSTRAP_SERVERS": "k:9092"}, "kafka", "memory://"),
        (KAFKA | SECRET | {"ROLE": "api", "WORKERS": "4"}, "kafka", "memory://"),
        (KAFKA | {"ROLE": "worker"} | SIGNED_IN, "kafka", "memory://"),
        (KAFKA | {"REDIS_URL": "redis://r:6379"}, "kafka", "redis://r:6379"),
        (KAFKA | {"REDIS_URL": "redis://r:6379", "BROADCAST_URL": "memory://"}, "kafka", "memory://"),
        (KAFKA | {"REDIS_URL": "redis://r", "BROADCAST_URL": "rediss://s"}, "kafka", "rediss://s"),
        (DAPR, "dapr", "memory://"),
        (DAPR | {"KAFKA_BOOTSTRAP_SERVERS": "k:9092"}, "dapr", "memory://"),
        (DAPR | {"REDIS_URL": "redis://r:6379", "WORKERS": "2"}, "dapr", "redis://r:6379"),
    ],
)
def test_what_is_set_chooses_the_bus_and_the_broadcast(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], bus: str, broadcast: str
):
    found = settings(monkeypatch, environment)
    assert (found.bus, found.broadcast) == (bus, broadcast)


@pytest.mark.parametrize(
    ("url", "pooled"),
    [
        ("postgresql://app@db.example.com/d", False),
        ("postgresql://app@db.example.com/d?pgbouncer=true", True),
        ("postgresql://app@db.example.com/d?pgbouncer=false", False),
        ("postgres://app@ep-cool-1-pooler.eu-central-1.aws.neon.tech/d?sslmode=require", True),
        ("postgres://app@ep-cool-1.eu-central-1.aws.neon.tech/d?sslmode=require", False),
    ],
)
def test_a_pooler_is_known_by_its_name_or_by_what_is_said(
    monkeypatch: pytest.MonkeyPatch, url: str, pooled: bool
):
    assert ("pooled" in settings(monkeypatch, {"DATABASE_URL": url}).database.query) == pooled


@pytest.mark.parametrize(
    ("environment", "kinds"),
    [
        ({}, {"WEB_PUSH", "WEBHOOK"}),
        (MAIL, {"WEB_PUSH", "WEBHOOK", "EMAIL"}),
        (SECRET | {"ENV": "production"}, {"WEB_PUSH", "WEBHOOK"}),
        (POSTGRESQL, {"WEB_PUSH", "WEBHOOK"}),
        (POSTGRESQL | SECRET | {"ENV": "production"}, {"WEBHOOK"}),
        # Each would make a key of its own.
        (KAFKA | SECRET | {"ROLE": "api"}, {"WEBHOOK"}),
        (KAFKA | SECRET | {"ROLE": "api", "VAPID_PRIVATE_KEY": new_private_key()}, {"WEB_PUSH", "WEBHOOK"}),
    ],
)
async def test_what_is_set_up_can_be_sent_through(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], kinds: set[str]
):
    courier = open_courier(settings(monkeypatch, environment))
    assert courier.kinds == kinds
    assert (courier.vapid_public_key is not None) == ("WEB_PUSH" in kinds)
    await courier.close()


async def test_the_key_of_web_push_outlives_a_restart(monkeypatch: pytest.MonkeyPatch):
    keys = set()
    for _ in range(2):
        courier = open_courier(settings(monkeypatch, {}))
        keys.add(courier.vapid_public_key)
        await courier.close()
    assert len(keys) == 1
