"""Moves events from the log to the bus, at least once.

What this process commits it publishes at once. What is left over (the bus was away, a process died between its
commit and its publishing) is swept up in order once it is older than SWEEP_AFTER_SECONDS.
"""

import asyncio
from collections import deque
from datetime import timedelta

import structlog
from prometheus_client import Counter, Gauge

from jobs.bus import Bus, BusUnavailable, Message
from jobs.bus.message import encode
from jobs.set_aside import SetAside
from resolvers.database import Database
from resolvers.errors import Unavailable
from resolvers.log.event_log import mark_published, read_waiting
from resolvers.log.events import Event
from resolvers.log.transaction import Committed

log = structlog.get_logger()

SWEEP_AFTER_SECONDS = 1.0
SWEEP_EVERY_SECONDS = 1.0
SWEEP_EVENTS = 500
NEWER_THAN_ANY = timedelta(days=1)
#: Publishing is at once; that it was done is noted in batches, so that a busy log is not written twice as often.
NOTE_EVERY_SECONDS = 0.2
#: More than this is not held in memory while the bus is away: the sweep finds it in the log.
HELD_EVENTS = 10_000
PUBLISH_TIMEOUT_SECONDS = 5.0
#: A stop does not wait longer: what is left is for the sweep of who comes next.
FLUSH_SECONDS = 1.5

published_total = Counter("taskflow_events_published_total", "Events that the bus took.")
waiting_gauge = Gauge("taskflow_relay_held_events", "Events committed here that the bus has not taken yet.")


class Relay:
    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._fresh: deque[Event] = deque(maxlen=HELD_EVENTS)
        self._published: list[Event] = []
        self._set_aside = SetAside()
        self._woken = asyncio.Event()
        #: False while the bus refuses: then only the sweep tries.
        self.bus_answers = True
        waiting_gauge.set_function(lambda: len(self._fresh))

    def on_commit(self, committed: Committed) -> None:
        if committed.events and self.bus_answers:
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
            await self._note()

    async def sweep(self) -> None:
        """Runs until cancelled: publish what was left over, oldest first."""
        while True:
            await asyncio.sleep(SWEEP_EVERY_SECONDS)
            try:
                while await self.sweep_batch() >= SWEEP_EVENTS:
                    pass
            except Unavailable:
                log.warning("relay_sweep_waits", reason="the database does not answer")

    async def flush(self) -> None:
        """At the stop: publish what is held and note it. What fails is left to the sweep of who comes next."""
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._publish_held()
                await self._note()
        except TimeoutError:
            log.warning("relay_left_over", events=len(self._fresh) + len(self._published))

    async def sweep_batch(self) -> int:
        """Publish one batch of left-over events; returns how many went out, and are noted."""
        if not await self._note():
            return 0  # it would find again what went out already
        async with self._database.read() as session:
            now = await self._database.now(session)
            before = now - timedelta(seconds=SWEEP_AFTER_SECONDS)
            waiting = await read_waiting(session, before, SWEEP_EVENTS + len(self._set_aside))
            if not waiting and not self.bus_answers:
                # Where nothing waits at all, another process got through: the next commit here can try again.
                self.bus_answers = not await read_waiting(session, now + NEWER_THAN_ANY, 1)
        events = [event for event in waiting if event not in self._set_aside][:SWEEP_EVENTS]
        if not events or not await self._publish(events):
            return 0
        taken = len(self._published)
        return taken if await self._note() else 0

    async def _publish_held(self) -> None:
        held = list(self._fresh)
        self._fresh.clear()
        for start in range(0, len(held), SWEEP_EVENTS):
            if not await self._publish(held[start : start + SWEEP_EVENTS]):
                return

    async def _publish(self, events: list[Event]) -> bool:
        """False where the bus refuses."""
        messages: list[tuple[Event, Message]] = []
        for event in events:
            try:
                messages.append((event, encode(event)))
            except Exception as error:
                self._set_aside.failed(event, error)
        try:
            await self._hand_over(messages)
        except (BusUnavailable, TimeoutError) as error:
            if self.bus_answers:
                log.warning("bus_unavailable", reason=str(error) or type(error).__name__)
            self.bus_answers = False
            return False
        if not self.bus_answers:
            log.info("bus_answers_again")
        self.bus_answers = True
        return True

    async def _hand_over(self, messages: list[tuple[Event, Message]]) -> None:
        """Raises BusUnavailable, TimeoutError."""
        if not messages:
            return
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                await self._bus.publish([message for _, message in messages])
        except (BusUnavailable, TimeoutError):
            raise
        except Exception as error:
            if len(messages) == 1:
                self._set_aside.failed(messages[0][0], error)
                return
            # The halves find which of them it was.
            middle = len(messages) // 2
            await self._hand_over(messages[:middle])
            await self._hand_over(messages[middle:])
            return
        published_total.inc(len(messages))
        self._published.extend(event for event, _ in messages)

    async def _note(self) -> bool:
        """False where it could not be noted: then it is kept for the next time."""
        if not self._published:
            return True
        noted, self._published = self._published, []
        try:
            async with self._database.transaction() as session:
                now = await self._database.now(session)
                for start in range(0, len(noted), SWEEP_EVENTS):
                    await mark_published(session, noted[start : start + SWEEP_EVENTS], now)
        except Unavailable:
            log.warning("relay_could_not_note", events=len(noted))
            # Those beyond will be published once more, which every reader tolerates.
            self._published = (noted + self._published)[-HELD_EVENTS:]
            return False
        return True
