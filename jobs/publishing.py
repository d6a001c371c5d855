"""Hands events to the bus, and finds those among them that are at fault themselves."""

import asyncio
import logging
from collections.abc import Sequence

import structlog
from prometheus_client import Counter

from jobs import traces
from jobs.bus import Bus, BusUnavailable, Message
from jobs.bus.message import encode
from jobs.log_fields import log_fields
from jobs.set_aside import SetAside
from resolvers.log.events import Event

log = structlog.get_logger()

PUBLISH_TIMEOUT_SECONDS = 5.0

published_total = Counter("taskflow_events_published_total", "Events that the bus took.")
published_bytes_total = Counter(
    "taskflow_events_published_bytes_total", "Bytes of the events that the bus took, before any compression."
)


class Publisher:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.set_aside = SetAside()
        #: Whether the bus took the last of what it was given.
        self.answers = True

    async def publish(self, events: Sequence[Event]) -> list[Event]:
        """Those that the bus took, in their order. Where it took less, `answers` says whether it was its fault."""
        messages: list[tuple[Event, Message]] = []
        for event in events:
            try:
                messages.append((event, encode(event)))
            except Exception as error:
                self.set_aside.failed(event, error)
        taken: list[Event] = []
        if not messages:
            return taken
        try:
            await self._hand_over(messages, taken)
        except (BusUnavailable, TimeoutError) as error:
            if self.answers:
                log.warning("bus_unavailable", reason=str(error) or type(error).__name__)
            self.answers = False
        else:
            if not self.answers:
                log.info("bus_answers_again")
            self.answers = True
        return taken

    async def _hand_over(self, messages: list[tuple[Event, Message]], taken: list[Event]) -> None:
        """Raises BusUnavailable, TimeoutError; `taken` tells what went out before."""
        try:
            with traces.after_each("publish", "producer", (event for event, _ in messages)):
                async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                    await self._bus.publish([message for _, message in messages])
        except (BusUnavailable, TimeoutError):
            raise
        except Exception as error:
            if len(messages) == 1:
                self.set_aside.failed(messages[0][0], error)
                return
            # The halves find which of them it was.
            middle = len(messages) // 2
            await self._hand_over(messages[:middle], taken)
            await self._hand_over(messages[middle:], taken)
            return
        published_total.inc(len(messages))
        published_bytes_total.inc(sum(len(message.body) for _, message in messages))
        for event, _ in messages:
            self.set_aside.published(event)
            taken.append(event)
        if log.is_enabled_for(logging.DEBUG):
            for event, _ in messages:
                log.debug("event_published", type=event.type, **log_fields(event))
