"""One due thing after another, each in a transaction of its user's. What can't be done rests, and the others go on.

There is a job for each kind of thing; `jobs/due.py` says when it is their turn.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from prometheus_client import Counter
from sqlmodel.ext.asyncio.session import AsyncSession

from jobs import traces
from jobs.backoff import Backoff
from resolvers.database import Database
from resolvers.errors import LimitExceeded, Unavailable
from resolvers.log.transaction import Busy, Log, Transaction

log = structlog.get_logger()

#: Of the job's, in one turn: then it is the other job's turn.
AT_ONCE = 20
#: Users whose transactions are under way at once: most of the time is the way to the database and back.
SIDE_BY_SIDE = 4
#: A user whom somebody else has locked is tried again after so long, at first and at last. So is what turned out
#: not to be due any more: were it found due for ever, it would be looked at for ever.
BUSY_SECONDS = 0.05, 1.0
#: Who is locked whenever looked at, so many times, is waited for so long.
PATIENCE = 3
PATIENCE_SECONDS = 0.25
#: What failed is tried again after so long, at first and at last.
FAILED_SECONDS = 1.0, 60.0
#: And for who owns as many tasks as one may.
LIMITED_SECONDS = 60.0, 60.0

#: From the moment of what was due to its being done.
LATENESS_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600, 86400)
failures_total = Counter(
    "taskflow_due_failures_total", "Due things that failed, and are tried again.", ["kind"]
)


class Failed(Exception):
    """It was logged and counted; nothing was done."""


class Job(ABC):
    """Does what is due of one kind. `clock` is that of the rests: seconds that only go on."""

    kind: str

    def __init__(self, database: Database, log_: Log, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._log = log_
        #: They come round in the order of their ids, so that none waits for another to have had everything.
        #: Processes begin at different ones, so that they do not meet.
        self._last_user = uuid4()
        #: Whose turn is over for a while; and which things failed, the others of their user going on.
        self._users: Backoff[UUID] = Backoff(clock)
        self._things: Backoff[UUID] = Backoff(clock)

    @abstractmethod
    async def take_turn(self, now: datetime, correlation_id: str) -> None:
        """Do some of what is due by `now`. Raises Unavailable."""

    @abstractmethod
    async def next_moment(self, session: AsyncSession) -> datetime | None:
        """When the next thing that does not rest is due; in the past where it is."""

    def waits(self) -> list[float]:
        """Seconds until each of what rests is to be tried again."""
        return self._users.waits() + self._things.waits()

    async def _for_each(self, users: Iterable[UUID], act: Callable[[UUID], Awaitable[None]]) -> None:
        """Several users at once, where the database can. Raises Unavailable once none is under way."""
        turns = asyncio.Semaphore(1 if self._database.is_sqlite else SIDE_BY_SIDE)
        unavailable: list[Unavailable] = []

        async def one(user_id: UUID) -> None:
            async with turns:
                if unavailable:
                    return
                self._last_user = user_id
                try:
                    await act(user_id)
                except Unavailable as error:
                    unavailable.append(error)

        async with asyncio.TaskGroup() as group:
            for user_id in users:
                group.create_task(one(user_id))
        if unavailable:
            raise unavailable[0]

    async def _attempt[T](
        self, user_id: UUID, act: Callable[[Transaction], Awaitable[T]], correlation_id: str
    ) -> T | None:
        """None where the user was busy, or has as much as one may: they rest. Raises Failed, Unavailable."""
        patient = self._users.tries(user_id) >= PATIENCE
        try:
            with traces.root(self.kind, "internal", correlation_id):
                outcome = await self._log.change_as_job(
                    user_id, act, correlation_id, wait_seconds=PATIENCE_SECONDS if patient else 0
                )
        except Busy:
            self._users.rest(user_id, *BUSY_SECONDS)
            return None
        except LimitExceeded as refusal:
            failures_total.labels(self.kind).inc()
            log.warning("due_refused", kind=self.kind, user_id=str(user_id), reason=refusal.message)
            self._users.rest(user_id, *LIMITED_SECONDS)
            return None
        except Unavailable:
            # Where only this user's transaction takes too long, the others' go on in the next turn.
            self._users.rest(user_id, *FAILED_SECONDS)
            raise
        except Exception as error:
            failures_total.labels(self.kind).inc()
            log.exception("due_failed", kind=self.kind, user_id=str(user_id))
            raise Failed from error
        return outcome.value
