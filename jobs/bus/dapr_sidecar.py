"""This process's sidecar: whether it answers, and what it takes. All calls go through Dapr's own SDK."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog
from dapr.aio.clients import DaprClient
from dapr.clients import BulkPublishEntry
from dapr.clients.exceptions import DaprGrpcError
from dapr.clients.health import DaprHealth
from dapr.conf import settings as sdk_settings

from jobs.bus import BusUnavailable, Message
from jobs.bus.message import CONTENT_TYPE, DEAD_TOPIC_SUFFIX

log = structlog.get_logger()

HOST = "127.0.0.1"
#: The component that takes events, and hands each to one process of all.
PUBSUB = "kafka-pubsub"
#: The component that hands every event to every process.
FANOUT = "kafka-fanout"
PROBE_EVERY_SECONDS = 1.0
PROBE_SECONDS = 1.0
#: One call. Above the sidecar's own limit (`dapr/resiliency.yaml`), so that it can say why it took nothing.
CALL_SECONDS = 2.5
#: Of one call. What is larger goes alone: only then the sidecar says whether it was too large for the broker.
CALL_BYTES, CALL_MESSAGES = 100_000, 100
#: The bytes go to the topic as they are. The sidecar would put an envelope of its own around them, and empty the trace.
_AS_IT_IS = {"rawPayload": "true", "content-type": CONTENT_TYPE}
#: What the sidecar says of a message that no broker would take, in the words of its Kafka library.
_TOO_LARGE = "too large", "larger than"


class SidecarAway(Exception):
    """It does not answer, or not in time. What was sent may still arrive."""


class MessageRefused(Exception):
    """The broker answers, and does not take this message."""


@dataclass(frozen=True)
class DaprConfig:
    """http_port, grpc_port: of the sidecar, on this host; api_token: what it asks for, where it does."""

    http_port: int = 3500
    grpc_port: int = 50001
    api_token: str = ""
    topic: str = "tasks.events"

    @property
    def dead_topic(self) -> str:
        return self.topic + DEAD_TOPIC_SUFFIX


class Sidecar:
    """Looked at once a second, so that nobody waits for one that is away or hangs."""

    def __init__(self, config: DaprConfig) -> None:
        self._config = config
        self._client: DaprClient | None = None
        self._known = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    @property
    def answers(self) -> bool:
        return self._client is not None

    async def start(self) -> None:
        configure_sdk(self._config)
        self._known.clear()
        self._watching = asyncio.create_task(self._watch(), name="dapr sidecar")

    async def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
        await self._drop_client()

    async def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Raises SidecarAway, BusUnavailable, MessageRefused."""
        await self._known.wait()  # for the first look, right after the start
        for part in _parts(messages):
            await self._publish_part(topic, part)

    async def _publish_part(self, topic: str, part: Sequence[Message]) -> None:
        client = self._client
        if client is None:
            raise SidecarAway
        task = asyncio.current_task()
        assert task is not None
        try:
            if len(part) == 1:
                metadata = _AS_IT_IS | {"partitionKey": part[0].key}
                await client.publish_event(PUBSUB, topic, part[0].body, publish_metadata=metadata)
                return
            entries = [
                BulkPublishEntry(message.body, metadata={"partitionKey": message.key}) for message in part
            ]
            answer = await client.publish_events(PUBSUB, topic, entries, publish_metadata=_AS_IT_IS)
        except DaprGrpcError as error:
            code = error.code().name
            if code in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
                if client is self._client:
                    await self._lost(code)
                raise SidecarAway from error
            raise _refusal(code, str(error.details())) from error
        except asyncio.CancelledError:
            if task.cancelling():
                raise
            # The client was closed: somebody else found that the sidecar is away.
            raise SidecarAway from None
        if answer.failed_entries:
            raise BusUnavailable(f"the sidecar could not hand on all: {answer.failed_entries[0].error}")

    async def _watch(self) -> None:
        while True:
            began = time.monotonic()
            try:
                await self._look()
            except (OSError, TimeoutError, ValueError) as error:
                await self._lost(str(error) or type(error).__name__)
            except Exception:
                log.exception("dapr_probe_failed")
                await self._lost("the SDK failed")
            self._known.set()
            await asyncio.sleep(max(0.0, began + PROBE_EVERY_SECONDS - time.monotonic()))

    async def _look(self) -> None:
        """Raises OSError, TimeoutError, ValueError where it does not answer."""
        await probe(self._config.http_port)
        if self._client is not None:
            return
        # Making a client waits for the sidecar, and blocks. So that wait is done in a thread first, and is over then.
        await asyncio.to_thread(DaprHealth.wait_for_sidecar)
        self._client = DaprClient(f"{HOST}:{self._config.grpc_port}")
        log.info("dapr_sidecar_answers", http_port=self._config.http_port)

    async def _lost(self, reason: str) -> None:
        if self._client is not None or not self._known.is_set():
            log.warning("dapr_sidecar_away", http_port=self._config.http_port, reason=reason)
        await self._drop_client()

    async def _drop_client(self) -> None:
        """A new one is made when the sidecar is back: an old one would not try to connect for a while."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()


def configure_sdk(config: DaprConfig) -> None:
    """The SDK reads the environment wherever nothing was set."""
    for name, value in {
        "DAPR_HTTP_ENDPOINT": f"http://{HOST}:{config.http_port}",
        "DAPR_GRPC_ENDPOINT": f"{HOST}:{config.grpc_port}",
        "DAPR_API_TOKEN": config.api_token,
        "DAPR_API_TIMEOUT_SECONDS": CALL_SECONDS,
        "DAPR_API_MAX_RETRIES": 0,
        # One try of half a second, its shortest.
        "DAPR_HEALTH_TIMEOUT": 0,
    }.items():
        setattr(sdk_settings, name, value)


async def probe(http_port: int) -> None:
    """Raises OSError, TimeoutError, ValueError where no sidecar is ready there to take calls."""
    request = f"GET /v1.0/healthz/outbound HTTP/1.1\r\nHost: {HOST}:{http_port}\r\nConnection: close\r\n\r\n"
    async with asyncio.timeout(PROBE_SECONDS):
        reader, writer = await asyncio.open_connection(HOST, http_port)
        try:
            writer.write(request.encode())
            status = await reader.readline()
        finally:
            writer.close()
    if status.split()[1:2] != [b"204"]:
        raise ValueError(f"answered {status.decode(errors='replace').strip()!r}")


def _parts(messages: Sequence[Message]) -> Iterator[list[Message]]:
    part: list[Message] = []
    held_bytes = 0
    for message in messages:
        size = len(message.body)
        if part and (len(part) == CALL_MESSAGES or held_bytes + size > CALL_BYTES):
            yield part
            part, held_bytes = [], 0
        part.append(message)
        held_bytes += size
    if part:
        yield part


def _refusal(code: str, why: str) -> Exception:
    if code == "RESOURCE_EXHAUSTED" or any(words in why.lower() for words in _TOO_LARGE):
        return MessageRefused(why)
    return BusUnavailable(f"the sidecar could not hand it on ({code}): {why}")
