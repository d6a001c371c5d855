"""The bus on Kafka."""

import asyncio
from collections.abc import Sequence

from jobs.bus import BusUnavailable, Handler, Listener, Message
from jobs.bus.kafka_brokers import Brokers
from jobs.bus.kafka_config import KafkaConfig
from jobs.bus.kafka_publisher import Publisher
from jobs.bus.kafka_reader import Reader
from jobs.bus.kafka_readers import ConsumingReader, ListeningReader
from jobs.bus.kafka_trouble import Troubles

#: Where the brokers do not answer by then, or are known not to, connecting goes on behind.
START_SECONDS = 5.0
STOP_SECONDS = 5.0


class KafkaBus:
    """Without a `fanout_group` this process hears everything; those of one group hear everything together."""

    def __init__(self, config: KafkaConfig, fanout_group: str | None = None) -> None:
        """Raises OSError where the CA's file can't be read."""
        _ = config.connection
        self._config = config
        self._fanout_group = fanout_group
        self._listeners: list[Listener] = []
        self._handler: Handler | None = None
        self._troubles = Troubles()
        self._brokers: Brokers | None = None
        self._publisher: Publisher | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def trouble(self) -> str | None:
        if self._brokers is None or self._brokers.answering.is_set():
            return self._troubles.text
        return self._troubles.text or "KAFKA_BOOTSTRAP_SERVERS: no broker has answered yet"

    async def start(self) -> None:
        self._troubles = Troubles()
        self._brokers = Brokers(self._config, self._troubles)
        self._publisher = Publisher(self._config, self._brokers, self._troubles)
        parts: list[Publisher | Reader] = [self._publisher, *self._readers(self._brokers)]
        self._tasks = {
            asyncio.create_task(part.run(), name=f"kafka {type(part).__name__}")
            for part in (self._brokers, *parts)
        }
        # Clients need not wait for brokers that are known to be away.
        all_ready = asyncio.gather(*(part.ready.wait() for part in parts))
        trouble = asyncio.create_task(self._troubles.met.wait())
        await asyncio.wait((all_ready, trouble), timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        all_ready.cancel()
        trouble.cancel()

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, set()
        self._publisher = self._brokers = None
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)

    async def publish(self, messages: Sequence[Message]) -> None:
        """An error that is not BusUnavailable is one of these messages' own."""
        await self._publish(self._config.topic, messages)

    async def publish_dead(self, messages: Sequence[Message]) -> None:
        await self._publish(self._config.dead_topic, messages)

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def consume(self, handler: Handler) -> None:
        self._handler = handler

    async def _publish(self, topic: str, messages: Sequence[Message]) -> None:
        if self._publisher is None:
            raise BusUnavailable("the bus is not running")
        await self._publisher.publish(topic, messages)

    def _readers(self, brokers: Brokers) -> list[Reader]:
        readers: list[Reader] = []
        common = self._config, brokers, self._troubles
        if self._listeners:
            readers.append(ListeningReader(*common, self._fanout_group, self._listeners))
        if self._handler is not None:
            readers.append(ConsumingReader(*common, self._handler))
        return readers


__all__ = ["KafkaBus", "KafkaConfig"]
