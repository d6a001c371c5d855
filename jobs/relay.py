"""Moves events from the log to the bus, at least once.

What this process commits it publishes at once. What is left over (the bus was away, a process died between its
commit and its publishing) is swept up in order once it is older than SWEEP_AFTER_SECONDS, by whoever holds the lease.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from prometheus_client import Gauge

from jobs.bus import Bus
from jobs.lease import Lease, LeaseLost
from jobs.publishing import Publisher
from resolvers.database import Database
from resolvers.errors import Unavailable
from resolvers.log.event_log import mark_published, read_backlog, read_waiting
from resolvers.log.events import Event
from resolvers.log.transaction import Committed

log = structlog.get_logger()

SWEEP_AFTER_SECONDS = 1.0
SWEEP_EVERY_SECONDS = 1.0
SWEEP_EVENTS = 500
#: Publishing is at once; that it was done is noted in batches, so that a busy log is not written twice as often.
NOTE_EVERY_SECONDS = 0.2
#: More than this is not held in memory while the bus is away: the sweep finds it in the log.
HELD_EVENTS = 10_000
#: The backlog is counted up to here: it is counted often, and then it is long anyway.
COUNTED_EVENTS = 10_000
#: Who sweeps in vain for the time of so many leases lets others try.
IN_VAIN_LEASES = 2
#: A stop does not wait longer: what is left is for the sweep of who comes next.
FLUSH_SECONDS = 1.5

held_gauge = Gauge("taskflow_relay_held_events", "Events committed here that the bus has not taken yet.")
backlog_gauge = Gauge(
    "taskflow_relay_backlog_events",
    f"Events older than a second that no bus has taken, up to {COUNTED_EVENTS}: 0 where another process sweeps.",
)
oldest_gauge = Gauge(
    "taskflow_relay_oldest_seconds",
    "How long the oldest of the backlog has waited: 0 where another process sweeps.",
)


class Relay:
    def __init__(self, database: Database, bus: Bus, lease: Lease) -> None:
        self._database = database
        self._bus = bus
        self._lease = lease
        self._publisher = Publisher(bus)
        self._fresh: deque[Event] = deque(maxlen=HELD_EVENTS)
        #: The bus took them, and it is still to be noted: of this process's own, and of those it swept up.
        self._published: list[Event] = []
        self._swept: list[Event] = []
        #: Since when the bus has taken nothing of what was swept up.
        self._in_vain_since: datetime | None = None
        self._woken = asyncio.Event()
        #: When the bus was seen not to answer.
        self._away_at: datetime | None = None
        held_gauge.set_function(lambda: len(self._fresh))

    @property
    def bus_answers(self) -> bool:
        return self._publisher.answers

    def on_commit(self, committed: Committed) -> None:
        # While the bus is away the sweep alone tries. That it is back the bus knows first.
        if committed.events and (self.bus_answers or self._bus.trouble is None):
            self._fresh.extend(committed.events)
            self._woken.set()

    async def publish_fresh(self) -> None:
        """Runs until cancelled: publish what this process commits, as soon as it has."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            await self._publish_held()

    async def note_published(self) -> None:
        """Runs until cancelled: note in the log what the bus took."""
        while True:
            await asyncio.sleep(NOTE_EVERY_SECONDS)
            await self._note_own()

    async def sweep(self) -> None:
        """Runs until cancelled: with the lease, publish what was left over, oldest first."""
        while True:
            await asyncio.sleep(SWEEP_EVERY_SECONDS)
            try:
                while await self.sweep_batch() >= SWEEP_EVENTS:
                    pass
                await self.look_again()
            except Unavailable:
                log.warning("relay_sweep_waits", reason="the database does not answer")

    async def flush(self) -> None:
        """At the stop: publish what is held and note it. What fails is left to the sweep of who comes next."""
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._publish_held()
                await self._note_own()
        except TimeoutError:
            log.warning("relay_left_over", events=len(self._fresh) + len(self._published))

    async def sweep_batch(self) -> int:
        """Publish one batch of left-over events; returns how many went out, and are noted."""
        if (fencing := self._lease.held) is None:
            self._swept.clear()
            backlog_gauge.set(0)
            oldest_gauge.set(0)
            return 0
        if not (await self._note_own() and await self._note_swept(fencing)):
            return 0  # it would find again what went out already
        now, events = await self._read_left_over()
        if not events:
            return 0
        self._swept = await self._publisher.publish(events)
        taken = len(self._swept)
        noted = await self._note_swept(fencing)
        await self._pass_on_where_in_vain(now)
        return taken if noted else 0

    async def look_again(self) -> None:
        """Where nothing waits any more that did while the bus was away, another process got through: so it answers."""
        if self.bus_answers:
            self._away_at = None
            return
        async with self._database.read() as session:
            if self._away_at is None:
                self._away_at = await self._database.now(session)
            # What has been recorded since may just be on its way.
            if not await read_waiting(session, self._away_at + datetime.resolution, 1):
                self._publisher.answers = True
                self._away_at = None

    async def _pass_on_where_in_vain(self, now: datetime) -> None:
        """It may be this process alone that the bus does not answer."""
        if self.bus_answers:
            self._in_vain_since = None
        elif self._in_vain_since is None:
            self._in_vain_since = now
        elif now - self._in_vain_since >= timedelta(seconds=IN_VAIN_LEASES * self._lease.seconds):
            log.warning("relay_passes_on", reason="the bus may answer another process")
            self._in_vain_since = None
            await self._lease.pass_on()

    async def _read_left_over(self) -> tuple[datetime, list[Event]]:
        """One batch, and when it was read. How much there is in all goes to the metrics."""
        set_aside = self._publisher.set_aside
        async with self._database.read() as session:
            now = await self._database.now(session)
            before = now - timedelta(seconds=SWEEP_AFTER_SECONDS)
            backlog, oldest = await read_backlog(session, before, COUNTED_EVENTS)
            waiting = await read_waiting(session, before, SWEEP_EVENTS + len(set_aside)) if backlog else []
        backlog_gauge.set(backlog)
        oldest_gauge.set(0 if oldest is None else (now - oldest).total_seconds())
        return now, [event for event in waiting if event not in set_aside][:SWEEP_EVENTS]

    async def _publish_held(self) -> None:
        held = list(self._fresh)
        self._fresh.clear()
        for start in range(0, len(held), SWEEP_EVENTS):
            taken = await self._publisher.publish(held[start : start + SWEEP_EVENTS])
            self._published += taken
            if not self.bus_answers:
                return

    async def _note_own(self) -> bool:
        """False where it could not be noted: then it is kept for the next time."""
        noted, self._published = self._published, []
        if await self._note(noted):
            return True
        # Those beyond will be published once more, which every reader tolerates.
        self._published = (noted + self._published)[-HELD_EVENTS:]
        return False

    async def _note_swept(self, fencing: int) -> bool:
        """As `_note_own`. Where the lease was lost, whoever has it now publishes them once more."""
        try:
            if not await self._note(self._swept, fencing):
                return False
        except LeaseLost:
            log.warning("relay_note_refused", events=len(self._swept), reason="the lease is somebody else's")
            self._swept = []
            return False
        self._swept = []
        return True

    async def _note(self, events: Sequence[Event], fencing: int | None = None) -> bool:
        """False where the database does not answer. Raises LeaseLost where `fencing` is given and is void."""
        if not events:
            return True
        try:
            async with self._database.transaction() as session:
                if fencing is not None:
                    await self._lease.fenced(session, fencing)
                now = await self._database.now(session)
                for start in range(0, len(events), SWEEP_EVENTS):
                    await mark_published(session, events[start : start + SWEEP_EVENTS], now)
        except Unavailable:
            log.warning("relay_could_not_note", events=len(events))
            return False
        return True
