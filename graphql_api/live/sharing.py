"""Subscriptions that ask for the same thing share one execution.

A group is all subscriptions of one user with the same document, variables (but the cursor they started after) and
operation. It executes each event once and hands the same text to every member. A member that starts further back,
or whose socket is full, reads the log by itself until it has caught up, and joins again: a slow client costs
nobody else anything.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextvars import Context
from typing import Protocol

import structlog
from prometheus_client import Counter, Histogram

from graphql_api.live.hub import Hub
from graphql_api.live.stream import EventStream, outlast_outage
from jobs import traces
from jobs.log_fields import log_fields
from resolvers.log.cursor import Position
from resolvers.log.event_log import EventFilter
from resolvers.log.events import Event

log = structlog.get_logger()

#: Executed events kept, for members that are a few behind: so many, and no more of them than that.
KEPT_PAYLOADS = 16
KEPT_CHARACTERS = 65_536

delivered_total = Counter(
    "taskflow_live_delivered_total", "Events handed to sockets as they came; replays are apart."
)
#: Once for each event and group: its sockets are handed the event together.
delivery_seconds = Histogram(
    "taskflow_live_delivery_seconds",
    "From the moment that an event was recorded to its being handed to the sockets that follow it closely.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)

#: Raises Unavailable where it must be done again, since the database does not answer.
type Render = Callable[[Event], Awaitable[str]]


class Sink(Protocol):
    """Where a member's results go: one operation of one socket. A socket's room is bounded."""

    def offer(self, payload: str) -> bool:
        """Take the result, or answer False where there is no room."""
        ...

    async def drained(self) -> None:
        """Wait until everything taken has been sent."""
        ...

    def fail(self, error: Exception) -> None:
        """The subscription can't go on."""
        ...


class Member:
    """One subscription. `seq` is the last event that it took or passed over."""

    def __init__(self, group: "Group", sink: Sink, source: EventStream) -> None:
        self.group = group
        self.sink = sink
        self.seq = source.seq
        self._catch_up_with(source)

    def fall_behind(self) -> None:
        """The socket is full: from now on the member reads the log, as fast as its client takes it."""
        self._catch_up_with(self.group.stream(self.seq))

    def stop(self) -> None:
        self.group.leave(self)
        self._task.cancel()
        # Here and not in the task, which may be cancelled before it ever ran.
        self._stream.close()

    def _catch_up_with(self, stream: EventStream) -> None:
        self._stream = stream
        self._task = asyncio.create_task(self._catch_up())

    async def _catch_up(self) -> None:
        try:
            while True:
                await self.sink.drained()
                # A group that rests starts with who is up to date: one that came from far back would make the
                # others wait for what they have long had.
                if self._stream.at_newest if self.group.seq is None else self.seq >= self.group.seq:
                    self.group.join(self)
                    self._stream.close()
                    return
                for event in await self._stream.batch():
                    with traces.after("replay", "server", event):
                        # Not held while there is no room for it.
                        while not self.sink.offer(await self.group.payload(event)):
                            await self.sink.drained()
                    self.seq = event.seq
                    if log.is_enabled_for(logging.DEBUG):
                        log.debug("event_replayed", type=event.type, **log_fields(event))
                self.seq = self._stream.seq
        except Exception as error:
            self._stream.close()
            self.sink.fail(error)


class Group:
    def __init__(self, hub: Hub, position: Position, wanted: EventFilter, render: Render) -> None:
        self._hub = hub
        self._position = position
        self._wanted = wanted
        self._render = render
        self._live: set[Member] = set()
        self._payloads: OrderedDict[int, str] = OrderedDict()
        self._kept_characters = 0
        self._stream: EventStream | None = None
        self._task: asyncio.Task[None] | None = None
        self.members = 0

    @property
    def seq(self) -> int | None:
        """Nothing after this has been handed to the members; None while there is none to hand to."""
        return self._handed_out if self._task is not None else None

    def stream(self, seq: int) -> EventStream:
        return EventStream(self._hub, self._position, seq, self._wanted)

    def join(self, member: Member) -> None:
        self._live.add(member)
        if self._task is None:
            self._handed_out = member.seq
            self._stream = self.stream(member.seq)
            self._task = asyncio.create_task(self._run(self._stream), context=Context())

    def leave(self, member: Member) -> None:
        self._live.discard(member)
        if not self._live and self._task is not None:
            self._task.cancel()
            self._rest()

    async def payload(self, event: Event) -> str:
        payload = self._payloads.get(event.seq)
        if payload is None:
            with structlog.contextvars.bound_contextvars(**log_fields(event)):
                payload = await outlast_outage(lambda: self._render(event))
            self._payloads[event.seq] = payload
            self._kept_characters += len(payload)
            while len(self._payloads) > KEPT_PAYLOADS or self._kept_characters > KEPT_CHARACTERS:
                _, forgotten = self._payloads.popitem(last=False)
                self._kept_characters -= len(forgotten)
        return payload

    async def _run(self, stream: EventStream) -> None:
        try:
            while self._live:
                for event in await stream.batch():
                    if any(member.seq < event.seq for member in self._live):
                        with traces.after("deliver", "server", event) as span:
                            span.says({"taskflow.sockets": self._hand_out(event, await self.payload(event))})
                    self._handed_out = event.seq
                self._handed_out = stream.seq
                for member in self._live:
                    # Over what was filtered out, too.
                    member.seq = max(member.seq, stream.seq)
            self._rest()
        except Exception as error:
            members, self._live = self._live, set()
            self._rest()
            for member in members:
                member.sink.fail(error)

    def _hand_out(self, event: Event, payload: str) -> int:
        """Returns to how many sockets."""
        delivered = 0
        for member in tuple(self._live):
            if event.seq <= member.seq:
                continue
            if member.sink.offer(payload):
                member.seq = event.seq
                delivered += 1
            else:
                self._live.discard(member)
                member.fall_behind()
        if log.is_enabled_for(logging.DEBUG):
            log.debug("event_delivered", type=event.type, sockets=delivered, **log_fields(event))
        delivered_total.inc(delivered)
        # By the clock of the database there, and by this one's here: it may seem to come from the future.
        delivery_seconds.observe(max(0.0, time.time() - event.created_at.timestamp()))
        return delivered

    def _rest(self) -> None:
        self._task = None
        if self._stream is not None:
            self._stream.close()


class Sharing:
    """The groups of this process."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._groups: dict[Hashable, Group] = {}

    def enter(self, key: Hashable, source: EventStream, render: Render, sink: Sink) -> Member:
        """A member of the group of `key`, which stands for all that alters a result, the user included.

        The member closes `source`.
        """
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(self._hub, source.position, source.wanted, render)
        group.members += 1
        return Member(group, sink, source)

    def exit(self, key: Hashable, member: Member) -> None:
        member.stop()
        member.group.members -= 1
        if member.group.members == 0 and self._groups.get(key) is member.group:
            del self._groups[key]
