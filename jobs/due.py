"""When to spawn and to ring: sleeps until the next thing is due, and does all that is.

Woken by what this process commits, and reading again every `poll_seconds` when that is where other processes write
too. Any number of processes may do so: each transaction takes one user, whom it locks, and looks again under the
lock, so nothing is done twice; users whom somebody else has locked are left to them.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import structlog

from jobs.attempts import Job
from jobs.ringing import Ringing
from jobs.spawning import Spawning
from resolvers.database import Database
from resolvers.errors import Unavailable
from resolvers.log.events import EventType
from resolvers.log.transaction import Committed, Log

log = structlog.get_logger()

#: The longest sleep: what nobody announced is found by then.
LONGEST_SLEEP_SECONDS = 60.0
RETRY_SECONDS = 1.0

#: What can make something due earlier, apart from what happens to a task with a recurrence.
_EARLIER = {EventType.REMINDER_CREATED, EventType.REMINDER_UPDATED}


class DueJobs:
    """`clock` is that of what failed and rests: seconds that only go on."""

    def __init__(
        self,
        database: Database,
        log_: Log,
        poll_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._jobs: list[Job] = [Spawning(database, log_, clock), Ringing(database, log_, clock)]
        self._sleep_seconds = LONGEST_SLEEP_SECONDS if database.is_sqlite else poll_seconds
        self._woken = asyncio.Event()
        self._working = asyncio.Lock()

    def on_commit(self, committed: Committed) -> None:
        if any(event.type in _EARLIER or event.data.get("recurrence") for event in committed.events):
            self._woken.set()

    async def run(self) -> None:
        """Runs until cancelled."""
        while True:
            self._woken.clear()
            try:
                seconds = await self.work()
            except Unavailable:
                log.warning("due_jobs_wait", reason="the database does not answer")
                seconds = RETRY_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), min(seconds, self._sleep_seconds))

    async def work(self) -> float:
        """Do all that is due; returns in how many seconds the next thing is. Raises Unavailable."""
        async with self._working:
            correlation_id = str(uuid4())
            while True:
                now, moments = await self._look()
                due = [job for job, moment in moments.items() if moment <= now]
                if not due:
                    break
                for job in due:
                    await job.take_turn(now, correlation_id)
            # What rests is due, and has a time of its own.
            waits = [wait for job in self._jobs for wait in job.waits()]
            waits += [(moment - now).total_seconds() for moment in moments.values()]
            return min(waits, default=LONGEST_SLEEP_SECONDS)

    async def _look(self) -> tuple[datetime, dict[Job, datetime]]:
        """Now, and each job's next moment, where it has one."""
        async with self._database.read() as session:
            moments = {job: await job.next_moment(session) for job in self._jobs}
            now = await self._database.now(session)
        return now, {job: moment for job, moment in moments.items() if moment is not None}
