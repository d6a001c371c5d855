"""The bus: what carries events between processes. At least once, in any order; readers tell by `sequence`.

Two kinds of reader hang on it. Listeners show: each process hears everything, and what one misses the log repairs.
The consumer acts: each message reaches one process of all, and comes again until that process has dealt with it.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from jobs.bus.message import Message

#: Called with each message as it arrives. Must not wait; what it raises is logged and ends nothing.
type Listener = Callable[[Message], None]

#: Called with messages in the order of their partition, and returns when all are dealt with, or noted for a later try.
#: Where it raises, they come again: to this process or to another one.
type Handler = Callable[[Sequence[Message]], Awaitable[None]]

#: Before the next messages are handed to a handler that got few: a transaction for each event would cost twice the
#: CPU of one for some, and what acts on events may come a moment after what shows them.
GATHER_SECONDS = 0.05


class BusUnavailable(Exception):
    """The broker did not take the messages in time. They may still arrive: publish them again."""


class Bus(Protocol):
    """What Kafka, Dapr and the process's own memory have in common. All pass `tests/buses/`."""

    @property
    def trouble(self) -> str | None:
        """What keeps messages from going their usual way just now, in words; None where nothing does."""
        ...

    async def start(self) -> None:
        """Returns within seconds, whether the broker answers or not: connecting goes on by itself."""
        ...

    async def stop(self) -> None:
        """Returns within seconds, whether the broker answers or not."""
        ...

    async def publish(self, messages: Sequence[Message]) -> None:
        """Returns when all are accepted, those of one key in order. Raises BusUnavailable."""
        ...

    async def publish_dead(self, messages: Sequence[Message]) -> None:
        """Put what nobody can deal with where people look for it. Raises BusUnavailable."""
        ...

    def listen(self, listener: Listener) -> None:
        """Have every message handed to `listener` in this process, whoever published it. Call it before `start`."""
        ...

    def consume(self, handler: Handler) -> None:
        """Have `handler` take its share: each message once among all processes that do so. Call it before `start`."""
        ...


__all__ = ["GATHER_SECONDS", "Bus", "BusUnavailable", "Handler", "Listener", "Message"]
