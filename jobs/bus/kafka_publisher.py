"""Publishes to Kafka: acknowledged by all replicas, each key in order, and never waiting long."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from prometheus_client import Counter

from jobs.bus import BusUnavailable, Message
from jobs.bus.kafka_brokers import Brokers
from jobs.bus.kafka_client import REQUEST_SECONDS, Client, look_at, milliseconds
from jobs.bus.kafka_config import KafkaConfig
from jobs.bus.kafka_trouble import PUBLISHING, Troubles, refusal
from jobs.bus.message import CONTENT_TYPE
from jobs.pauses import Pauses

log = structlog.get_logger()

#: Of one call, in all. The relay has no more patience than that.
PUBLISH_SECONDS = 4.0
BATCH_BYTES = 65_536
RETRY_SECONDS = 0.1

HEADERS = [("content-type", CONTENT_TYPE.encode())]

replaced_total = Counter(
    "taskflow_kafka_producers_replaced_total", "Kafka producers given up for what they could not deliver."
)


class Publisher:
    def __init__(self, config: KafkaConfig, brokers: Brokers, troubles: Troubles) -> None:
        self.ready = asyncio.Event()
        self._config = config
        self._brokers = brokers
        self._troubles = troubles
        self._producer: AIOKafkaProducer | None = None
        self._given_up = asyncio.Event()
        #: aiokafka keeps the order of what is sent one after the other; where several send, it may not.
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Runs until cancelled."""
        pauses = Pauses()
        while True:
            await self._brokers.answering.wait()
            try:
                await self._hold_producer()
                pauses.succeeded()
            except Exception as error:
                self._troubles.note(PUBLISHING, refusal(error, self._config))
                await pauses.pause()

    async def _hold_producer(self) -> None:
        """Returns when it was given up. Raises whatever goes wrong."""
        client = Client(
            AIOKafkaProducer(
                bootstrap_servers=list(self._config.servers),
                acks="all",
                enable_idempotence=True,
                # What comes while a request is under way goes with the next: to wait for more would only be later.
                linger_ms=0,
                max_batch_size=BATCH_BYTES,
                compression_type=None if self._config.compression == "none" else self._config.compression,
                request_timeout_ms=milliseconds(REQUEST_SECONDS),
                retry_backoff_ms=milliseconds(RETRY_SECONDS),
                **self._config.connection,
            )
        )
        try:
            await client.start()
            self._given_up.clear()
            self._producer = client.inner
            self.ready.set()
            await self._given_up.wait()
            replaced_total.inc()
        finally:
            self._producer = None
            self.ready.clear()
            await client.close()

    async def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Raises BusUnavailable; MessageSizeTooLargeError or RecordListTooLargeError where one is too large."""
        if not self._brokers.answering.is_set():
            raise BusUnavailable(self._troubles.text or "the brokers have not answered yet")
        if topic not in self._brokers.topics:
            raise BusUnavailable(f"there is no topic {topic}")
        producer = None
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                # A new one is there in a moment.
                await self.ready.wait()
                producer = self._producer
                assert producer is not None
                await self._deliver(producer, topic, messages)
        except (MessageSizeTooLargeError, RecordListTooLargeError):
            # The numbers that it went on with have a gap now, for which the broker would refuse all that follows.
            self._give_up(producer)
            raise
        except (TimeoutError, KafkaError) as error:
            if producer is not None:
                self._give_up(producer)
                self._troubles.note(PUBLISHING, refusal(error, self._config))
            if isinstance(error, TimeoutError):
                self._brokers.suspect()
            raise BusUnavailable(self._troubles.text or refusal(error, self._config)) from error
        except asyncio.CancelledError:
            self._give_up(producer)
            raise
        self._troubles.clear(PUBLISHING)

    async def _deliver(self, producer: AIOKafkaProducer, topic: str, messages: Sequence[Message]) -> None:
        deliveries: list[asyncio.Future[Any]] = []
        try:
            async with self._turn:
                for message in messages:
                    key = message.key.encode()
                    deliveries.append(await producer.send(topic, message.body, key, headers=HEADERS))
            await asyncio.gather(*deliveries)
        except BaseException:
            for delivery in deliveries:
                delivery.add_done_callback(look_at)
            raise

    def _give_up(self, producer: AIOKafkaProducer | None) -> None:
        """It would hold what it could not deliver for ever, and more with each try."""
        if producer is not None and producer is self._producer:
            self.ready.clear()
            self._given_up.set()
