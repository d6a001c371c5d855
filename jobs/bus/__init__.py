"""The bus: what carries events between processes. At least once, in any order; readers tell by `sequence`."""

from collections.abc import Callable, Sequence
from typing import Protocol

from jobs.bus.message import Message

#: Called with each message as it arrives. Must not wait; what it raises is logged and ends nothing.
type Listener = Callable[[Message], None]


class BusUnavailable(Exception):
    """The broker did not take the messages in time. They may still arrive: publish them again."""


class Bus(Protocol):
    """What Kafka, Dapr and the process's own memory have in common. All pass `tests/buses/`."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def publish(self, messages: Sequence[Message]) -> None:
        """Returns when all are accepted, those of one key in order. Raises BusUnavailable."""
        ...

    def listen(self, listener: Listener) -> None:
        """Have every message handed to `listener` in this process, whoever published it, from `start` on."""
        ...


__all__ = ["Bus", "BusUnavailable", "Listener", "Message"]
