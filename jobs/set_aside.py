"""Events that can't be published although the bus answers: they must not keep the others from it."""

from collections import Counter as Tally
from uuid import UUID

import structlog
from prometheus_client import Counter

from resolvers.log.events import Event

log = structlog.get_logger()

TRIES = 5
#: With more than this at fault, it is hardly the events: all of them are tried again.
SET_ASIDE_EVENTS = 1000

set_aside_total = Counter(
    "taskflow_events_set_aside_total",
    "Events that could not be published, and wait in the log for another process to try.",
)


class SetAside:
    """What failed TRIES times is not tried again by this process. It stays in the log, unpublished."""

    def __init__(self) -> None:
        self._failures: Tally[UUID] = Tally()

    def failed(self, event: Event, error: Exception) -> None:
        if len(self._failures) >= SET_ASIDE_EVENTS and event.event_id not in self._failures:
            self._failures.clear()
        self._failures[event.event_id] += 1
        if self._failures[event.event_id] == TRIES:
            set_aside_total.inc()
            log.error(
                "event_set_aside",
                event_id=str(event.event_id),
                user_id=str(event.user_id),
                exc_info=(type(error), error, error.__traceback__),
            )

    def published(self, event: Event) -> None:
        """What failed before and went out in the end is as good as any other."""
        self._failures.pop(event.event_id, None)

    def __contains__(self, event: Event) -> bool:
        return self._failures[event.event_id] >= TRIES

    def __len__(self) -> int:
        return len(self._failures)
