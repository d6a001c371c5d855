"""Those who read the topic: some show what happened, others act on it."""

import asyncio
from collections.abc import Sequence
from typing import Any, override

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from prometheus_client import Counter

from jobs.bus import GATHER_SECONDS, Handler, Listener, Message
from jobs.bus.kafka_brokers import Brokers
from jobs.bus.kafka_client import Client, milliseconds
from jobs.bus.kafka_config import KafkaConfig
from jobs.bus.kafka_reader import BATCH_MESSAGES, Reader, Records
from jobs.bus.kafka_trouble import CONSUMING, LISTENING, Troubles
from jobs.bus.telling import tell

log = structlog.get_logger()

COMMIT_EVERY_SECONDS = 1.0
#: aiokafka tries again for as long as it is let, and by then it may be another broker, which has nothing of this.
COMMIT_SECONDS = 1.0
#: After a handler failed.
RETRY_SECONDS = 1.0

failures_total = Counter(
    "taskflow_kafka_handler_failures_total", "Batches of messages that failed, and came again."
)
uncommitted_total = Counter(
    "taskflow_kafka_commits_failed_total", "Batches that were dealt with, and may come again all the same."
)


class ListeningReader(Reader):
    """From now on: what was missed, the log repairs."""

    part = LISTENING

    def __init__(
        self,
        config: KafkaConfig,
        brokers: Brokers,
        troubles: Troubles,
        group: str | None,
        listeners: Sequence[Listener],
    ) -> None:
        super().__init__(config, brokers, troubles, group)
        self._listeners = listeners

    @override
    def _options(self) -> dict[str, Any]:
        # A group goes on where it was, if only from about there.
        return super()._options() | {
            "auto_offset_reset": "latest",
            "enable_auto_commit": self._group is not None,
            "auto_commit_interval_ms": milliseconds(COMMIT_EVERY_SECONDS),
        }

    @override
    async def _take(self, client: Client[AIOKafkaConsumer], records: Records) -> bool:
        for message in _messages(records):
            tell(self._listeners, message)
        # With more at hand, aiokafka does not wait, and nobody else would come to run.
        await asyncio.sleep(0)
        return True


class ConsumingReader(Reader):
    """From the beginning; what was dealt with is noted afterwards, so all that was not comes again."""

    part = CONSUMING

    def __init__(self, config: KafkaConfig, brokers: Brokers, troubles: Troubles, handler: Handler) -> None:
        super().__init__(config, brokers, troubles, config.consumers_group)
        self._handler = handler

    @override
    def _options(self) -> dict[str, Any]:
        return super()._options() | {"auto_offset_reset": "earliest", "enable_auto_commit": False}

    @override
    async def _take(self, client: Client[AIOKafkaConsumer], records: Records) -> bool:
        try:
            await self._handler(_messages(records))
        except Exception:
            failures_total.inc()
            log.exception("bus_handler_failed")
            for partition in records.keys() & client.inner.assignment():
                client.inner.seek(partition, records[partition][0].offset)
            await asyncio.sleep(RETRY_SECONDS)
            return False
        dealt_with = {partition: batch[-1].offset + 1 for partition, batch in records.items()}
        try:
            await client.call(client.inner.commit(dealt_with), COMMIT_SECONDS)
        except (KafkaError, TimeoutError) as error:
            # The next commit says it again, unless another member has been given the partition.
            uncommitted_total.inc()
            log.warning("kafka_commit_failed", reason=repr(error))
        if sum(map(len, records.values())) < BATCH_MESSAGES:
            await asyncio.sleep(GATHER_SECONDS)
        return True


def _messages(records: Records) -> list[Message]:
    """In the order of each partition. What somebody else put there may lack a key or a body."""
    return [
        Message((record.key or b"").decode(errors="replace"), record.value or b"")
        for batch in records.values()
        for record in batch
    ]
