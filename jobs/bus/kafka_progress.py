"""Tells a consumer that is stuck from one that has nothing to read."""

import time

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError

from jobs.bus.kafka_brokers import Brokers
from jobs.bus.kafka_client import REQUEST_SECONDS, Client

STUCK_SECONDS = 60.0


class Stuck(Exception):
    """Messages are there, and none comes."""


class Progress:
    """A consumer must have come, within STUCK_SECONDS, to what was there to read."""

    def __init__(self, client: Client[AIOKafkaConsumer], brokers: Brokers) -> None:
        self._client = client
        self._brokers = brokers
        self._ends: dict[TopicPartition, int] = {}
        self._positions: dict[TopicPartition, int] = {}
        self._looked_at = time.monotonic()

    def forget(self) -> None:
        """There is a reason for it just now."""
        self._ends.clear()

    async def check(self) -> None:
        """Raises Stuck, KafkaError, TimeoutError."""
        # What came to be there just after one look is found to be stuck at the second after it.
        if time.monotonic() - self._looked_at < STUCK_SECONDS / 2:
            return
        self._looked_at = time.monotonic()
        if not self._brokers.answering.is_set():
            self.forget()
            return
        consumer = self._client.inner
        partitions = list(consumer.assignment())
        try:
            positions = {
                partition: await self._client.call(consumer.position(partition), REQUEST_SECONDS)
                for partition in partitions
            }
        except IllegalStateError:
            # They are being given to others just now.
            self.forget()
            return
        for partition, position in positions.items():
            if position < self._ends.get(partition, 0) and position == self._positions.get(partition):
                raise Stuck(f"there are messages in partition {partition.partition}, and none comes")
        self._positions = positions
        self._ends = await self._client.call(consumer.end_offsets(partitions), REQUEST_SECONDS)
