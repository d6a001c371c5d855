"""Reads the topic, and begins anew where aiokafka is stuck."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError
from prometheus_client import Counter

from jobs.bus.kafka_brokers import Brokers
from jobs.bus.kafka_client import CONNECT_SECONDS, REQUEST_SECONDS, Client, milliseconds
from jobs.bus.kafka_config import KafkaConfig
from jobs.bus.kafka_progress import STUCK_SECONDS, Progress, Stuck
from jobs.bus.kafka_trouble import Troubles, refusal
from jobs.pauses import Pauses

log = structlog.get_logger()

#: Handed on at once.
BATCH_MESSAGES = 500
#: An empty answer, now and then, to look around.
POLL_SECONDS = 1.0
#: How long the broker keeps a request for messages that are not there yet. Less, and an idle process asks more often;
#: more, and a partition may wait for another one's turn.
FETCH_WAIT_SECONDS = 0.1
#: Signs of life in one session; and the longest between two, or a newcomer waits for its share.
SIGNS_OF_LIFE, LONGEST_SIGN_SECONDS = 10, 3.0
REBALANCE_SECONDS = 5.0

restarts_total = Counter(
    "taskflow_kafka_reader_restarts_total",
    "Kafka consumers that failed or were stuck, and began anew.",
    ["reader"],
)
type Records = dict[TopicPartition, list[ConsumerRecord]]


class Reader(ABC):
    """`ready` is set once what is published from then on will be read."""

    part: str

    def __init__(self, config: KafkaConfig, brokers: Brokers, troubles: Troubles, group: str | None) -> None:
        self.ready = asyncio.Event()
        self._config = config
        self._brokers = brokers
        self._troubles = troubles
        self._group = group
        self._era = 0

    async def run(self) -> None:
        """Runs until cancelled."""
        pauses = Pauses()
        while True:
            await self._brokers.answering.wait()
            self._era = self._brokers.topic_era
            client = Client(self._consumer())
            try:
                await self._start(client)
                self.ready.set()
                self._troubles.clear(self.part)
                pauses.succeeded()
                await self._read(client)
            except Exception as error:
                restarts_total.labels(self.part).inc()
                log.warning("kafka_reader_restarts", reader=self.part, reason=repr(error))
                if not isinstance(error, Stuck):
                    self._troubles.note(self.part, refusal(error, self._config))
            finally:
                await client.close()
            await pauses.pause()

    @abstractmethod
    async def _take(self, client: Client[AIOKafkaConsumer], records: Records) -> bool:
        """False where they are to come again."""

    def _options(self) -> dict[str, Any]:
        """What the consumer is told beside how to connect."""
        session = self._config.session_seconds
        return {
            "group_id": self._group,
            "fetch_max_wait_ms": milliseconds(FETCH_WAIT_SECONDS),
            "session_timeout_ms": milliseconds(session),
            "heartbeat_interval_ms": milliseconds(min(session / SIGNS_OF_LIFE, LONGEST_SIGN_SECONDS)),
            # To join, one waits until a member that died is given up.
            "request_timeout_ms": milliseconds(
                REQUEST_SECONDS if self._group is None else session + REBALANCE_SECONDS
            ),
        }

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            self._config.topic,
            bootstrap_servers=list(self._config.servers),
            **self._options(),
            **self._config.connection,
        )

    async def _start(self, client: Client[AIOKafkaConsumer]) -> None:
        joining = 0.0 if self._group is None else self._config.session_seconds
        await client.start(CONNECT_SECONDS + joining)
        # "From now on" is decided with the first request, unless it is asked for.
        for partition in client.inner.assignment():
            # Those that another member was given meanwhile are its business.
            with contextlib.suppress(IllegalStateError):
                await client.call(client.inner.position(partition), REQUEST_SECONDS)

    async def _read(self, client: Client[AIOKafkaConsumer]) -> None:
        """Returns never. Raises Stuck where messages are there and none comes, and whatever goes wrong."""
        progress = Progress(client, self._brokers)
        while True:
            try:
                async with asyncio.timeout(STUCK_SECONDS):
                    records = await client.inner.getmany(
                        timeout_ms=milliseconds(POLL_SECONDS), max_records=BATCH_MESSAGES
                    )
            except TimeoutError:
                raise Stuck("the group does not agree on who reads what") from None
            if self._era != self._brokers.topic_era:
                # Where it stands in that of before says nothing of this one.
                raise Stuck("the topic was made anew")
            if records and not await self._take(client, records):
                progress.forget()
            await progress.check()
