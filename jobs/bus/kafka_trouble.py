"""What is wrong with Kafka, in words that name the variable to look at. Never with a password."""

import asyncio
import socket
import ssl

import structlog
from aiokafka.conn import create_conn, get_ip_port_afi
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from jobs.bus.kafka_config import KafkaConfig

log = structlog.get_logger()

#: For one try at each server, all at once.
PROBE_SECONDS = 4.0

#: OpenSSL's X509_V_ERR_….
_EXPIRED, _OTHER_NAME, _OTHER_ADDRESS = 10, 62, 64


#: The parts of the bus. The first that complains is heard: those after it mostly suffer from the same.
BROKERS, TOPICS, PUBLISHING, LISTENING, CONSUMING = PARTS = (
    "brokers",
    "topics",
    "publishing",
    "listening",
    "consuming",
)


class Troubles:
    """What each part has to complain of. Logged when what is said changes, and not each second."""

    def __init__(self) -> None:
        self._said: dict[str, str | None] = dict.fromkeys(PARTS)
        self._logged: str | None = None
        #: Set once there was any.
        self.met = asyncio.Event()

    @property
    def text(self) -> str | None:
        return next((said for said in self._said.values() if said is not None), None)

    def note(self, part: str, said: str) -> None:
        self._said[part] = said
        self.met.set()
        self._tell()

    def clear(self, part: str) -> None:
        self._said[part] = None
        self._tell()

    def _tell(self) -> None:
        text = self.text
        if text == self._logged:
            return
        self._logged = text
        if text is None:
            log.info("kafka_well_again")
        else:
            log.warning("kafka_trouble", trouble=text)


def refusal(error: Exception, config: KafkaConfig) -> str:
    """Why brokers that answer did not do what they were asked for."""
    who = "KAFKA_SASL_USERNAME" if config.signs_in else "who does not sign in"
    match error:
        case TopicAuthorizationFailedError():
            return f"KAFKA_TOPIC: {who} may not use {config.topic}"
        case GroupAuthorizationFailedError():
            return f"KAFKA_SASL_USERNAME: {who} may not use the group {error}"
        case ClusterAuthorizationFailedError():
            return f"KAFKA_SASL_USERNAME: {who} may not publish with idempotence"
        case TimeoutError():
            return "KAFKA_BOOTSTRAP_SERVERS: the brokers take too long"
    return f"KAFKA_BOOTSTRAP_SERVERS: the brokers answer with {type(error).__name__} ({error})"


async def diagnose(config: KafkaConfig) -> str | None:
    """Why none of the servers can be used, or None where one can. Returns within seconds.

    aiokafka says of all that goes wrong that it was "unable to bootstrap".
    """
    found = await asyncio.gather(*(_try(server, config) for server in config.servers))
    return None if None in found else found[0]


async def _try(server: str, config: KafkaConfig) -> str | None:
    host, port, _ = get_ip_port_afi(server)
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            opened = await create_conn(host, port, **config.connection)
            try:
                # Where a sign-in is missing, only the second request is refused.
                await opened.send(MetadataRequest([], allow_auto_topic_creation=False))
            finally:
                opened.close()
    except Exception as error:
        return _explain(error, server, config)
    return None


def _explain(error: Exception, server: str, config: KafkaConfig) -> str:
    match error:
        case SaslAuthenticationFailed():
            return f"KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD: {server} refuses them"
        case UnsupportedSaslMechanismError():
            return f"KAFKA_SASL_MECHANISM: {server} does not know {config.sasl_mechanism}"
        case IllegalSaslStateError():
            without = "SSL" if config.uses_tls else "PLAINTEXT"
            return f"KAFKA_SECURITY_PROTOCOL: {server} wants no sign-in: it is {without} there"
        case ssl.SSLCertVerificationError():
            return _explain_certificate(error, server, config)
        case ssl.SSLError() | ConnectionResetError() if config.uses_tls:
            return f"KAFKA_SECURITY_PROTOCOL: {server} does not speak TLS"
        case KafkaConnectionError():
            return _explain_closed(error, server, config)
        case ConnectionRefusedError():
            return f"KAFKA_BOOTSTRAP_SERVERS: nobody listens at {server}"
        case socket.gaierror():
            return f"KAFKA_BOOTSTRAP_SERVERS: the name of {server} is not known"
        case TimeoutError():
            return f"KAFKA_BOOTSTRAP_SERVERS: {server} does not answer"
        case OSError():
            return f"KAFKA_BOOTSTRAP_SERVERS: {server} can't be reached ({error.strerror or error})"
    return f"KAFKA_BOOTSTRAP_SERVERS: {server} does not answer as a broker would ({type(error).__name__})"


def _explain_certificate(error: ssl.SSLCertVerificationError, server: str, config: KafkaConfig) -> str:
    if error.verify_code in (_OTHER_NAME, _OTHER_ADDRESS):
        return f"KAFKA_BOOTSTRAP_SERVERS: the certificate at {server} is for another name"
    if error.verify_code == _EXPIRED:
        return f"KAFKA_BOOTSTRAP_SERVERS: the certificate at {server} has expired"
    trusted = "of that file" if config.ssl_cafile else "that this system trusts"
    return f"KAFKA_SSL_CAFILE: the certificate at {server} is of no CA {trusted} ({error.verify_message})"


def _explain_closed(error: KafkaConnectionError, server: str, config: KafkaConfig) -> str:
    read = error.__cause__
    # TLS answers with an alert, whose beginning passes for the length of a very long message.
    if not config.uses_tls and isinstance(read, asyncio.IncompleteReadError) and read.partial:
        return f"KAFKA_SECURITY_PROTOCOL: {server} wants TLS: it is SSL or SASL_SSL there"
    if not config.signs_in:
        wanted = "SASL_SSL" if config.uses_tls else "SASL_PLAINTEXT, SSL or SASL_SSL"
        return f"KAFKA_SECURITY_PROTOCOL: {server} ends such connections: it may be {wanted} there"
    return f"KAFKA_BOOTSTRAP_SERVERS: {server} ended the connection"
