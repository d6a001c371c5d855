"""What runs when."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import Counter
from sqlmodel.ext.asyncio.session import AsyncSession

from jobs.due import DueJobs
from jobs.retention import Retention
from resolvers.channels.confirming import purge_links
from resolvers.database import Database
from resolvers.deliveries.waiting import KEPT, PURGE_DELIVERIES, purge_deliveries
from resolvers.errors import Unavailable
from resolvers.log.inbox import PURGE_ENTRIES, purge_inbox
from resolvers.log.transaction import Log
from resolvers.reset_links import purge_resets
from resolvers.session_bounds import KEPT as KEPT_SESSIONS
from resolvers.session_bounds import PURGE_SESSIONS, purge_sessions
from resolvers.tasks import purge_deleted, users_with_purgeable

log = structlog.get_logger()

#: A deleted task can be restored for so long.
KEPT_DELETED = timedelta(days=30)
#: As long as brokers keep messages by default: what comes again later is told by its position alone.
KEPT_INBOX = timedelta(days=7)
#: The net below `jobs/due.py`, which wakes by itself when something is due.
TICK_SECONDS = 60
PURGE_EVERY_SECONDS = 3600
PURGE_USERS = 100
PURGE_TASKS = 500

purged_total = Counter(
    "taskflow_tasks_purged_total", "Tasks that were deleted 30 days ago and are gone for good."
)


class Timetable:
    """Jobs of this process. Any number of processes may run them: what they do, they do once."""

    def __init__(
        self, database: Database, log: Log, due: DueJobs, retention: Retention | None = None
    ) -> None:
        self._database = database
        self._retention = retention
        self._log = log
        self._due = due
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            # A tick that comes late must still run, and several that were missed run once.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        for work, waits in (
            (self._purge_tasks, "purge_waits"),
            (self.purge_inbox, "inbox_purge_waits"),
            (self.purge_deliveries, "deliveries_purge_waits"),
            (self.purge_sessions, "sessions_purge_waits"),
            (self._forget, "retention_waits"),
        ):
            # Once at the start, too: a host that sleeps or restarts often would never come to it.
            self._scheduler.add_job(
                _run,
                "interval",
                args=[work, waits],
                seconds=PURGE_EVERY_SECONDS,
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.add_job(_run, "interval", args=[self._due.work, "tick_waits"], seconds=TICK_SECONDS)
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def purge(self) -> int:
        """Take away for good what was deleted more than 30 days ago; returns how many tasks."""
        async with self._database.read() as session:
            before = await self._database.now(session) - KEPT_DELETED
        purged = 0
        passed_over: set[UUID] = set()
        while True:
            async with self._database.read() as session:
                found = await users_with_purgeable(session, before, PURGE_USERS + len(passed_over))
            users = [user_id for user_id in found if user_id not in passed_over]
            if not users:
                return purged
            for user_id in users:
                try:
                    outcome = await self._log.change_as_job(
                        user_id, lambda tx: purge_deleted(tx, before, PURGE_TASKS), str(uuid4())
                    )
                except Unavailable:
                    raise
                except Exception:
                    # What is wrong with one user's is no reason to keep the others'.
                    log.exception("purge_failed", user_id=str(user_id))
                    passed_over.add(user_id)
                else:
                    purged += outcome.value

    async def purge_inbox(self) -> int:
        """Take away the notes of what was dealt with long ago; returns how many."""
        return await self._until_fewer(
            PURGE_ENTRIES, lambda session, now: purge_inbox(session, now - KEPT_INBOX)
        )

    async def purge_deliveries(self) -> int:
        """Take away what was sent, or could not be, long ago; returns how much."""

        async def some(session: AsyncSession, now: datetime) -> int:
            deliveries = await purge_deliveries(session, now - KEPT)
            await purge_resets(session, now)
            await purge_links(session, now)
            return deliveries

        return await self._until_fewer(PURGE_DELIVERIES, some)

    async def purge_sessions(self) -> int:
        """Take away the sign-in sessions that have long been over; returns how many."""
        return await self._until_fewer(
            PURGE_SESSIONS, lambda session, now: purge_sessions(session, now - KEPT_SESSIONS)
        )

    async def _until_fewer(self, most: int, purge: Callable[[AsyncSession, datetime], Awaitable[int]]) -> int:
        """A transaction after the other, until one finds fewer than `most`; returns how many in all."""
        purged = 0
        while True:
            async with self._database.transaction() as session:
                some = await purge(session, await self._database.now(session))
            purged += some
            if some < most:
                return purged

    async def _purge_tasks(self) -> None:
        purged_total.inc(await self.purge())

    async def _forget(self) -> None:
        if self._retention is not None:
            await self._retention.run()


async def _run(work: Callable[[], Awaitable[object]], waits: str) -> None:
    """`waits` is what the log says where it has to."""
    try:
        await work()
    except Unavailable:
        log.warning(waits, reason="the database does not answer")
