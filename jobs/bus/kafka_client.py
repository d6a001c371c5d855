"""aiokafka's clients, with an end to every wait."""

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar, copy_context
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError

log = structlog.get_logger()

#: One request of aiokafka's own. A broker that needs longer hangs.
REQUEST_SECONDS = 4.0
#: To connect, sign in and learn of the topic.
CONNECT_SECONDS = 5.0
#: To flush or to leave the group, where the broker answers.
STOP_SECONDS = 2.0
#: For what was cut off to notice it.
CUT_SECONDS = 0.5

_client: ContextVar["Client[Any] | None"] = ContextVar("taskflow_kafka_client", default=None)


class Client[Inner: AIOKafkaClient | AIOKafkaConsumer | AIOKafkaProducer]:
    """With a broker that hangs, aiokafka stops neither when asked nor when cancelled: its tasks wait for each other.

    So all that a client starts is told by its context, and is cut off where it does not end by itself.
    """

    def __init__(self, inner: Inner) -> None:
        self.inner = inner
        self._context = copy_context()
        self._context.run(_client.set, self)

    async def start(self, seconds: float = CONNECT_SECONDS) -> None:
        """Raises TimeoutError, KafkaError, OSError."""
        begin = self.inner.bootstrap if isinstance(self.inner, AIOKafkaClient) else self.inner.start
        await self.call(begin(), seconds)

    async def call[T](self, call: Coroutine[Any, Any, T], seconds: float) -> T:
        """Raises TimeoutError, and whatever it raises."""
        task = asyncio.create_task(call, context=self._context)
        task.add_done_callback(look_at)
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            task.cancel()
            # What aiokafka shields from that goes on, and fails later.
            self._look_at_what_is_left()
            raise TimeoutError
        if task.cancelled():
            # By aiokafka, which lets its own cancellations out. It is not this task that was cancelled.
            raise KafkaConnectionError("the client was closed")
        return task.result()

    async def close(self) -> None:
        """Returns within seconds, whether the broker answers or not. What was not delivered is dropped."""
        end = self.inner.close if isinstance(self.inner, AIOKafkaClient) else self.inner.stop
        try:
            await self.call(end(), STOP_SECONDS)
        except Exception as error:
            log.debug("kafka_client_cut_off", reason=repr(error))
            await self._cut_off()
        else:
            await self._cancel()

    async def _cut_off(self) -> None:
        await self._cancel()
        network = self.inner
        if isinstance(network, AIOKafkaProducer):
            network = network.client
        elif isinstance(network, AIOKafkaConsumer):
            network = network._client
        try:
            await self.call(network.close(), CUT_SECONDS)
        except Exception as error:
            log.debug("kafka_connection_left", reason=repr(error))

    async def _cancel(self) -> None:
        left = self._look_at_what_is_left()
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=CUT_SECONDS)

    def _look_at_what_is_left(self) -> set[asyncio.Task[Any]]:
        left = {task for task in asyncio.all_tasks() if task.get_context().get(_client) is self}
        for task in left:
            task.add_done_callback(look_at)
        return left


def milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def look_at(task: asyncio.Future[Any]) -> None:
    """Or asyncio would log that nobody did."""
    if not task.cancelled():
        task.exception()
