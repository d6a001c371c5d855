"""The bus of a single process: what is published is handed on at once."""

from collections.abc import Sequence

import structlog

from jobs.bus import BusUnavailable, Listener, Message

log = structlog.get_logger()


class MemoryBus:
    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._running = False

    async def start(self) -> None:
        self._running = True

    async def stop(self) -> None:
        self._running = False

    async def publish(self, messages: Sequence[Message]) -> None:
        if not self._running:
            raise BusUnavailable("the bus is not running")
        for message in messages:
            for listener in self._listeners:
                try:
                    listener(message)
                except Exception:
                    log.exception("bus_listener_failed")

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)
