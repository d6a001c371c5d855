"""Where the logs of users stand still: at an event that an effect failed at, until it is tried again or given up."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from uuid import UUID

import structlog

from jobs.effects import EffectFailed
from resolvers.log.events import Event
from resolvers.log.inbox import Logged

log = structlog.get_logger()

TRIES = 5
FIRST_REST_SECONDS = 0.2
LONGEST_REST_SECONDS = 10.0
#: So that what failed together is not tried again together.
JITTER = 0.25


def jittered(seconds: float) -> float:
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - it only spreads


@dataclass(frozen=True, slots=True)
class Stop:
    event_id: UUID
    seq: int
    tries: int
    error: BaseException
    until: float

    @property
    def given_up(self) -> bool:
        return self.tries >= TRIES


class Retries:
    """One stop for each user who has any. It is of this process: another one counts its own tries.

    clock  seconds that only go on, as time.monotonic does
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stops: dict[UUID, Stop] = {}

    def failed(self, failure: EffectFailed) -> None:
        event, before = failure.event, self._stops.get(failure.event.user_id)
        tries = 1 + (before.tries if before is not None and before.event_id == event.event_id else 0)
        seconds = min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2.0 ** (tries - 1))
        stop = Stop(event.event_id, event.seq, tries, failure.error, self._clock() + jittered(seconds))
        self._stops[event.user_id] = stop
        # What the error says may hold the user's words.
        log.warning(
            "effect_failed",
            user_id=str(event.user_id),
            event_id=str(event.event_id),
            error=type(failure.error).__name__,
            tries=tries,
        )

    def stop_at(self, event: Event) -> Stop | None:
        """The stop of exactly this event."""
        stop = self._stops.get(event.user_id)
        return stop if stop is not None and stop.event_id == event.event_id else None

    def admits(self, logged: Logged) -> bool:
        """Whether it is its turn. What comes after a stop waits until that is behind it."""
        stop = self._stops.get(logged.user_id)
        if stop is None or logged.seq < stop.seq:
            return True
        return logged.seq == stop.seq and not self._lasts(stop)

    def rests(self, user_id: UUID) -> bool:
        stop = self._stops.get(user_id)
        return stop is not None and self._lasts(stop)

    def passed(self, user_id: UUID, seq: int) -> bool:
        """All up to `seq` is done; returns whether there was a stop."""
        stop = self._stops.get(user_id)
        if stop is None or stop.seq > seq:
            return False
        del self._stops[user_id]
        return True

    def forget(self, user_id: UUID) -> None:
        self._stops.pop(user_id, None)

    def due(self) -> list[UUID]:
        return [user_id for user_id, stop in self._stops.items() if not self._lasts(stop)]

    def seconds(self) -> float:
        """Until the next one is due."""
        now = self._clock()
        return min((0 if stop.given_up else stop.until - now for stop in self._stops.values()), default=inf)

    def _lasts(self, stop: Stop) -> bool:
        return not stop.given_up and stop.until > self._clock()
