"""How long one operation may take: until a commit begins, which is then awaited however long it takes.

So an operation that ran out of time has changed nothing by what it was doing, and what was committed is never told as
undone. What is read for its answer after a commit has a time of its own: what is late is a field that failed, beside
the others.
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
        #: By the loop's clock, until when each read must be done; None where the whole operation must be, or nothing.
        self.read_by: float | None = None

    @property
    def deadline(self) -> float | None:
        """By the loop's clock, which is `time.monotonic`; None while there is none."""
        return self._timeout.when() or self.read_by

    def begin(self) -> None:
        """A transaction begins: it may be the second of its operation, whose first was committed."""
        self.read_by = None
        if self._timeout.when() is None:
            self._timeout.reschedule(self._from_now())

    def lift(self) -> None:
        """A commit begins."""
        if not self._timeout.expired():
            self._timeout.reschedule(None)

    def committed(self) -> None:
        """A commit has ended: what follows reads for the answer, until another transaction begins."""
        self.read_by = self._from_now()

    def _from_now(self) -> float:
        return asyncio.get_running_loop().time() + self._seconds


_limit: ContextVar[TimeLimit | None] = ContextVar("time_limit", default=None)


def time_limit() -> TimeLimit | None:
    """Of the operation that this is done for; None where it is a job's."""
    return _limit.get()


@asynccontextmanager
async def read_in_time() -> AsyncIterator[None]:
    """Raises TimeoutError where the operation has committed and its time to read is over."""
    limit = _limit.get()
    async with asyncio.timeout_at(limit.read_by if limit else None):
        yield


@asynccontextmanager
async def limited(seconds: float) -> AsyncIterator[None]:
    """Raises Unavailable where what is done within takes longer."""
    timeout = asyncio.timeout(seconds)
    try:
        async with timeout:
            limit = TimeLimit(seconds, timeout)
            token = _limit.set(limit)
            try:
                yield
            finally:
                _limit.reset(token)
                limit.read_by = None  # a task that it began may go on
    except TimeoutError as error:
        # One that was raised within is a fault of its own.
        if not timeout.expired():
            raise
        raise Unavailable from error
