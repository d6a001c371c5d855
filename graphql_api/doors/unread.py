"""What this process holds of answers: while they are made, and until whoever asked has read them.

Each caller may have so much of it, and is refused more. Should all have too much together, whoever has most is let go
of, so that nobody is refused for what others leave unread.
"""

import asyncio
from collections import Counter as Tally
from typing import Protocol
from weakref import WeakValueDictionary

import structlog
from prometheus_client import Gauge

from graphql_api.rates.rates import limited_total
from graphql_api.rates.windows import Limit, MemoryWindows
from resolvers.errors import RateLimited, Unavailable

#: Of a user, or of an address that is nobody's: more than the largest answer, less than two.
CALLER_BYTES = 32 * 2**20
#: Of all: what they take of memory, beside what an answer takes once more while it is made.
PROCESS_BYTES = 128 * 2**20
#: Operations of a caller that run at once: as many as SQLite reads at once, and some of what PostgreSQL does.
TURNS = 4
RETRY_SECONDS = 10
WAIT_SECONDS = 0.5
REFUSED = Limit("unread", 1, 60, "answers that wait to be read")

log = structlog.get_logger()

unread_bytes = Gauge("taskflow_unread_bytes", "Of answers that are being made, or that nobody has read yet.")


class Sending(Protocol):
    """A connection that has more to send than its peer takes."""

    whose: str
    unread: int

    def let_go(self, why: str) -> None:
        """End it at once: nothing of it is unread any more."""
        ...


class Unread:
    def __init__(self) -> None:
        self.total = 0
        self._of: Tally[str] = Tally()
        self._sending: dict[Sending, None] = {}
        self._told = MemoryWindows()

    def of(self, whose: str) -> int:
        return self._of[whose]

    def sends(self, sending: Sending, bytes_: int) -> None:
        """From now on the peer has so much to take; 0 where it took all, or is gone."""
        more = bytes_ > sending.unread
        self._add(sending.whose, bytes_ - sending.unread)
        sending.unread = bytes_
        if bytes_:
            self._sending[sending] = None
        else:
            self._sending.pop(sending, None)
        if more:
            self._make_room()

    def take(self, whose: str, bytes_: int, *, may_refuse: bool = True) -> None:
        """Hold so much of an answer that is being made. Raises RateLimited, Unavailable where nobody has more."""
        if may_refuse and self._of[whose] + bytes_ > CALLER_BYTES:
            limited_total.labels(REFUSED.kind).inc()
            if self._told.take_now(REFUSED, whose) == 0:
                log.warning("rate_limited", kind=REFUSED.kind)
            raise RateLimited(REFUSED.words, RETRY_SECONDS)
        self._add(whose, bytes_)
        if not self._make_room(self._of[whose]) and may_refuse:
            self.give_back(whose, bytes_)
            raise Unavailable

    def give_back(self, whose: str, bytes_: int) -> None:
        self._add(whose, -bytes_)

    def _add(self, whose: str, bytes_: int) -> None:
        self.total += bytes_
        self._of[whose] += bytes_
        if self._of[whose] <= 0:
            del self._of[whose]

    def _make_room(self, least: int = 0) -> bool:
        """Whether there is room again, at the expense of callers who have at least so much."""
        while self.total > PROCESS_BYTES:
            if not self._sending:
                return False
            heaviest = max(self._sending, key=lambda sending: (self._of[sending.whose], sending.unread))
            if self._of[heaviest.whose] < least:
                return False
            heaviest.let_go("unread")
        return True


#: Of this process.
unread = Unread()
unread_bytes.set_function(lambda: unread.total)


_turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()


def turn_of(whose: str) -> asyncio.Semaphore:
    """Held while an operation runs: one caller's many neither fill memory together, nor keep all others waiting."""
    return _turns.setdefault(whose, asyncio.Semaphore(TURNS))


class Room:
    """What one answer holds while it is made, and until a connection counts it as its own."""

    def __init__(self, whose: str) -> None:
        self.whose = whose
        self.held = 0

    def take(self, bytes_: int, *, may_refuse: bool = True) -> None:
        """Raises RateLimited, Unavailable."""
        unread.take(self.whose, bytes_, may_refuse=may_refuse)
        self.held += bytes_

    def hold(self, bytes_: int) -> None:
        """At least so much, of what is there already."""
        if bytes_ > self.held:
            self.take(bytes_ - self.held, may_refuse=False)

    async def wait_and_take(self, bytes_: int) -> None:
        """For an answer that has begun, and can no longer be refused."""
        while unread.of(self.whose) + bytes_ > CALLER_BYTES:  # noqa: ASYNC110 - it is seldom waited for
            await asyncio.sleep(WAIT_SECONDS)
        self.take(bytes_, may_refuse=False)

    def give_back(self) -> None:
        unread.give_back(self.whose, self.held)
        self.held = 0
