"""How long one operation may take: until a commit begins, which is then awaited however long it takes.

So an operation that ran out of time has changed nothing by what it was doing, and what was committed is never told as
undone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from resolvers.errors import Unavailable


class TimeLimit:
    """Of one operation."""

    def __init__(self, seconds: float, timeout: asyncio.Timeout) -> None:
        self._seconds = seconds
        self._timeout = timeout

    @property
    def deadline(self) -> float | None:
        """By the loop's clock, which is `time.monotonic`; None while there is none."""
        return self._timeout.when()

    def begin(self) -> None:
        """A transaction begins: it may be the second of its operation, whose first was committed."""
        if self.deadline is None:
            self._timeout.reschedule(asyncio.get_running_loop().time() + self._seconds)

    def lift(self) -> None:
        """A commit begins."""
        if not self._timeout.expired():
            self._timeout.reschedule(None)


_limit: ContextVar[TimeLimit | None] = ContextVar("time_limit", default=None)


def time_limit() -> TimeLimit | None:
    """Of the operation that this is done for; None where it is a job's."""
    return _limit.get()


@asynccontextmanager
async def limited(seconds: float) -> AsyncIterator[None]:
    """Raises Unavailable where what is done within takes longer."""
    timeout = asyncio.timeout(seconds)
    try:
        async with timeout:
            token = _limit.set(TimeLimit(seconds, timeout))
            try:
                yield
            finally:
                _limit.reset(token)
    except TimeoutError as error:
        # One that was raised within is a fault of its own.
        if not timeout.expired():
            raise
        raise Unavailable from error
