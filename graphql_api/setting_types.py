"""Values of settings beyond what pydantic knows. Each ValueError is a sentence, after the variable's name."""

import ssl
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from graphql_api.auth.signing import read_private_keys
from graphql_api.database_url import read_database_url
from jobs.channels.smtp_server import read_smtp_url
from jobs.channels.vapid import read_private_key

SECRET_CHARACTERS = 32
TICK_TOKEN_CHARACTERS = 16


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())


def _origins(value: tuple[str, ...]) -> tuple[str, ...]:
    for origin in value:
        if not origin.startswith(("http://", "https://")) or origin.count("/") != 2:
            raise ValueError(f"{origin!r} is not an origin such as https://app.example.com (no *, no path)")
    return value


def _servers(value: tuple[str, ...]) -> tuple[str, ...]:
    for server in value:
        host, _, port = server.rpartition(":")
        is_port = port.isascii() and port.isdigit() and 0 < int(port) <= 65535
        if not host or "/" in server or not is_port:
            raise ValueError(f"{server!r} is not a host and a port such as kafka-1.example.com:9092")
    return value


def _database_url(value: str) -> str:
    if value:
        read_database_url(value)
    return value


def _redis_url(value: str) -> str:
    if not value:
        return value
    if not value.startswith(("redis://", "rediss://")):
        raise ValueError("must begin with redis:// or rediss://")
    try:
        url = urlsplit(value)
        usable = bool(url.hostname) and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("can't be read: it is redis://host:port/0, its port a number")
    return value


def _broadcast_url(value: str) -> str:
    if value == "memory://":
        return value
    if value and not value.startswith(("redis://", "rediss://")):
        raise ValueError("must begin with memory://, redis:// or rediss://")
    return _redis_url(value)


def _certificates(value: Path | None) -> Path | None:
    if value is not None:
        try:
            ssl.create_default_context(cafile=str(value))
        except OSError as error:
            why = "holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
            raise ValueError(f"{value}: {why}") from None
    return value


def _proxies(value: str) -> str:
    """uvicorn takes what it can't read for a name, which no peer ever has: nobody would be believed."""
    proxies = [part.strip() for part in value.split(",") if part.strip()]
    if proxies == ["*"]:
        return "*"
    for proxy in proxies:
        try:
            ip_network(proxy) if "/" in proxy else ip_address(proxy)
        except ValueError as error:
            raise ValueError(
                f"{proxy!r} is neither an address nor a network such as 10.0.0.0/8 ({error}); * alone is for all"
            ) from None
    return ",".join(proxies)


def _secret(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and len(value.get_secret_value()) < SECRET_CHARACTERS:
        raise ValueError(f"must have at least {SECRET_CHARACTERS} characters")
    return value


def split_secrets(value: SecretStr) -> list[str]:
    return [secret.strip() for secret in value.get_secret_value().split(",") if secret.strip()]


def _other_secrets(value: SecretStr) -> SecretStr:
    if any(len(secret) < SECRET_CHARACTERS for secret in split_secrets(value)):
        raise ValueError(f"each must have at least {SECRET_CHARACTERS} characters, and no comma")
    return value


def _private_keys(value: SecretStr) -> SecretStr:
    if value.get_secret_value():
        try:
            read_private_keys(value.get_secret_value())
        except ValueError:
            raise ValueError(
                "is one or more P-256 keys in PEM without a password, such as `openssl genpkey -algorithm EC -pkeyopt "
                "ec_paramgen_curve:P-256` writes"
            ) from None
    return value


def _key_set_url(value: str) -> str:
    if value:
        try:
            url = urlsplit(value)
            usable = url.scheme in ("https", "http") and bool(url.hostname) and url.port != 0
            usable = usable and url.username is None and not url.fragment
        except ValueError:
            usable = False
        if not usable:
            raise ValueError(
                "is a URL such as https://id.example.com/.well-known/jwks.json, without a password"
            )
    return value


def is_private_to_read(url: str) -> bool:
    """Whether nobody between could change what is read there."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in ("localhost", "127.0.0.1", "::1")


def _tick_token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value()
    if token and (len(token) < TICK_TOKEN_CHARACTERS or not token.isascii() or not token.isprintable()):
        raise ValueError(f"must have at least {TICK_TOKEN_CHARACTERS} characters, all of them ASCII")
    return value


def _smtp_url(value: SecretStr) -> SecretStr:
    if value.get_secret_value():
        read_smtp_url(value.get_secret_value())
    return value


def _mail_from(value: str) -> str:
    if value:
        _, address = parseaddr(value)
        local, _, domain = address.rpartition("@")
        if not local or not domain or not address.isascii() or not value.isprintable():
            raise ValueError("is an address such as TaskFlow <reminders@example.com>, in ASCII letters")
    return value


def _public_url(value: str) -> str:
    value = value.rstrip("/").lower()  # as browsers write an origin
    if value:
        _origins((value,))
    return value


def _http_url(value: str) -> str:
    value = value.rstrip("/")
    if value:
        try:
            url = urlsplit(value)
            usable = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
            usable = usable and not (url.query or url.fragment)
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("is a URL such as http://otel-collector:4318")
    return value


def read_headers(text: str) -> dict[str, str]:
    """Raises ValueError."""
    headers: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, is_pair, value = (each.strip() for each in part.partition("="))
        value = unquote(value)
        if not name or not is_pair or not name.isascii() or not value.isascii() or not value.isprintable():
            raise ValueError("is name=value, several separated by commas")
        headers[name] = value
    return headers


def _headers(value: SecretStr) -> SecretStr:
    read_headers(value.get_secret_value())
    return value


def _vapid_key(value: SecretStr) -> SecretStr:
    if value.get_secret_value():
        try:
            read_private_key(value.get_secret_value())
        except ValueError:
            raise ValueError("is the 32 bytes of a P-256 key in base64url") from None
    return value


type CommaSeparated = tuple[str, ...]
Origins = Annotated[CommaSeparated, NoDecode, BeforeValidator(_split), AfterValidator(_origins)]
Servers = Annotated[CommaSeparated, NoDecode, BeforeValidator(_split), AfterValidator(_servers)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
RedisUrl = Annotated[str, AfterValidator(_redis_url)]
BroadcastUrl = Annotated[str, AfterValidator(_broadcast_url)]
RetentionDays = Annotated[int | None, BeforeValidator(lambda value: value or None)]
Certificates = Annotated[
    Path | None, BeforeValidator(lambda value: value or None), AfterValidator(_certificates)
]
Proxies = Annotated[str, AfterValidator(_proxies)]
KeySetUrl = Annotated[str, AfterValidator(_key_set_url)]
MailFrom = Annotated[str, AfterValidator(_mail_from)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
Headers = Annotated[SecretStr, AfterValidator(_headers)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
SmtpUrl = Annotated[SecretStr, AfterValidator(_smtp_url)]
TickToken = Annotated[SecretStr, AfterValidator(_tick_token)]
VapidKey = Annotated[SecretStr, AfterValidator(_vapid_key)]
OtherSecrets = Annotated[SecretStr, AfterValidator(_other_secrets)]
PrivateKeys = Annotated[SecretStr, AfterValidator(_private_keys)]
SigningSecret = Annotated[SecretStr, AfterValidator(_secret)]
