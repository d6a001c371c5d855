"""Events through Dapr's sidecar, and straight to Kafka while the sidecar is away: the same bytes on the same topic.

What comes in, the sidecar posts to `graphql_api/doors/dapr.py`, which hands it to `deliver` and `deliver_once`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from prometheus_client import Counter

from jobs.bus import Bus, BusUnavailable, Handler, Listener, Message
from jobs.bus.dapr_sidecar import DaprConfig, Sidecar, SidecarAway
from jobs.bus.telling import tell

log = structlog.get_logger()

#: Of all that one call of `publish` does; who calls it waits a little longer.
PUBLISH_SECONDS = 4.8

direct_total = Counter(
    "taskflow_dapr_direct_total", "Messages published straight to Kafka, the sidecar being away."
)


class DaprBus:
    """direct: where to publish while the sidecar is away; it is never asked to listen or to consume."""

    def __init__(self, config: DaprConfig, direct: Bus | None = None) -> None:
        self.config = config
        self._direct = direct
        self._sidecar = Sidecar(config)
        self._listeners: list[Listener] = []
        self._handler: Handler | None = None
        self._running = False
        self._refused: str | None = None
        self._starting: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> str | None:
        if self._running and not self._sidecar.answers:
            return (
                f"the sidecar does not answer (DAPR_HTTP_PORT {self.config.http_port}, "
                f"DAPR_GRPC_PORT {self.config.grpc_port})"
            )
        return self._refused

    async def start(self) -> None:
        self._running, self._refused = True, None
        await self._sidecar.start()
        if self._direct is not None:
            self._starting = asyncio.create_task(self._direct.start(), name="direct bus")

    async def stop(self) -> None:
        self._running = False
        await self._sidecar.stop()
        if self._direct is not None and self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
            self._starting = None
            await self._direct.stop()

    async def publish(self, messages: Sequence[Message]) -> None:
        directly = self._direct.publish if self._direct is not None else None
        await self._publish(self.config.topic, messages, directly)

    async def publish_dead(self, messages: Sequence[Message]) -> None:
        directly = self._direct.publish_dead if self._direct is not None else None
        await self._publish(self.config.dead_topic, messages, directly)

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def consume(self, handler: Handler) -> None:
        self._handler = handler

    def deliver(self, message: Message) -> None:
        """What came in for those who show. Nothing raises: what one misses, the log repairs."""
        self._refused = None
        if self._running:
            tell(self._listeners, message)

    async def deliver_once(self, messages: Sequence[Message]) -> None:
        """What came in for the one that acts. Where this raises, it has to come again."""
        self._refused = None
        if not self._running or self._handler is None:
            raise BusUnavailable("nobody here deals with events just now")
        await self._handler(messages)

    async def _publish(
        self,
        topic: str,
        messages: Sequence[Message],
        directly: Callable[[Sequence[Message]], Awaitable[None]] | None,
    ) -> None:
        if not self._running:
            raise BusUnavailable("the bus is not running")
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                try:
                    await self._sidecar.publish(topic, messages)
                    self._refused = None
                except SidecarAway:
                    if directly is None or self._starting is None:
                        raise BusUnavailable(self.trouble or "the sidecar did not answer in time") from None
                    await asyncio.shield(self._starting)
                    await directly(messages)
                    direct_total.inc(len(messages))
        except TimeoutError:
            raise BusUnavailable("neither the sidecar nor Kafka took it in time") from None
        except BusUnavailable as error:
            if self._sidecar.answers:
                self._refused = str(error)
            raise


__all__ = ["DaprBus", "DaprConfig"]
