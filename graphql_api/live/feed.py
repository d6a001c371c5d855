"""What one process knows of one user's newest events."""

import asyncio
from collections import deque
from collections.abc import Callable

from resolvers.log.events import Event

#: The newest events kept for those who follow closely; who is further behind reads the log.
TAIL_EVENTS = 64


class Feed:
    """The newest events of one user, without a gap among them.

    Events may be offered twice, late, or not at all: readers that do not find the one they need here take it
    from the log.
    """

    def __init__(self) -> None:
        #: Set once the bus delivers to this feed; a log read before that could miss what comes between.
        self.ready = asyncio.Event()
        #: Which log this is about; None until anything is known.
        self.epoch: int | None = None
        #: The newest event known of; None until anything is known.
        self.seq: int | None = None
        #: Set where the log was replaced: every reader has to load anew.
        self.expired = False
        self._tail: deque[Event] = deque(maxlen=TAIL_EVENTS)
        self._listeners: set[Callable[[], None]] = set()

    def offer(self, event: Event) -> None:
        if self.seq is not None and event.seq <= self.seq:
            return
        if self.seq is None or event.seq != self.seq + 1:
            self._tail.clear()
        self._tail.append(event)
        self.seq = event.seq
        self._wake()

    def reaches(self, seq: int) -> None:
        """The log is known to hold event `seq`, which need not have been offered."""
        if self.seq is None or seq > self.seq:
            self._tail.clear()
            self.seq = seq
            self._wake()

    def saw_epoch(self, epoch: int) -> None:
        """The log was just read, and has this epoch."""
        if self.epoch is None:
            self.epoch = epoch
        elif self.epoch != epoch:
            self.expired = True
            self._wake()

    def after(self, seq: int) -> list[Event] | None:
        """The events after `seq`, or None where only the log has them."""
        if self.seq is None or seq >= self.seq:
            return []
        if not self._tail or self._tail[0].seq > seq + 1:
            return None
        return [event for event in self._tail if event.seq > seq]

    def listen(self, listener: Callable[[], None]) -> None:
        self._listeners.add(listener)

    def leave(self, listener: Callable[[], None]) -> None:
        self._listeners.discard(listener)

    @property
    def in_use(self) -> bool:
        return bool(self._listeners)

    def _wake(self) -> None:
        for listener in tuple(self._listeners):
            listener()


class Wake:
    """An asyncio.Event that listens to a feed while it is entered."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._event = asyncio.Event()

    def __enter__(self) -> "Wake":
        self._feed.listen(self._event.set)
        return self

    def __exit__(self, *_: object) -> None:
        self._feed.leave(self._event.set)

    async def wait(self) -> None:
        await self._event.wait()
        self._event.clear()
