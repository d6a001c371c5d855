"""The bus of a single process: what is published is handed on at once."""

import asyncio
from collections.abc import Sequence

import structlog

from jobs.bus import GATHER_SECONDS, BusUnavailable, Handler, Listener, Message
from jobs.bus.telling import tell

log = structlog.get_logger()

#: Handed to the consumer at once.
BATCH_MESSAGES = 500
#: Messages that the consumer has not come to. One more is left out: its sweep finds it in the log.
HELD_MESSAGES = 10_000
RETRY_SECONDS = 1.0


class MemoryBus:
    #: It has none: what is published is here.
    trouble = None

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._handler: Handler | None = None
        self._queue: asyncio.Queue[Message] = asyncio.Queue(HELD_MESSAGES)
        self._consuming: asyncio.Task[None] | None = None
        self._running = False

    async def start(self) -> None:
        self._running = True
        if self._handler is not None:
            self._consuming = asyncio.create_task(self._consume(self._handler), name="memory bus")

    async def stop(self) -> None:
        self._running = False
        if self._consuming is not None:
            self._consuming.cancel()
            await asyncio.gather(self._consuming, return_exceptions=True)
            self._consuming = None

    async def publish(self, messages: Sequence[Message]) -> None:
        if not self._running:
            raise BusUnavailable("the bus is not running")
        for message in messages:
            tell(self._listeners, message)
            if self._handler is not None and not self._queue.full():
                self._queue.put_nowait(message)

    async def publish_dead(self, messages: Sequence[Message]) -> None:
        """There is no topic to put them on: `dlq list` shows them."""
        if not self._running:
            raise BusUnavailable("the bus is not running")

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def consume(self, handler: Handler) -> None:
        self._handler = handler

    async def _consume(self, handler: Handler) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH_MESSAGES and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            while True:
                try:
                    await handler(batch)
                except Exception:
                    log.exception("bus_handler_failed")
                    await asyncio.sleep(RETRY_SECONDS)
                else:
                    break
            if len(batch) < BATCH_MESSAGES:
                await asyncio.sleep(GATHER_SECONDS)
