"""What runs when."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import Counter

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
        # Once at the start, too: a host that sleeps or restarts often would never come to it.
        self._scheduler.add_job(
            self._purge, "interval", seconds=PURGE_EVERY_SECONDS, next_run_time=datetime.now(UTC)
        )
        self._scheduler.add_job(
            self._purge_inbox, "interval", seconds=PURGE_EVERY_SECONDS, next_run_time=datetime.now(UTC)
        )
        self._scheduler.add_job(
            self._purge_deliveries, "interval", seconds=PURGE_EVERY_SECONDS, next_run_time=datetime.now(UTC)
        )
        self._scheduler.add_job(
            self._purge_sessions, "interval", seconds=PURGE_EVERY_SECONDS, next_run_time=datetime.now(UTC)
        )
        self._scheduler.add_job(
            self._forget, "interval", seconds=PURGE_EVERY_SECONDS, next_run_time=datetime.now(UTC)
        )
        self._scheduler.add_job(self._tick, "interval", seconds=TICK_SECONDS)
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
        purged = 0
        while True:
            async with self._database.transaction() as session:
                before = await self._database.now(session) - KEPT_INBOX
                some = await purge_inbox(session, before)
            purged += some
            if some < PURGE_ENTRIES:
                return purged

    async def purge_deliveries(self) -> int:
        """Take away what was sent, or could not be, long ago; returns how much."""
        purged = 0
        while True:
            async with self._database.transaction() as session:
                now = await self._database.now(session)
                some = await purge_deliveries(session, now - KEPT)
                await purge_resets(session, now)
                await purge_links(session, now)
            purged += some
            if some < PURGE_DELIVERIES:
                return purged

    async def purge_sessions(self) -> int:
        """Take away the sign-in sessions that have long been over; returns how many."""
        purged = 0
        while True:
            async with self._database.transaction() as session:
                some = await purge_sessions(session, await self._database.now(session) - KEPT_SESSIONS)
            purged += some
            if some < PURGE_SESSIONS:
                return purged

    async def _tick(self) -> None:
        try:
            await self._due.work()
        except Unavailable:
            log.warning("tick_waits", reason="the database does not answer")

    async def _purge(self) -> None:
        try:
            purged_total.inc(await self.purge())
        except Unavailable:
            log.warning("purge_waits", reason="the database does not answer")

    async def _purge_inbox(self) -> None:
        try:
            await self.purge_inbox()
        except Unavailable:
            log.warning("inbox_purge_waits", reason="the database does not answer")

    async def _forget(self) -> None:
        try:
            if self._retention is not None:
                await self._retention.run()
        except Unavailable:
            log.warning("retention_waits", reason="the database does not answer")

    async def _purge_deliveries(self) -> None:
        try:
            await self.purge_deliveries()
        except Unavailable:
            log.warning("deliveries_purge_waits", reason="the database does not answer")

    async def _purge_sessions(self) -> None:
        try:
            await self.purge_sessions()
        except Unavailable:
            log.warning("sessions_purge_waits", reason="the database does not answer")
