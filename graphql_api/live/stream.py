"""The events of one user after a place, in order, each once: the whole algorithm of delivery.

Register with the feed first, then read. Take what the feed has; where it has a gap, read the log. Sleep only where
the feed knows of nothing newer than the place reached. Whatever wake-ups are lost, doubled or late, nothing is
missed and nothing repeated, since only the place decides what comes next.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, closing, suppress

from prometheus_client import Counter

from graphql_api.live.feed import Wake
from graphql_api.live.hub import Hub
from resolvers.errors import CursorExpired, Unauthenticated, Unavailable
from resolvers.log.cursor import Position
from resolvers.log.event_log import EventFilter, read_on, read_position
from resolvers.log.events import Event
from resolvers.viewer import Viewer

#: Read from the log at once.
PAGE_EVENTS = 100
RETRY_SECONDS = 1.0
#: Longest wait for broadcaster to begin; where it hangs, the poll stands in.
READY_SECONDS = 2.0
#: How long a subscription outlives the database before its client is told to come back later.
OUTAGE_SECONDS = 60.0

replays_total = Counter(
    "taskflow_live_replays_total", "Reads of the log for subscriptions that stood at an older cursor."
)
replayed_total = Counter("taskflow_live_replayed_events_total", "Events that these reads gave.")


class EventStream:
    """Events of one user that `wanted` admits, after event `seq`, which moves as it is read.

    Holds the user's feed from the moment it is made: close it.
    """

    def __init__(self, hub: Hub, position: Position, seq: int, wanted: EventFilter) -> None:
        self.hub = hub
        self.position = position
        self.seq = seq
        self.wanted = wanted
        self._held = ExitStack()
        self._feed = self._held.enter_context(hub.hold(position.user_id, position.epoch))
        self._wake = self._held.enter_context(Wake(self._feed))
        if self._feed.epoch is None:
            self._feed.epoch = position.epoch
        self._feed.reaches(position.last_seq)

    @property
    def at_newest(self) -> bool:
        """Whether nothing is known to have happened after `seq`."""
        return self._feed.seq is None or self._feed.seq <= self.seq

    def close(self) -> None:
        self._held.close()

    async def batch(self) -> list[Event]:
        """Wait for something to have happened after `seq`; the wanted ones of it, which can be none.

        Raises CursorExpired where the log was replaced or has forgotten what comes next, Unavailable where the
        database stays away.
        """
        while True:
            if self._feed.expired or self._feed.epoch != self.position.epoch:
                raise CursorExpired
            newest = self._feed.seq
            if newest is None or newest <= self.seq:
                await self._wake.wait()
                continue
            events = self._feed.after(self.seq)
            if events is not None:
                self.seq = events[-1].seq
                return [event for event in events if self.wanted.admits(event)]
            events = await outlast_outage(self._read)
            if len(events) == PAGE_EVENTS:
                self.seq = events[-1].seq
            else:
                self.seq = max(newest, events[-1].seq if events else 0)
            return events

    async def _read(self) -> list[Event]:
        async with self.hub.database.read() as session:
            events = await read_on(session, self.position, self.seq, PAGE_EVENTS, self.wanted)
        replays_total.inc()
        replayed_total.inc(len(events))
        return events

    async def __aiter__(self) -> AsyncIterator[Event]:
        with closing(self):
            while True:
                for event in await self.batch():
                    yield event


async def open_stream(hub: Hub, viewer: Viewer, after: str | None, wanted: EventFilter) -> EventStream:
    """The viewer's wanted events after the cursor `after`, or from now on.

    Raises Unauthenticated, CursorInvalid, CursorExpired, Unavailable.
    """
    while True:
        with hub.hold(viewer.user_id) as feed:
            with suppress(TimeoutError):
                await asyncio.wait_for(feed.ready.wait(), READY_SECONDS)
            # When all come back at once, those that the pool has no turn for wait here, and need not come once more.
            position = await outlast_outage(lambda: _read_position(hub, viewer))
            if position is None:
                raise Unauthenticated
            feed.saw_epoch(position.epoch)
            if feed.expired:
                continue  # with a feed of the new log
            seq = position.last_seq if after is None else position.seq_of(after)
            return EventStream(hub, position, seq, wanted)


async def _read_position(hub: Hub, viewer: Viewer) -> Position | None:
    async with hub.database.read() as session:
        return await read_position(session, viewer.user_id)


async def outlast_outage[T](work: Callable[[], Awaitable[T]]) -> T:
    """Do `work`, again and again while the database does not answer. Raises Unavailable where it stays away."""
    deadline = asyncio.get_running_loop().time() + OUTAGE_SECONDS
    while True:
        try:
            return await work()
        except Unavailable:
            if asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(RETRY_SECONDS)
