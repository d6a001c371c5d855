"""All feeds of this process, and the three things that wake them.

A commit in this process wakes its user's feed at once. What other processes commit arrives over the bus, through
broadcaster, on the channel of the user. And since a wake-up can be lost, one query asks how far the logs of all live
users reach: every POLL_SECONDS, more often while something is known to be wrong, and at once after a gap. That bounds
every loss.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from graphql_api.live.feed import Feed
from jobs.broadcast import BoundedBroadcast, Gap, Unsubscribed
from jobs.bus.message import BadMessage, UnknownType, decode
from jobs.log_fields import log_fields
from resolvers.database import Database
from resolvers.errors import Unavailable
from resolvers.log.event_log import read_positions
from resolvers.log.transaction import Committed

log = structlog.get_logger()

POLL_SECONDS = 5.0
#: While messages are known not to arrive; so soon, too, it is noticed that they do not.
DEGRADED_POLL_SECONDS = 1.0
#: Between two polls, however many gaps there are.
SHORTEST_POLL_SECONDS = 0.1
POLL_USERS = 500
RETRY_SECONDS = 1.0

live_users = Gauge("taskflow_live_users", "Users with an open subscription in this process.")
missed_total = Counter(
    "taskflow_live_wakeups_missed_total", "Times that only the poll found new events of a user."
)


@dataclass
class _Entry:
    feed: Feed = field(default_factory=Feed)
    holders: int = 0
    pump: asyncio.Task[None] | None = None


class Hub:
    """`degraded` says whether messages are known not to arrive just now."""

    def __init__(
        self, database: Database, broadcast: BoundedBroadcast, degraded: Callable[[], bool] = lambda: False
    ) -> None:
        self.database = database
        self._broadcast = broadcast
        self._degraded = degraded
        self._gap = asyncio.Event()
        broadcast.on_gap.append(self._gap.set)
        self._entries: dict[UUID, _Entry] = {}
        live_users.set_function(lambda: len(self._entries))

    @contextmanager
    def hold(self, user_id: UUID, epoch: int | None = None) -> Iterator[Feed]:
        """The user's feed, kept for as long as this is entered.

        Who follows the log of `epoch` gets an expired feed where it was replaced; who begins gets a fresh one.
        """
        entry = self._entries.get(user_id)
        if entry is None or (entry.feed.expired and entry.feed.epoch != epoch):
            entry = self._entries[user_id] = _Entry()
            entry.pump = asyncio.create_task(
                # It is nothing of the request's that happens to be the first to need it.
                self._pump(user_id, entry),
                name=f"feed of {user_id}",
                context=Context(),
            )
        entry.holders += 1
        try:
            yield entry.feed
        finally:
            entry.holders -= 1
            if entry.holders == 0:
                if self._entries.get(user_id) is entry:
                    del self._entries[user_id]
                if entry.pump is not None:
                    entry.pump.cancel()

    def on_commit(self, committed: Committed) -> None:
        for event in committed.events:
            entry = self._entries.get(event.user_id)
            if entry is not None:
                entry.feed.offer(event)

    async def poll_forever(self) -> None:
        """Runs until cancelled."""
        while True:
            await self._rest()
            try:
                await self.poll()
            except Unavailable:
                log.warning("live_poll_waits", reason="the database does not answer")

    async def _rest(self) -> None:
        """Until it is time for the next poll."""
        await asyncio.sleep(SHORTEST_POLL_SECONDS)
        for _ in range(round(POLL_SECONDS / DEGRADED_POLL_SECONDS)):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._gap.wait(), DEGRADED_POLL_SECONDS)
            if self._gap.is_set() or self._degraded():
                break
        self._gap.clear()

    async def poll(self) -> None:
        """Ask the log how far it reaches for every live user, and wake those that missed something."""
        users = list(self._entries)
        for start in range(0, len(users), POLL_USERS):
            async with self.database.read() as session:
                positions = await read_positions(session, users[start : start + POLL_USERS])
            for position in positions:
                entry = self._entries.get(position.user_id)
                if entry is None:
                    continue
                entry.feed.saw_epoch(position.epoch)
                if entry.feed.seq is not None and entry.feed.seq < position.last_seq:
                    missed_total.inc()
                entry.feed.reaches(position.last_seq)

    async def _pump(self, user_id: UUID, entry: _Entry) -> None:
        while True:
            try:
                async with self._broadcast.subscribe(channel=str(user_id)) as subscriber:
                    entry.feed.ready.set()
                    while True:
                        try:
                            event = decode((await subscriber.get()).message)
                            if log.is_enabled_for(logging.DEBUG):
                                log.debug("event_heard", type=event.type, **log_fields(event))
                            entry.feed.offer(event)
                        except (BadMessage, UnknownType):
                            # Readers meet a gap and take it from the log.
                            log.warning("unreadable_live_message", user_id=str(user_id))
                        except Gap:
                            # What follows may be older than what is gone.
                            self._gap.set()
            except Unsubscribed:
                return  # the process stops
            except Exception:
                log.exception("live_feed_failed", user_id=str(user_id))
                entry.feed.ready.set()  # the poll stands in until broadcaster is back
                await asyncio.sleep(RETRY_SECONDS)
