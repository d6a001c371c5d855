"""broadcaster's Broadcast with an end to its queues, its races and its silences."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import override
from weakref import WeakValueDictionary

from broadcaster import Broadcast, BroadcastBackend, Event
from broadcaster._base import Subscriber
from prometheus_client import Counter

#: Kept for one subscriber that is slow.
HELD_EVENTS = 500

gaps_total = Counter(
    "taskflow_broadcast_gaps_total", "Times that subscribers were told that they may have missed something."
)


class BroadcastUnavailable(Exception):
    """The messages were not handed on, or nobody knows whether they were."""


class Gap(Exception):
    """The subscriber was slow, and messages before the next one are gone."""


class Inbox(asyncio.Queue[Event | None]):
    """One subscriber's messages; None at the end. Where it is full, the oldest makes room."""

    def __init__(self) -> None:
        super().__init__(HELD_EVENTS)
        self.gap = False

    @override
    async def put(self, item: Event | None) -> None:
        """Never waits: one that is slow would keep the messages of all others."""
        if self.full():
            self.get_nowait()
            self.gap = True
        self.put_nowait(item)


class BoundedSubscriber(Subscriber):
    def __init__(self, inbox: Inbox) -> None:
        super().__init__(inbox)
        self._inbox = inbox

    @override
    async def get(self) -> Event:
        """The next message. Raises Gap, once, where some were lost before it; Unsubscribed at the end."""
        if self._inbox.gap:
            self._inbox.gap = False
            gaps_total.inc()
            raise Gap
        return await super().get()


class BoundedBroadcast(Broadcast):
    def __init__(self, url: str | None = None, *, backend: BroadcastBackend | None = None) -> None:
        super().__init__(url, backend=backend)
        #: Called where any subscriber may have missed anything. Must not wait and must not raise.
        self.on_gap: list[Callable[[], None]] = []
        #: Of one channel, nobody subscribes while somebody else does or leaves.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def trouble(self) -> str | None:
        """What keeps messages from arriving just now, in words; None where nothing does."""
        return None

    @override
    async def disconnect(self) -> None:
        """Everybody who still listens is told that it is over."""
        try:
            await super().disconnect()
        finally:
            for inboxes in self._subscribers.values():
                for inbox in inboxes:
                    await inbox.put(None)

    async def publish_all(self, messages: Sequence[tuple[str, str]]) -> None:
        """Channels and messages; those of one channel arrive in order. Raises BroadcastUnavailable."""
        for channel, message in messages:
            await self.publish(channel, message)

    @override
    @asynccontextmanager
    async def subscribe(self, channel: str) -> AsyncIterator[BoundedSubscriber]:
        inbox = Inbox()
        await self._enter(channel, inbox)
        try:
            yield BoundedSubscriber(inbox)
        finally:
            await self._leave(channel, inbox)

    async def _enter(self, channel: str, inbox: Inbox) -> None:
        async with self._lock_of(channel):
            inboxes = self._subscribers.setdefault(channel, set())
            # Before the backend answers: the first message may come right behind that.
            inboxes.add(inbox)
            if len(inboxes) == 1:
                try:
                    await self._backend.subscribe(channel)
                except BaseException:
                    del self._subscribers[channel]
                    raise

    async def _leave(self, channel: str, inbox: Inbox) -> None:
        self._subscribers[channel].discard(inbox)
        async with self._lock_of(channel):
            if self._subscribers.get(channel) == set():
                del self._subscribers[channel]
                await self._backend.unsubscribe(channel)

    def _lock_of(self, channel: str) -> asyncio.Lock:
        return self._locks.setdefault(channel, asyncio.Lock())

    def _tell_of_gap(self) -> None:
        gaps_total.inc()
        for listener in self.on_gap:
            listener()
